/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a store from one folder to another, durable when it says so. No database is needed
 * for it.
 */
#ifndef STORE_BACKUP_COPY_H
#define STORE_BACKUP_COPY_H

#include <stdbool.h>
#include <stdint.h>

#define COPY_ERROR_MAX 512

struct copy_figures {
	uint32_t files, linked; /* linked: share their bytes with where they came from */
	uint64_t bytes;
};

/* A file of a store, by its name. */
bool copy_is_file(const char *name);

/*
 * Copies the files of the store in the folder `from` into the folder `to`, which is made where it
 * is not there; `links`: tables, which never change, by hard links where that can be. Files there
 * of the same name are replaced. CURRENT comes last: without it there is no store. 0, or -errno
 * and what is wrong in `error` (COPY_ERROR_MAX bytes).
 */
int copy_store(const char *from, const char *to, bool links, struct copy_figures *out, char *error);

/* Removes the files of a store in the folder. 0 or -errno, likewise. */
int copy_clear(const char *folder, char *error);

/* The folder itself, so that what was put there and removed lasts. 0 or -errno. */
int copy_settle(const char *folder);

#endif
