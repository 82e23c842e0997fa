/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of alerts: one JSON line each, exactly once, whatever kills us in between.
 */
#ifndef FLOWD_CORE_ALERTFILE_H
#define FLOWD_CORE_ALERTFILE_H

#include "base/record.h"

struct alertfile;

/*
 * Opens or makes the file and reads at its tail which alert was written last; half a line at the
 * end, left by a crash, is cut off. 0; ERR_SYNTAX: it ends in something else, and is left alone;
 * -errno.
 */
int alertfile_open(const char *path, struct alertfile **out);
void alertfile_close(struct alertfile *file);

/* The number of the alert that was written last; 0 none. */
uint64_t alertfile_last(const struct alertfile *file);

/*
 * `alert` is what the store has under that number, NULL nothing. Unless it is what stands in the
 * file, that came from another store, whose numbers mean nothing: all alerts will be appended.
 */
void alertfile_confirm(struct alertfile *file, const struct alert *alert);

/* Appends an alert unless it stands there already. 0; -errno: nothing was added. */
int alertfile_put(struct alertfile *file, const struct alert *alert);

/* Brings what was appended to the disk. 0 or -errno. */
int alertfile_sync(struct alertfile *file);

#endif
