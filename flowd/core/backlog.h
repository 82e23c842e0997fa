/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored jobs on their way to verify: at the configured rate, and no more at once than verify
 * should hold.
 */
#ifndef FLOWD_CORE_BACKLOG_H
#define FLOWD_CORE_BACKLOG_H

#include "base/ipc.h"
#include "store/store.h"

struct backlog {
	struct store *store;
	struct ipc *verify;
	uint64_t rate; /* jobs a second */
	/* Its own: */
	uint64_t next;	    /* verify has been sent all jobs with a lower id */
	uint64_t under_way; /* jobs sent whose probe has not come */
	bool held;	    /* a job was there that could not go yet */
	mono_t may_send;    /* when the rate allows the next job */
};

/* Sends what is committed and may go now. 0 or an error of the store. */
int backlog_pump(struct backlog *b);

/* The probe of a job has come. */
void backlog_done(struct backlog *b);

/* Verify was born again and has no jobs: all that are stored go out again. */
void backlog_restart(struct backlog *b);

#endif
