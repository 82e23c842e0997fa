/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/aside.h"

/* What stands already is told, and told again with the rest. */
static void tell_early(const struct task *t)
{
	struct probe early = *t->probe;

	early.state = STATE_OPEN;
	early.reason = REASON_SYN_ACK;
	early.finished_us = mono_wall();
	early.partial = 1;
	t->room->early(t->room->arg, &early);
}

static void on_followed(void *arg, enum follow_news news)
{
	if (news == FOLLOW_OVER)
		task_finish_open(arg);
	else
		tell_early(arg);
}

void aside_begin(struct task *t)
{
	/* A port that may yet turn out shut is not followed up by the wire's name alone. */
	struct follow_order order = { .conf = t->room->conf,
				      .way = &t->way,
				      .app = t->probe->state == STATE_OPEN ? t->job.app : "",
				      .tls = t->hello == BANNER_TLS,
				      .sni = t->job.sni };

	t->dialled = mono_now();
	if (!t->follow && !t->course.is_fragile)
		t->follow = follow_open(&t->room->talk, &order, on_followed, t);
}

bool aside_end(struct task *t)
{
	if (!t->follow || t->stage != TASK_TALK)
		return false;
	t->stage = TASK_FOLLOW;
	follow_end(t->follow, t->probe, mono_now() - t->dialled);
	return true;
}

void aside_count(struct task *t)
{
	t->probe->sent_dials = (uint16_t)(t->probe->sent_dials + scout_dials(&t->scout));
	if (t->follow)
		t->probe->sent_dials = (uint16_t)(t->probe->sent_dials + follow_dials(t->follow));
}
