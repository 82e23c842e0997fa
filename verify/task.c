/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/task.h"

#include "base/err.h"
#include "verify/aside.h"
#include "verify/evidence.h"
#include "verify/probes/names.h"
#include "verify/steps.h"
#include "verify/udp/errand.h"

#include <errno.h>
#include <stdlib.h>

#define DIALS 3
#define QUEUE_WAIT (20 * MONO_MS) /* for room in a queue of this host */

static void on_timer(void *arg, int what);
static void on_talk(void *arg, const struct talk_result *r);
static void on_scout(void *arg, const struct talk_result *r);

struct task *task_new(const struct task_room *room, const struct job *job)
{
	struct task *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->room = room;
	t->job = *job;
	t->arrived = mono_now();
	t->scout = (struct scout){ .fn = on_scout, .arg = t };
	course_open(&t->course, &room->talk, room->conf, job);
	return t;
}

void task_free(struct task *t)
{
	if (!t)
		return;
	follow_free(t->follow);
	scout_end(&t->scout);
	talk_free(t->talk);
	inquiry_free(t->inquiry);
	loop_event_free(t->timer);
	free(t->probe);
	free(t);
}

/* The conversation ends, or another takes its place: what it cost is known. */
static void end_talk(struct task *t)
{
	if (t->talk)
		t->probe->sent_dials = (uint16_t)(t->probe->sent_dials + talk_repeats(t->talk));
	talk_free(t->talk);
	t->talk = NULL;
	t->held = NULL;
}

/* The last thing done with `t`. */
static void finish(struct task *t, enum state state, enum reason reason)
{
	evidence_temper(t, &state, &reason);
	end_talk(t);
	scout_end(&t->scout);
	aside_count(t);
	t->probe->state = (uint8_t)state;
	t->probe->reason = (uint8_t)reason;
	t->probe->finished_us = mono_wall();
	t->room->done(t->room->arg, t);
}

void task_finish_open(struct task *t)
{
	finish(t, STATE_OPEN, REASON_SYN_ACK);
}

static void finish_open(struct task *t)
{
	end_talk(t);
	if (!aside_end(t))
		task_finish_open(t);
}

void task_give_up(struct task *t)
{
	t->probe->given_up = 1;
	finish(t, STATE_CANDIDATE, REASON_UNFINISHED);
}

/* The wire has said what it is. */
static bool has_name(const struct task *t)
{
	return t->job.app[0];
}

/* Sets the timer, but not beyond the limit. */
static void wait_for(struct task *t, mono_t wait)
{
	mono_t left = t->limit - mono_now();

	wait = wait < left ? wait : left;
	loop_timer_set(t->timer, wait > 0 ? wait : 0);
}

static void set_limit(struct task *t)
{
	t->limit = t->limit ? t->limit : mono_now() + STEPS_LIMIT;
}

int task_start(struct task *t)
{
	const struct task_room *room = t->room;
	const struct service *service = &t->job.service;
	struct probe *p;
	int rc;

	t->probe = p = calloc(1, sizeof(*p));
	t->timer = loop_timer_new(room->talk.loop, on_timer, t);
	if (!p || !t->timer) {
		free(p);
		t->probe = NULL;
		loop_event_free(t->timer);
		t->timer = NULL;
		return -ENOMEM;
	}
	steps_name(t, &t->job);
	p->job = t->job.id;
	p->service = *service;
	p->started_us = mono_wall();
	rc = source_find(room->talk.source, &service->host, service->port, &t->way);
	record_text_set(p->vantage, sizeof(p->vantage),
			t->way.self ? "self" : room->conf->verify_vantage);
	if (rc || !budget_may(room->talk.budget, &service->host)) {
		finish(t, STATE_CANDIDATE, rc ? REASON_LOCAL : REASON_NONE);
		return 0;
	}
	p->from = t->way.from;
	if (service->proto == PROTO_UDP) {
		errand_start(t);
		return 0;
	}
	p->by_connect = t->way.self || !room->raw || !raw_has(room->raw, &service->host);
	t->stage = p->by_connect ? TASK_TALK : TASK_SYN;
	steps_set(t, course_first(&t->course, t->job.app));
	room->want(room->arg, t);
	return 0;
}

/* Sending was refused by this host itself, or by the budget: that says nothing of the service. */
static void sending_failed(struct task *t, int rc)
{
	if (rc != ERR_DENIED && t->connected)
		finish_open(t);
	else if (rc == ERR_REST)
		task_give_up(t);
	else
		finish(t, STATE_CANDIDATE, rc == ERR_DENIED ? REASON_NONE : REASON_LOCAL);
}

static int send_syn(struct task *t)
{
	mono_t now = mono_now();
	int rc = raw_send(t->room->raw, t->room->talk.budget, &t->way, now);

	if (rc == -EAGAIN)
		return rc;
	if (rc && rc != -ENOBUFS) {
		sending_failed(t, rc);
		return 0;
	}
	set_limit(t);
	if (rc) {
		wait_for(t, QUEUE_WAIT);
		return 0;
	}
	t->sent = now;
	t->probe->tries++;
	t->probe->sent_syns++;
	t->waited = rtt_wait(t->room->rtt, &t->way.to, t->probe->tries,
			     t->probe->tries >= t->room->conf->verify_tries);
	wait_for(t, t->waited);
	return 0;
}

