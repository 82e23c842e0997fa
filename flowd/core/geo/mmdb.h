/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One MaxMind DB file (libmaxminddb): country, AS, or both, of addresses. The file is copied into
 * memory nobody can change and checked as a whole, so it may be overwritten, cut or removed at any
 * time, and be any bytes at all.
 */
#ifndef FLOWD_CORE_GEO_MMDB_H
#define FLOWD_CORE_GEO_MMDB_H

#include "base/record.h"

#define MMDB_FILE_MAX (512L << 20) /* bytes of a file that is taken */
#define MMDB_WORD_MAX 64

struct mmdb;

/* By which a change of a file is noticed. */
struct mmdb_stamp {
	uint64_t device, inode, size;
	int64_t changed_ns, written_ns;
};

/* What a file says of itself. */
struct mmdb_about {
	char type[MMDB_WORD_MAX];	 /* "GeoLite2-Country" */
	char description[MMDB_WORD_MAX]; /* in English where there is one, cut if longer */
	wall_t built_us;
	uint64_t bytes;
	bool has_country, has_as; /* among its first records */
};

/* 0 or -errno. */
int mmdb_look(const char *path, struct mmdb_stamp *out);

/*
 * Reads a file. 0; -errno; ERR_SYNTAX and what is wrong in `why` (static). `stamp` is what the file
 * had when it was read, also when it is refused; zero when it cannot be opened.
 */
int mmdb_open(const char *path, struct mmdb **out, struct mmdb_stamp *stamp, const char **why);
void mmdb_close(struct mmdb *db);

const struct mmdb_about *mmdb_about(const struct mmdb *db);

/* Fills what `out` does not know yet and this file does. `name` (ALERT_AS_NAME_MAX bytes, may be
 * NULL) becomes who runs the AS, when the number is from here. */
void mmdb_find(const struct mmdb *db, const struct addr *addr, struct origin *out, char *name);

#endif
