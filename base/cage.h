/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each role locks itself in: it opens what it needs, then gives up root, capabilities and the file
 * system, for good.
 */
#ifndef BASE_CAGE_H
#define BASE_CAGE_H

#include <stdbool.h>
#include <stddef.h>

#define CAGE_PATHS_MAX 4

struct cage {
	const char *user; /* becomes this user when started as root; NULL stay */
	const char *read_only[CAGE_PATHS_MAX]; /* what may still be read below; NULL-filled */
	const char *writable[CAGE_PATHS_MAX];  /* what may still be changed below; NULL-filled */
	bool best_effort;		       /* where the kernel lacks a wall, go on without it */
};

/*
 * Makes `path` and what is in it belong to the user a cage of `user` will become. Not root, or
 * NULL: nothing to do. 0 or -errno, ERR_NOT_FOUND (no such user).
 */
int cage_give(const char *user, const char *path);

/*
 * Closes the cage: user and groups, all capabilities, no_new_privs, death with the parent,
 * Landlock. Call it before any thread is started. 0; ERR_CAGE, -errno, ERR_NOT_FOUND (no such
 * user): the role must not go on. `missing` (may be NULL) names the wall that best_effort did
 * without, else NULL.
 */
int cage_enter(const struct cage *cage, const char **missing);

#endif
