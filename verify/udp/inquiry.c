/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/inquiry.h"

#include "base/err.h"
#include "verify/udp/ask.h"

#include <errno.h>
#include <stdlib.h>

#define LIMIT (15 * MONO_SECOND) /* from the first datagram to the verdict */
#define DATAGRAMS_MOST 32	 /* of ours, for one verdict */
#define READ_MOST 64		 /* datagrams taken in one go */
#define BUFFER 8192
#define WAIT_LEAST (50 * MONO_MS)  /* for more of an answer, or for the other answers */
#define WAIT_WORK (1500 * MONO_MS) /* for what it signs, or sends a second time */

/* Whom to ask, in this order; each step is left out where it has nothing new. */
enum step { STEP_WIRE, STEP_PORT, STEP_COMMON, STEP_BOOK, STEP_END, STEP_FOLLOW };

struct inquiry {
	struct inquiry_order order;
	struct inquiry_room room;
	char app[RECORD_APP_MAX];
	struct loop_event *timer;
	struct ask asks[INQUIRY_SOCKETS_MOST];
	unsigned count, next; /* asks of this step; the next one to send */
	unsigned attempt, attempts;
	unsigned sent; /* datagrams in all */
	enum step step;
	uint64_t asked; /* questions, as bits */
	mono_t started, limit, rtt;
	bool waiting;	   /* for a name */
	bool renamed;	   /* the name came while something else was asked */
	bool resting;	   /* what is still to come is waited for */
	const char *known; /* the protocol that has answered; NULL none yet */
};

static void on_timer(void *arg, int what);
static void on_port(void *arg, int what);

struct inquiry *inquiry_new(const struct inquiry_order *order)
{
	struct inquiry *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->order = *order;
	in->room = *order->room;
	in->timer = loop_timer_new(in->room.loop, on_timer, in);
	if (!in->timer) {
		free(in);
		return NULL;
	}
	record_text_set(in->app, sizeof(in->app), order->app);
	return in;
}

/* `probe`, if there is one, is told what only shows when no more will come. */
static void close_asks(struct inquiry *in, struct probe *probe)
{
	unsigned i;

	for (i = 0; i < in->count; i++)
		ask_close(&in->asks[i], probe);
	in->count = in->next = 0;
}

void inquiry_free(struct inquiry *in)
{
	if (!in)
		return;
	close_asks(in, NULL);
	loop_event_free(in->timer);
	free(in);
}

/* The verdict; the last thing done with it. */
static void finish(struct inquiry *in, enum state state, enum reason reason)
{
	struct probe *p = in->order.probe;
	const char *why, *app = in->app[0] ? in->app : question_app_of_port(p->service.port);

	close_asks(in, in->order.probe);
	if (state != STATE_OPEN)
		p->tries = (uint8_t)in->sent;
	p->state = (uint8_t)state;
	p->reason = (uint8_t)reason;
	/* Its network is left alone: another time. */
	p->given_up = reason == REASON_UNFINISHED;
	why = state == STATE_SILENT && reason == REASON_NO_ANSWER ? question_silence(app) : NULL;
	if (why && in->app[0])
		answer_fact(p, FACT_NOTE, "%s", why);
	else if (why)
		answer_fact(p, FACT_NOTE, "what this port is for may be there all the same: %s",
			    why);
	in->order.done(in->order.arg);
}

static bool is_open(const struct inquiry *in)
{
	return in->order.probe->state == STATE_OPEN;
}

/* Nothing more is to be learnt, or time is up. */
static void finish_as_it_stands(struct inquiry *in)
{
	if (is_open(in))
		finish(in, STATE_OPEN, REASON_ANSWER);
	else if (in->sent)
		finish(in, STATE_SILENT, REASON_NO_ANSWER);
	else
		finish(in, STATE_CANDIDATE, REASON_NONE);
}

