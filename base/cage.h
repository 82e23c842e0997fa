/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each role locks itself in, in two steps and for good: what needs privilege is opened, then
 * cage_enter takes root, capabilities and the file system away; libraries open and start their
 * threads, then cage_seal takes away every system call that the role has no use for.
 */
#ifndef BASE_CAGE_H
#define BASE_CAGE_H

#include <stdbool.h>
#include <stddef.h>

#define CAGE_PATHS_MAX 48
#define CAGE_FILES_MAX 4
#define CAGE_TEXT_MAX 160

/* Whose system calls; the tables are in base/cage/tables.h. */
enum cage_table {
	CAGE_PARENT,
	CAGE_SENSOR,
	CAGE_CORE,
	CAGE_VERIFY,
	CAGE_WEB,
	CAGE_FAR,
	CAGE_JUDGE,
	CAGE_RELAY,
	CAGE_FETCH,
	CAGE_SCAN,	/* who starts a program of others */
	CAGE_CALL,	/* who asks an address of others */
	CAGE_TOOL,	/* that program */
	CAGE_TOOL_FORKS /* the same, where it may start processes */
};

struct cage {
	const char *user; /* becomes this user when started as root; NULL stay */
	const char *read_only[CAGE_PATHS_MAX]; /* what may still be read below, if the
						  user may; NULL-filled */
	const char *writable[CAGE_PATHS_MAX];  /* what may still be changed below; NULL-filled */
	const char
		*executable[CAGE_FILES_MAX]; /* files that may be started, and read; NULL-filled */
	bool tcp;			     /* may bind and connect TCP sockets (else Linux 6.7
						refuses that, too) */
	bool best_effort;		     /* where the kernel lacks a wall, go on without it */
};

/*
 * Makes `path` and what is in it belong to the user a cage of `user` will become. Not root, or
 * NULL: nothing to do. 0 or -errno, ERR_NOT_FOUND (no such user).
 */
int cage_give(const char *user, const char *path);

/*
 * The first step: user and groups, all capabilities, no_new_privs, death with the parent, Landlock
 * as far as this kernel has it (files; Linux 6.7: TCP; 6.12: signals to others). Call it before any
 * thread is started. 0; ERR_CAGE, -errno, ERR_NOT_FOUND (no such user), -ESRCH (the parent is gone
 * already): the role must not go on.
 * `missing` (may be NULL) names the wall that this kernel lacks, else NULL: with best_effort the
 * result is 0 all the same.
 */
int cage_enter(const struct cage *cage, const char **missing);

/*
 * The second step: seccomp over all threads of the process and those to come. Refused calls fail
 * with EPERM; those in FILTER_DEADLY_LIST end the process with SIGSYS. Results as cage_enter.
 */
int cage_seal(enum cage_table table, bool best_effort, const char **missing);

/*
 * What the parent does in place of both, since its children start with what it has: no_new_privs,
 * only the capabilities that a role's birth needs, and the calls that some role needs at its birth
 * or later. Results as cage_enter.
 */
int cage_house(bool best_effort, const char **missing);

/*
 * What is to be said of such a result, as an error when `rc` is not 0, else as a warning. False:
 * nothing, all walls stand.
 */
bool cage_text(int rc, const char *missing, char text[CAGE_TEXT_MAX]);

#endif
