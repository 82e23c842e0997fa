/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that looks at a port the way an attacker would.
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include <stdbool.h>

struct conf;
struct ipc;
struct service;

/* Whom a sweep passes over, beside what the configuration says. */
struct verify_rules {
	bool (*may)(const void *rules, const struct service *service);
	const void *rules;
};

/*
 * Runs the role until core ends the channel (owned from then on) or says IPC_STOP: takes IPC_JOB
 * and IPC_NAME, gives one IPC_PROBE for every job, perhaps a partial one before it; takes
 * IPC_SWEEP, gives IPC_SIGHTING and IPC_HOST for what a sweep finds, and IPC_SWEEP for how far it
 * is. Jobs go on to `far`, whose probes and troubles go to core; it is owned, and NULL where there
 * are no vantages elsewhere. `rules` may be NULL. Opens its sockets, then enters its cage. Returns
 * the exit status.
 */
int verify_run(const struct conf *conf, const struct verify_rules *rules, struct ipc *core,
	       struct ipc *far);

/*
 * Runs the role that joins this flowd with others: where `listen` is given, a verify here (at the
 * other end of `near`) takes its jobs from who calls; else the vantages of the configuration are
 * called, get the jobs that verify passes on, and their probes go back. Returns the exit status.
 */
int verify_far_run(const struct conf *conf, struct ipc *near, struct ipc *parent);

#endif