static bool is_wanted(const struct inquiry *in, const struct question *q)
{
	switch (in->step) {
	case STEP_WIRE:
		return !(q->flags & QUESTION_FOLLOWS) && question_is_app(q, in->app);
	case STEP_PORT:
		return !(q->flags & QUESTION_FOLLOWS) &&
		       question_is_app(q, question_app_of_port(in->order.probe->service.port));
	case STEP_COMMON:
		return q->flags & QUESTION_COMMON;
	case STEP_FOLLOW:
		return question_is_app(q, in->known);
	default:
		return false;
	}
}

static bool add(struct inquiry *in, const struct question *q)
{
	struct ask *a = &in->asks[in->count];

	if (in->count == INQUIRY_SOCKETS_MOST || !ask_make(a, q, in->order.probe->service.port))
		return false;
	a->arg = in;
	in->count++;
	return true;
}

/* What the probe database asks over UDP, a user's file above all; rare ones where nothing is known.
 */
static void gather_book(struct inquiry *in)
{
	const struct conf *conf = in->room.conf;
	const struct book_order order = { .proto = PROTO_UDP,
					  .port = in->order.probe->service.port,
					  .rarity = in->app[0] ? 0 : (uint8_t)conf->verify_rarity,
					  .app = in->app };
	const struct book_question *all[INQUIRY_SOCKETS_MOST];
	size_t most = conf->verify_questions, count, i;

	most = most < INQUIRY_SOCKETS_MOST ? most : INQUIRY_SOCKETS_MOST;
	count = in->room.book ? book_choose(in->room.book, &order, all, most) : 0;
	for (i = 0; i < count; i++)
		if (ask_make_custom(&in->asks[in->count], in->room.book, all[i], in->app))
			in->asks[in->count++].arg = in;
}

/* Makes the asks of this step, of what has not been asked yet. */
static void gather(struct inquiry *in)
{
	const struct question *q;
	size_t i;

	close_asks(in, in->order.probe);
	if (in->step == STEP_BOOK) {
		gather_book(in);
		return;
	}
	for (i = 0; (q = question_row(i)); i++)
		if (!(in->asked & 1ULL << i) && is_wanted(in, q) && add(in, q))
			in->asked |= 1ULL << i;
}

/*
 * How often a question is said: what the wire names or, without its word, what the port is for, is
 * worth patience. Nothing is called silent that was asked once only.
 */
static unsigned attempts_of(const struct inquiry *in)
{
	const unsigned most = (unsigned)in->room.conf->verify_tries;

	if (is_open(in))
		return in->step == STEP_FOLLOW ? 2 : 1;
	if (in->step == STEP_WIRE || (in->step == STEP_PORT && !in->app[0]))
		return most;
	return in->step >= STEP_COMMON && most > 1 ? 2 : 1;
}

static void ask_all(struct inquiry *in)
{
	loop_timer_stop(in->timer);
	in->attempt = 0;
	in->attempts = attempts_of(in);
	in->next = 0;
	in->resting = false;
	in->order.want(in->order.arg);
}

static enum step step_after(struct inquiry *in)
{
	/* Who has answered is asked on, once; a name that is proved ends the guessing. */
	if (in->known)
		return in->step == STEP_FOLLOW ? STEP_END : STEP_FOLLOW;
	if (!in->renamed)
		return in->step < STEP_END ? in->step + 1 : STEP_END;
	in->renamed = false;
	return STEP_WIRE;
}

/* On to the next step that has anything to ask. */
static void step_on(struct inquiry *in)
{
	for (in->step = step_after(in); in->step != STEP_END; in->step = step_after(in)) {
		/* The wire has said what it is: nothing is left to guess. */
		if (in->step == STEP_COMMON && in->app[0] && in->sent)
			continue;
		gather(in);
		if (in->count) {
			ask_all(in);
			return;
		}
	}
	finish_as_it_stands(in);
}

static void start_step(struct inquiry *in)
{
	in->step = STEP_WIRE;
	in->waiting = false;
	gather(in);
	if (in->count)
		ask_all(in);
	else
		step_on(in);
}