static int send_talk(struct task *t)
{
	const struct talk_order order =
		steps_order(t, (struct course_step){ t->hello, t->question });
	int rc = talk_open(&t->room->talk, &order, on_talk, t, &t->talk);
	if (rc == -EAGAIN)
		return rc;
	if (rc) {
		sending_failed(t, rc);
		return 0;
	}
	set_limit(t);
	t->probe->sent_dials++;
	aside_begin(t);
	if (t->probe->by_connect)
		t->probe->tries = 1;
	steps_note(t);
	t->dials++;
	steps_scout(t);
	wait_for(t, STEPS_LIMIT);
	return 0;
}

int task_send(struct task *t)
{
	if (t->inquiry)
		return inquiry_send(t->inquiry);
	return t->stage == TASK_SYN ? send_syn(t) : send_talk(t);
}

/* Opens one more connection when its turn comes. */
static void dial(struct task *t, struct course_step step)
{
	end_talk(t);
	steps_set(t, step);
	t->room->want(t->room->arg, t);
}

void task_hear(struct task *t, const struct syn_answer *answer)
{
	struct probe *p = t->probe;

	if (t->stage != TASK_SYN || !p->tries || evidence_is_lost(answer))
		return;
	if (answer->kind == SYN_UNREACHABLE && answer->is_own) {
		finish(t, STATE_CANDIDATE, REASON_LOCAL);
		return;
	}
	evidence_note(t, answer);
	switch (answer->kind) {
	case SYN_OPEN:
		p->state = STATE_OPEN;
		p->reason = REASON_SYN_ACK;
		t->zero_window = !answer->window;
		/* A connection alone may keep a printer from its work. */
		if (t->course.is_fragile)
			break;
		t->stage = TASK_TALK;
		/* The name may have come meanwhile. */
		steps_set(t, course_first(&t->course, t->job.app));
		wait_for(t, STEPS_LIMIT);
		t->room->want(t->room->arg, t);
		return;
	case SYN_CLOSED:
		finish(t, STATE_CLOSED, REASON_RST);
		return;
	case SYN_UNREACHABLE:
		finish(t, STATE_SILENT, REASON_ICMP);
		return;
	}
	finish_open(t);
}

static void on_timer(void *arg, int what)
{
	struct task *t = arg;

	(void)what;
	if (t->stage == TASK_SYN && mono_now() < t->limit &&
	    t->probe->tries < t->room->conf->verify_tries) {
		/* Its turn may be long in coming. */
		wait_for(t, STEPS_LIMIT);
		t->room->want(t->room->arg, t);
	} else if (t->probe->state == STATE_OPEN) {
		finish_open(t);
	} else {
		finish(t, STATE_SILENT, REASON_NO_ANSWER);
	}
}

/* connect() failed. */
static void hear_unreached(struct task *t, const struct talk_result *r)
{
	struct probe *p = t->probe;

	if (t->connected) {
		finish_open(t);
		return;
	}
	/*
	 * The SYN was answered, a full connection is not: once may be chance (a full backlog),
	 * twice means that something other than a service answers SYNs: a SYN proxy, a scan trap.
	 */
	if (!p->by_connect && ++t->failed_dials < DIALS) {
		dial(t, (struct course_step){ t->hello, t->question });
		return;
	}
	if (r->is_icmp && !addr_is_same(&r->icmp_from, &t->way.from)) {
		p->icmp_type = r->icmp_type;
		p->icmp_code = r->icmp_code;
		p->icmp_from = r->icmp_from;
		finish(t, STATE_SILENT, REASON_ICMP);
	} else if (r->error == ECONNREFUSED) {
		if (p->by_connect)
			p->rtt_us = (uint32_t)r->rtt;
		finish(t, STATE_CLOSED, REASON_RST);
	} else if (r->error == ETIMEDOUT) {
		finish(t, STATE_SILENT, REASON_NO_ANSWER);
	} else {
		finish(t, STATE_CANDIDATE, REASON_LOCAL);
	}
}

/* Nothing more is to be said: scouts may yet bring an answer. */
static bool is_held(struct task *t, const struct talk_result *r)
{
	t->held = scout_waits(&t->scout) ? r : NULL;
	return t->held;
}

/* Nothing more to be tried? Then say so, else go on. */
static void go_on(struct task *t, const struct talk_result *r)
{
	struct course_step next = course_next(&t->course, t->job.app, t->job.app_guess);
	bool shut = r->end == TALK_CLOSED || r->end == TALK_RESET;

	if (next.hello != BANNER_LISTEN) {
		dial(t, next);
		return;
	}
	if (is_held(t, r))
		return;
	/*
	 * It went away after our hello without a word, and we never saw it wait for one: that may
	 * be a dislike of the hello, or of us. Listening tells.
	 */
	if (shut && !t->is_quiet && !t->probe->banner_len) {
		t->listen_only = true;
		dial(t, (struct course_step){ BANNER_LISTEN, NULL });
		return;
	}
	finish_open(t);
}

