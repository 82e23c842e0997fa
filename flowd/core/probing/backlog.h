/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored jobs on their way to verify: the urgent ones first, at the configured rate, no more at
 * once than verify should hold and none when nothing may be probed. Whatever has no answer is sent
 * again; what was sent is in the audit.
 */
#ifndef FLOWD_CORE_PROBING_BACKLOG_H
#define FLOWD_CORE_PROBING_BACKLOG_H

#include "base/conf/hours.h"
#include "base/ipc.h"
#include "flowd/core/probing/flights.h"
#include "store/store.h"

struct conf;

enum backlog_line { BACKLOG_URGENT, BACKLOG_OTHERS, BACKLOG_LINES };

/* Where the walk over the jobs of one urgency is. */
struct backlog_walk {
	uint64_t next;	/* verify has, or must not have, all jobs with a lower id; but see below */
	uint64_t first; /* the first job passed over since its host has enough of them; 0 none */
};

struct backlog {
	struct store *store;
	struct ipc *verify;
	struct ipc *web; /* is told whether anything may be probed; NULL nobody */
	/* Its own: */
	uint64_t rate; /* jobs a second */
	unsigned host_most;
	bool far; /* vantages elsewhere look, too */
	struct hours quiet;
	struct probing now; /* the switch as it stands */
	struct backlog_walk walks[BACKLOG_LINES];
	struct flights flights;
	bool held;	 /* a job was there that could not go yet */
	bool eased;	 /* a host has room again */
	mono_t may_send; /* when the rate allows the next job */
	mono_t settled;	 /* not before: verify may still tell what an earlier core had sent */
	mono_t clocked;	 /* when quiet hours were last looked at */
};

/* Reads the switch as it was left, and has verify drop what an earlier core sent. `verify` and
 * `web` are set, or NULL. 0 or an error of the store. */
int backlog_open(struct backlog *b, struct store *store, const struct conf *conf);

/* Sends what is committed and may go now. 0 or an error of the store. */
int backlog_pump(struct backlog *b);

/*
 * The probe of a job has come and is in the audit. 1: it is a verdict; 0: it was given up and the
 * job will go out again, or an error of the store.
 */
int backlog_done(struct backlog *b, const struct probe *probe);

/* Verify was born again and has no jobs: all that are stored go out again. */
void backlog_restart(struct backlog *b);

/* Jobs that verify has. */
unsigned backlog_under_way(const struct backlog *b);

/* Somebody pulls the kill switch, or releases it. 0. */
int backlog_switch(struct backlog *b, const struct probing *wish);

/* Tells web how it stands. */
void backlog_tell(const struct backlog *b);

#endif