void inquiry_start(struct inquiry *in)
{
	const char *usual = question_app_of_port(in->order.probe->service.port);

	in->started = mono_now();
	if (in->app[0] || usual[0] || in->order.named) {
		start_step(in);
		return;
	}
	/* Nothing says what it might be; the wire may do so in a moment. */
	in->waiting = true;
	loop_timer_set(in->timer, in->room.conf->verify_name_wait);
}

void inquiry_name(struct inquiry *in, const char *app)
{
	if (!app[0] || in->app[0])
		return;
	record_text_set(in->app, sizeof(in->app), app);
	if (in->waiting)
		start_step(in);
	else
		in->renamed = true;
}

/* Has somebody been given what he asked for, and not said all that follows? */
static bool is_at_work(const struct inquiry *in)
{
	unsigned i;

	for (i = 0; i < in->count; i++)
		if (in->asks[i].is_repeated && !in->asks[i].parts.is_over)
			return true;
	return false;
}

/* How long the answers to this attempt may take: how long answers take is known from one on. */
static mono_t wait_of(const struct inquiry *in)
{
	const struct conf *conf = in->room.conf;
	mono_t wait = rtt_wait(in->room.rtt, &in->order.way.to, 1, true);
	mono_t known = 4 * in->rtt + WAIT_LEAST;

	if (is_at_work(in))
		wait = known + WAIT_WORK;
	else if (in->rtt && known < wait)
		wait = known;
	wait <<= in->attempt;
	return wait < conf->verify_hello_wait ? wait : conf->verify_hello_wait;
}

static bool is_all_answered(const struct inquiry *in)
{
	unsigned i;

	for (i = 0; i < in->count; i++)
		if (!in->asks[i].answered ||
		    (in->asks[i].question->flags & QUESTION_MANY && !in->asks[i].parts.is_over))
			return false;
	return true;
}

/* Everything of this attempt is out. */
static void wait_answers(struct inquiry *in)
{
	mono_t left = in->limit - mono_now(), wait = wait_of(in);

	if (is_all_answered(in)) {
		step_on(in);
		return;
	}
	wait = wait < left ? wait : left;
	loop_timer_set(in->timer, wait > 0 ? wait : 0);
}

/* The next ask of this attempt that has not been answered; NULL: all are out. */
static struct ask *next_ask(struct inquiry *in)
{
	const struct ask *a;

	/* Once a protocol is known the others need not be asked. */
	for (; in->next < in->count; in->next++) {
		a = &in->asks[in->next];
		if (!a->answered && (!in->known || question_is_app(a->question, in->known)))
			break;
	}
	return in->next < in->count ? &in->asks[in->next] : NULL;
}

/* This host itself could not send: that says nothing of the service. */
static void sending_failed(struct inquiry *in, int rc)
{
	if (is_open(in) || rc == ERR_DENIED)
		finish_as_it_stands(in);
	else
		finish(in, STATE_CANDIDATE, rc == ERR_REST ? REASON_UNFINISHED : REASON_LOCAL);
}

int inquiry_send(struct inquiry *in)
{
	struct ask *a = next_ask(in);
	mono_t now = mono_now();
	int rc;

	if (!a) {
		wait_answers(in);
		return 0;
	}
	rc = budget_take(in->room.budget, &in->order.way.to, now);
	if (rc == -EAGAIN)
		return rc;
	if (!rc)
		rc = ask_send(a, &(struct ask_room){ .loop = in->room.loop,
						     .source = in->room.source,
						     .way = &in->order.way,
						     .fn = on_port });
	if (rc) {
		sending_failed(in, rc);
		return 0;
	}
	if (!in->limit)
		in->limit = now + LIMIT;
	in->sent++;
	in->order.probe->sent_datagrams++;
	in->next++;
	if (next_ask(in) && in->sent < DATAGRAMS_MOST)
		in->order.want(in->order.arg);
	else
		wait_answers(in);
	return 0;
}