/* It said something. */
static void hear_answer(struct task *t, const struct talk_result *r)
{
	struct probe *p = t->probe;
	const char *wrapped = names_wrapped(r->banner.app);
	bool is_known = r->banner.app[0] || r->is_tls;
	bool is_better = is_known && (!p->app[0] || r->banner.product[0] || r->is_tls);
	struct course_step more;

	if (is_known)
		steps_recall(t);
	if (is_better || !p->banner_len)
		talk_quote(r, p);
	if (is_better)
		talk_tell(r, p);
	if (r->is_tls) {
		if (wrapped[0] || !p->app[0])
			record_text_set(p->app, sizeof(p->app), wrapped[0] ? wrapped : "tls");
		tls_tell(&r->tls, p);
	}
	more = steps_more(t, r);
	if (more.hello != BANNER_LISTEN) {
		t->has_narrowed |= !r->is_tls;
		dial(t, more);
	} else if (is_known || p->app[0] || !r->spoke)
		finish_open(t);
	else
		go_on(t, r);
}

/* On the connection that is there. */
static void speak(struct task *t)
{
	const struct talk_say say = steps_say(t);

	steps_note(t);
	talk_speak(t->talk, &say);
}

/* It took the connection and kept silent while we did. */
static void hear_silence(struct task *t, const struct talk_result *r)
{
	struct course_step next = steps_next(t);

	t->is_quiet = true;
	if (t->listen_only || next.hello == BANNER_LISTEN) {
		if (!is_held(t, r))
			finish_open(t);
		return;
	}
	steps_set(t, next);
	speak(t);
}

/* What the conversation came to, where that was not a connection that failed. */
static void conclude(struct task *t, const struct talk_result *r)
{
	if (r->end == TALK_ANSWERED)
		hear_answer(t, r);
	else if (t->probe->app[0])
		finish_open(t);
	else if (r->spoke)
		go_on(t, r);
	else if (r->end == TALK_SILENT)
		hear_silence(t, r);
	else if (t->is_quiet)
		go_on(t, r);
	else if (!steps_is_refusal(t))
		finish_open(t);
	else if (!is_held(t, r))
		finish(t, STATE_REFUSES,
		       r->end == TALK_RESET ? REASON_RESET_AFTER_ACCEPT
					    : REASON_CLOSE_AFTER_ACCEPT);
}

/* One of those that asked while we listened is back. */
static void on_scout(void *arg, const struct talk_result *r)
{
	struct task *t = arg;
	struct probe *p = t->probe;
	struct talk_result said;
	bool is_known = r->end == TALK_ANSWERED && (r->banner.app[0] || r->is_tls);

	if (is_known && !r->is_tls && !r->banner.product[0] && scout_waits(&t->scout)) {
		/* The one who is still out may have asked better. */
		talk_quote(r, p);
		talk_tell(r, p);
		return;
	}
	if (is_known) {
		said = *r;
		end_talk(t);
		scout_end(&t->scout);
		t->connected = true;
		hear_answer(t, &said);
		return;
	}
	if (r->end == TALK_ANSWERED && !p->banner_len)
		talk_quote(r, p);
	if (scout_waits(&t->scout))
		return;
	if (p->app[0])
		finish_open(t);
	else if (t->held)
		conclude(t, t->held);
	else if (r->end != TALK_SILENT)
		steps_hurry(t);
}

/* The conversation is over, for now. */
static void on_talk(void *arg, const struct talk_result *r)
{
	struct task *t = arg;
	struct probe *p = t->probe;

	if (r->end == TALK_UNREACHED) {
		hear_unreached(t, r);
		return;
	}
	if (p->by_connect && !t->connected)
		p->rtt_us = (uint32_t)r->rtt;
	t->connected = true;
	p->state = STATE_OPEN;
	p->reason = REASON_SYN_ACK;
	conclude(t, r);
}

void task_name(struct task *t, const struct job *job)
{
	struct course_step step;
	struct talk_say say;

	if (t->job.named && has_name(t))
		return;
	steps_name(t, job);
	t->job.named = 1;
	if (t->inquiry) {
		inquiry_name(t->inquiry, t->job.app);
		return;
	}
	step = course_first(&t->course, t->job.app);
	if (!t->talk) {
		/* A first conversation that waits for its turn; later ones follow their plan. */
		if (t->stage != TASK_TALK || !t->dials)
			steps_set(t, step);
		return;
	}
	if (!has_name(t))
		steps_scout(t);
	if (t->listen_only || !has_name(t) || t->hello != BANNER_LISTEN)
		return;
	if (talk_is_dialling(t->talk)) {
		steps_set(t, step);
		steps_note(t);
		say = steps_say(t);
		talk_prepare(t->talk, &say);
		return;
	}
	if (!talk_is_listening(t->talk))
		return;
	steps_set(t, step);
	speak(t);
}
