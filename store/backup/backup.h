/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of a running store: folders in "backups" beside it, which share its tables by hard links.
 */
#ifndef STORE_BACKUP_BACKUP_H
#define STORE_BACKUP_BACKUP_H

#include "store/store.h"

#define STORE_BACKUPS "backups"
#define STORE_BACKUPS_MOST 16 /* each may hold tables on the disk that the store has let go */

/* Letters, digits, '-', '_' and '.', up to BACKUP_NAME_MAX - 1; none that is hidden or a rest. */
bool store_backup_is_name(const char *name);

/*
 * Makes one of what is committed. It takes as long as writing out what is in memory yet, and never
 * copies a table. 0; -EEXIST there is one of this name, ERR_FULL; ERR_STORE, -errno and what is
 * wrong in `error` (STORE_ERROR_MAX bytes).
 */
int store_backup(struct store *store, const char *name, char *error);

/* 0, ERR_NOT_FOUND, -errno. */
int store_remove_backup(struct store *store, const char *name);

struct store_backup_row {
	char name[BACKUP_NAME_MAX];
	wall_t made_us;
	uint32_t files;
	uint64_t bytes; /* of its files, shared or not */
};

/* Those below the folder of a store, in no order; a walk like those of store.h. */
typedef int (*store_backup_fn)(void *arg, const struct store_backup_row *row);
int store_walk_backups(const char *state, store_backup_fn fn, void *arg);

#endif