static void on_timer(void *arg, int what)
{
	struct inquiry *in = arg;

	(void)what;
	if (in->waiting) {
		start_step(in);
		return;
	}
	if (mono_now() >= in->limit || in->sent >= DATAGRAMS_MOST) {
		finish_as_it_stands(in);
		return;
	}
	in->next = 0;
	/* Whoever has answered is there; only what it is asked on is worth saying twice. */
	if (++in->attempt < in->attempts && next_ask(in) &&
	    (!is_open(in) || in->step == STEP_FOLLOW)) {
		in->resting = false;
		in->order.want(in->order.arg);
		return;
	}
	step_on(in);
}

static void keep_banner(struct probe *p, const uint8_t *bytes, size_t len)
{
	if (len > sizeof(p->banner))
		len = sizeof(p->banner);
	memset(p->banner, 0, sizeof(p->banner));
	memcpy(p->banner, bytes, len);
	p->banner_len = (uint16_t)len;
}

static void hear(struct ask *a, const uint8_t *bytes, const struct port_news *news)
{
	struct inquiry *in = a->arg;
	struct probe *p = in->order.probe;
	bool first = !a->answered, recognised;

	if (first && !in->rtt && !is_open(in)) {
		if (a->tries == 1)
			p->rtt_us = (uint32_t)(in->rtt = mono_now() - a->sent);
		rtt_hint(in->room.rtt, &in->order.way.to, in->rtt, wait_of(in));
	}
	if (!is_open(in)) {
		p->state = STATE_OPEN;
		p->reason = REASON_ANSWER;
		p->ttl = news->ttl;
		p->tries = (uint8_t)a->tries;
	}
	recognised = ask_read(a, bytes, news, p);
	if (!p->banner_len || (recognised && !in->known))
		keep_banner(p, bytes, news->len);
	if (recognised && first && !in->known) {
		in->known = a->custom ? p->app : a->question->app;
		answer_fact(p, FACT_MATCHED, "%s", a->matched);
	}
}

/*
 * ICMP has spoken. True: the verdict is there, and the inquiry is gone. The host itself says of a
 * port that nobody has it; from anybody else the same words are a filter's.
 */
static bool hear_icmp(struct inquiry *in, const struct port_news *news)
{
	const struct rest_word word = { in->order.way.to, news->icmp_type, news->icmp_code };
	struct probe *p = in->order.probe;

	if (is_open(in) || news->error == EMSGSIZE)
		return false;
	/* What a filter of this host says is no evidence of another. */
	if (port_is_own_word(&in->order.way, news)) {
		if (port_is_lost(&in->order.way, news))
			return false;
		finish(in, STATE_CANDIDATE, REASON_LOCAL);
		return true;
	}
	/* Whom routers refuse is left alone for a while. */
	if (!addr_is_same(&news->icmp_from, &in->order.way.to))
		rest_hear(&in->room.budget->rest, &word, mono_now());
	p->icmp_type = news->icmp_type;
	p->icmp_code = news->icmp_code;
	p->icmp_from = news->icmp_from;
	if (port_is_unreachable(&in->order.way, news) &&
	    addr_is_same(&news->icmp_from, &in->order.way.to))
		finish(in, STATE_CLOSED, REASON_ICMP);
	else
		finish(in, STATE_SILENT, REASON_ICMP);
	return true;
}

static void on_port(void *arg, int what)
{
	struct ask *a = arg;
	struct inquiry *in = a->arg;
	uint8_t buffer[BUFFER];
	struct port_news news;
	int i;

	(void)what;
	for (i = 0;
	     i < READ_MOST && port_recv(a->fd, &in->order.way, buffer, sizeof(buffer), &news) > 0;
	     i++) {
		if (!news.is_icmp)
			hear(a, buffer, &news);
		else if (hear_icmp(in, &news))
			return;
	}
	if (a->is_repeated && !a->tries) {
		loop_timer_stop(in->timer);
		in->next = 0;
		in->order.want(in->order.arg);
		return;
	}
	/* Who has answered once answers the rest as fast. */
	if (next_ask(in) || !is_open(in) || (in->resting && !is_all_answered(in)))
		return;
	in->resting = true;
	wait_answers(in);
}
