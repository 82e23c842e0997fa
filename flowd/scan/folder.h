/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder that a program begins in and may write to: one of as many as there may be programs.
 */
#ifndef FLOWD_SCAN_FOLDER_H
#define FLOWD_SCAN_FOLDER_H

#include <limits.h>

struct folder {
	char path[PATH_MAX];
	int lock; /* holds it, as long as this process lives */
};

/* Takes one below `state` that nobody uses, for the user. 0, -EBUSY, -errno. */
int folder_take(const char *state, const char *user, struct folder *out);

/* Removes what is in it. After the cage has closed: who wrote it may be anybody. */
void folder_clear(const struct folder *folder);

#endif
