/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store made again of a copy of it. While that goes on, and when it was cut short, a mark says
 * that there is no store in the folder.
 */
#ifndef STORE_BACKUP_RESTORE_H
#define STORE_BACKUP_RESTORE_H

#include "store/store.h"

struct restore_figures {
	uint64_t services, events, alerts; /* rows, all of which were read */
	uint32_t files;
	uint64_t bytes;
};

/* Has it been cut short there? */
bool restore_is_cut(const char *state);

/*
 * Reads the copy in the folder `from` from end to end, then makes it the store in the folder
 * `state`, which must have none but what an earlier try left, and reads that. 0; -EEXIST there is a
 * store, -EBUSY somebody uses it; -errno, ERR_*; and what is wrong in `error` (STORE_ERROR_MAX
 * bytes).
 */
int restore_store(const char *from, const char *state, struct restore_figures *out, char *error);

#endif
