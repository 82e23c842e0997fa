/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/errand.h"

static void on_want(void *arg)
{
	struct task *t = arg;

	t->room->want(t->room->arg, t);
}

static void on_done(void *arg)
{
	struct task *t = arg;

	t->probe->finished_us = mono_wall();
	t->room->done(t->room->arg, t);
}

void errand_start(struct task *t)
{
	const struct task_room *room = t->room;
	const struct inquiry_room shared = { .conf = room->conf,
					     .loop = room->talk.loop,
					     .budget = room->talk.budget,
					     .source = room->talk.source,
					     .rtt = room->rtt,
					     .book = room->talk.book };

	/* A file forbids it (Exclude). */
	if (!book_may_ask(room->talk.book, PROTO_UDP, t->job.service.port)) {
		t->probe->state = STATE_CANDIDATE;
		on_done(t);
		return;
	}
	/* No answer to a SYN is for it. */
	t->stage = TASK_TALK;
	t->inquiry = inquiry_new(&(struct inquiry_order){ .room = &shared,
							  .way = t->way,
							  .probe = t->probe,
							  .app = t->job.app,
							  .named = t->job.named,
							  .want = on_want,
							  .done = on_done,
							  .arg = t });
	if (t->inquiry)
		inquiry_start(t->inquiry);
	else
		on_done(t);
}
