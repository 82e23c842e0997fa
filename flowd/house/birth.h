/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a process becomes a role: this program anew, with the descriptors that it is given and no
 * others.
 */
#ifndef FLOWD_BIRTH_H
#define FLOWD_BIRTH_H

#include <signal.h>
#include <sys/types.h>

#define BIRTH_FIRST_FD 3  /* of a role: its configuration, the rules, then its ends */
#define BIRTH_SPARE_FD 64 /* above all that a role is given */
#define BIRTH_FDS_MAX 16

extern char birth_word[]; /* argv[1] of a role; argv[2] is its name */

struct birth {
	int self;  /* this program, O_PATH */
	int rules; /* those in force */
	pid_t parent;
	sigset_t mask; /* of signals, as it was before the parent changed it */
};

/* In the child: becomes the role with `count` descriptors, in this order; does not come back. */
void birth_become(const struct birth *birth, const char *role, const int *fds, int count);

#endif
