/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/backlog.h"

#define UNDER_WAY 1024 /* jobs that verify has at once */

static int send_job(void *arg, const struct store_job *j)
{
	struct backlog *b = arg;
	mono_t now = mono_now();

	b->held = true;
	if (b->under_way >= UNDER_WAY)
		return 1;
	/* A second's worth may go at once after a quiet time. */
	if (b->may_send < now - MONO_SECOND)
		b->may_send = now - MONO_SECOND;
	if (j->allowed) {
		if (b->may_send > now || ipc_send(b->verify, IPC_JOB, &j->job))
			return 1;
		b->may_send += MONO_SECOND / (mono_t)b->rate;
		b->under_way++;
	}
	b->next = j->job.id + 1;
	b->held = false;
	return 0;
}

int backlog_pump(struct backlog *b)
{
	int rc = 0;

	if (b->under_way < UNDER_WAY)
		rc = store_walk_jobs(b->store, b->next, send_job, b);
	ipc_flush(b->verify);
	return rc < 0 ? rc : 0;
}

void backlog_done(struct backlog *b)
{
	b->under_way -= b->under_way > 0;
}

void backlog_restart(struct backlog *b)
{
	b->next = 0;
	b->under_way = 0;
}
