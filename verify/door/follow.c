/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/follow.h"

#include "verify/door/old.h"
#include "verify/door/visit.h"
#include "verify/talk/request.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ERRANDS_MOST 16
#define WAIT_MOST (500 * MONO_MS)  /* of one visit, once the name is known */
#define AGAIN_MOST 3		   /* times that a visit is waited for once more */
#define LEAVE_MOST (500 * MONO_MS) /* for the budget, in all */
#define LATE_AFTER (15 * MONO_MS)  /* the conversation ended: what it told waits no longer */

/* A visit to be made. */
struct errand {
	const struct door *starttls, *door;
	bool tls, offer_alpn;
};

struct place {
	struct visit *visit; /* NULL: free */
	struct errand errand;
	mono_t deadline;
	size_t heard;	/* bytes, at the deadline before */
	unsigned again; /* how often it was put off */
};

struct follow {
	const struct talk_room *room; /* borrowed */
	const struct conf *conf;
	struct source_way way;
	follow_fn fn;
	void *arg;
	struct loop_event *timer;
	mono_t wait, leave;  /* of a visit; until when the budget may keep us waiting */
	mono_t late;	     /* when it is late; 0: its conversation goes on, or that was told */
	struct probe *probe; /* borrowed; NULL: its conversation goes on yet */
	struct probe own;    /* what visits learn */
	size_t count, next;  /* errands, of which this one is next */
	struct errand errands[ERRANDS_MOST];
	struct place places[FOLLOW_AT_ONCE];
	const struct door *starttls; /* that is being tried */
	unsigned dials;		     /* SYNs of visits that are over */
	bool missed;		     /* an errand was not allowed in time */
	bool wants_tls;		     /* the wire says that it speaks TLS */
	char sni[RECORD_HINT_MAX];
	char host[RECORD_HINT_MAX + 8];
	char agent[REQUEST_AGENT_MAX];
};

static bool is_door(const struct door *a, const struct door *b)
{
	return a == b || (a && b && !strcmp(a->name, b->name));
}

/* Once each. */
static void add(struct follow *f, const struct errand *errand)
{
	const struct errand *e;

	for (e = f->errands; e < f->errands + f->count; e++)
		if (is_door(e->door, errand->door) && is_door(e->starttls, errand->starttls) &&
		    e->tls == errand->tls && e->offer_alpn == errand->offer_alpn)
			return;
	if (f->count < ERRANDS_MOST)
		f->errands[f->count++] = *errand;
}

/* Only versions below the one it chose of all that we offered. */
static void add_old(struct follow *f, const struct door *starttls, const char *chosen)
{
	static const struct door *const doors[] = { &old_ssl2, &old_ssl3, &old_tls10, &old_tls11 };
	size_t i, count = sizeof(doors) / sizeof(doors[0]);

	if (!f->conf->verify_old_tls)
		return;
	for (i = 0; i < count && strcmp(doors[i]->name, chosen); i++)
		;
	if (i < count) {
		probe_add_fact(&f->own, FACT_WEAK_TLS, chosen);
		while (i--)
			add(f, &(struct errand){ .starttls = starttls, .door = doors[i] });
		return;
	}
	/* The answer to the newest of them may make two of the others needless. */
	add(f, &(struct errand){ .starttls = starttls, .door = &old_tls11 });
	add(f, &(struct errand){ .starttls = starttls, .door = &old_ssl2 });
}

static void add_doors(struct follow *f, const char *app, bool tls)
{
	const struct door *doors[DOORS_MOST];
	size_t i, count;

	if (!f->conf->verify_doors)
		return;
	count = door_due(app, tls, doors);
	for (i = 0; i < count; i++)
		add(f, &(struct errand){ .door = doors[i], .tls = tls });
	if (tls || !door_starttls(app) || f->own.tls[0])
		return;
	f->starttls = door_starttls(app);
	add(f, &(struct errand){ .starttls = f->starttls, .tls = true });
}

static bool is_web(const char *app)
{
	return !strcmp(app, "https") || !strcmp(app, "tls") || !strcmp(app, "http");
}

static void add_rest(struct follow *f)
{
	const struct probe *p = f->probe;

	add_doors(f, p->app, p->tls[0] != 0);
	/* It sent records, or hung up at a hello that it did not know, and OpenSSL is at a loss. */
	if (!p->tls[0]) {
		if (!strcmp(p->app, "tls") || (!p->app[0] && f->wants_tls))
			add_old(f, NULL, "");
		return;
	}
	if (is_web(p->app) && f->conf->verify_doors)
		add(f, &(struct errand){ .tls = true, .offer_alpn = true });
	add_old(f, NULL, p->tls);
}

static void on_timer(void *arg, int what);

struct follow *follow_open(const struct talk_room *room, const struct follow_order *order,
			   follow_fn fn, void *arg)
{
	struct follow *f = calloc(1, sizeof(*f));
	bool six = !addr_is_v4(&order->way->to);
	char text[ADDR_TEXT_MAX];

	if (!f)
		return NULL;
	f->room = room;
	f->conf = order->conf;
	f->way = *order->way;
	f->fn = fn;
	f->arg = arg;
	f->wait = order->conf->verify_hello_wait;
	f->leave = mono_now() + LEAVE_MOST;
	f->wants_tls = order->tls;
	if (tls_is_name(order->sni))
		record_text_set(f->sni, sizeof(f->sni), order->sni);
	request_agent(room->announce, f->agent, sizeof(f->agent));
	addr_text(&order->way->to, text);
	if (f->sni[0])
		snprintf(f->host, sizeof(f->host), "%s:%u", f->sni, order->way->port);
	else
		snprintf(f->host, sizeof(f->host), "%s%s%s:%u", six ? "[" : "", text,
			 six ? "]" : "", order->way->port);
	f->timer = loop_timer_new(room->loop, on_timer, f);
	if (!f->timer) {
		free(f);
		return NULL;
	}
	add_doors(f, order->app, order->tls);
	if (f->count)
		loop_timer_set(f->timer, 0);
	return f;
}

void follow_free(struct follow *f)
{
	size_t i;

	if (!f)
		return;
	for (i = 0; i < FOLLOW_AT_ONCE; i++)
		visit_free(f->places[i].visit);
	loop_event_free(f->timer);
	free(f);
}

/* The same words, however they are put together: "Node exporter", "node_exporter". */
static bool is_alike(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a && !isalnum((unsigned char)*a))
			a++;
		while (*b && !isalnum((unsigned char)*b))
			b++;
		if (!*a || !*b || tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return !*a && !*b;
	}
}

/* A version that a visit was told of, if it is this product's. */
static void tell_version(const struct probe *own, struct probe *p)
{
	if (!p->app[0] || p->version[0] || !own->version[0])
		return;
	if (!own->product[0] || is_alike(own->product, p->product))
		memcpy(p->version, own->version, sizeof(p->version));
}

/* What was learned goes where the conversation has left room for it. */
static void tell(const struct follow *f)
{
	const struct probe *own = &f->own;
	struct probe *p = f->probe;
	struct probe_fact fact;
	size_t at = 0;

	while (probe_next_fact(own, &at, &fact))
		probe_add_fact(p, fact.kind, fact.text);
	if (f->missed)
		probe_add_fact(p, FACT_NOTE, "not all was asked: verify.rate left no room for it");
	tell_version(own, p);
	if (own->alpn[0])
		memcpy(p->alpn, own->alpn, sizeof(p->alpn));
	if (p->tls[0] || !own->tls[0])
		return;
	if (!p->app[0])
		record_text_set(p->app, sizeof(p->app), "tls");
	memcpy(p->tls, own->tls, sizeof(p->tls));
	memcpy(p->cipher, own->cipher, sizeof(p->cipher));
	memcpy(p->san, own->san, sizeof(p->san));
	p->certificate_count = own->certificate_count;
	memcpy(p->certificates, own->certificates, sizeof(p->certificates));
}

/* A visit is over, what it cost is known, and what it leads to. */
static void leave(struct follow *f, struct place *place, const struct door *next)
{
	struct errand errand = { .starttls = place->errand.starttls,
				 .door = next,
				 .tls = place->errand.tls };

	f->dials += visit_dials(place->visit);
	visit_free(place->visit);
	place->visit = NULL;
	if (!next)
		return;
	add(f, &errand);
	errand.door = &old_ssl3;
	if (next == &old_tls10)
		add(f, &errand);
}

unsigned follow_dials(const struct follow *f)
{
	unsigned dials = f->dials;
	size_t i;

	for (i = 0; i < FOLLOW_AT_ONCE; i++)
		if (f->places[i].visit)
			dials += visit_dials(f->places[i].visit);
	return dials;
}

static void on_visit(void *arg, struct visit *visit, const struct door *next);

/* 0: it is on its way, or will never be; -EAGAIN: the budget says wait. */
static int set_out(struct follow *f, struct place *place)
{
	const struct errand *e = &f->errands[f->next];
	struct visit_order order = { .way = &f->way,
				     .probe = &f->own,
				     .host = f->host,
				     .agent = f->agent,
				     .sni = f->sni,
				     .starttls = e->starttls,
				     .tls = e->tls,
				     .offer_alpn = e->offer_alpn,
				     .door = e->door };
	mono_t now = mono_now();
	int rc = visit_open(f->room, &order, on_visit, f, &place->visit);

	if (rc == -EAGAIN && now < f->leave)
		return rc;
	f->missed |= rc != 0;
	place->errand = *e;
	place->deadline = now + f->wait;
	place->heard = 0;
	place->again = 0;
	f->next++;
	return 0;
}

/* Sends whom it can, and sees to the next time. The last thing done with `f`. */
static void pump(struct follow *f)
{
	mono_t now = mono_now(), until = now + MONO_SECOND;
	size_t i, busy = 0;
	bool waits = false;

	for (i = 0; i < FOLLOW_AT_ONCE; i++) {
		while (!f->places[i].visit && f->next < f->count && !waits)
			waits = set_out(f, &f->places[i]) == -EAGAIN;
		if (!f->places[i].visit)
			continue;
		busy++;
		if (f->places[i].deadline < until)
			until = f->places[i].deadline;
	}
	if (waits && now + budget_wait(f->room->budget, now) < until)
		until = now + budget_wait(f->room->budget, now);
	if (f->late && f->late < until)
		until = f->late;
	if (busy || waits) {
		loop_timer_set(f->timer, until > now ? until - now : 0);
	} else if (f->probe) {
		tell(f);
		f->fn(f->arg, FOLLOW_OVER);
	}
}

static void on_visit(void *arg, struct visit *visit, const struct door *next)
{
	struct follow *f = arg;
	size_t i;

	for (i = 0; i < FOLLOW_AT_ONCE; i++) {
		if (f->places[i].visit != visit)
			continue;
		leave(f, &f->places[i], next);
	}
	/* It was plain, and has shown TLS now. */
	if (f->starttls && f->own.tls[0]) {
		add_old(f, f->starttls, f->own.tls);
		f->starttls = NULL;
	}
	pump(f);
}

/* Who goes on talking is waited for some more. */
static bool is_late(const struct follow *f, struct place *place, mono_t now)
{
	size_t heard;

	if (!place->visit || place->deadline > now)
		return false;
	heard = visit_heard(place->visit);
	if (heard == place->heard || place->again == AGAIN_MOST)
		return true;
	place->heard = heard;
	place->again++;
	place->deadline = now + f->wait;
	return false;
}

static void on_timer(void *arg, int what)
{
	struct follow *f = arg;
	mono_t now = mono_now();
	size_t i;

	(void)what;
	for (i = 0; i < FOLLOW_AT_ONCE; i++)
		if (is_late(f, &f->places[i], now))
			leave(f, &f->places[i],
			      f->places[i].errand.door == &old_tls11 ? &old_tls10 : NULL);
	if (f->late && f->late <= now) {
		f->late = 0;
		f->fn(f->arg, FOLLOW_LATE);
	}
	pump(f);
}

void follow_end(struct follow *f, struct probe *probe, mono_t took)
{
	mono_t wait = 3 * took, now = mono_now();
	size_t i;

	f->probe = probe;
	if (wait < f->conf->verify_door_wait)
		wait = f->conf->verify_door_wait;
	f->wait = wait < WAIT_MOST ? wait : WAIT_MOST;
	f->leave = now + LEAVE_MOST;
	f->late = now + LATE_AFTER;
	for (i = 0; i < FOLLOW_AT_ONCE; i++) {
		if (f->places[i].visit)
			f->places[i].heard = visit_heard(f->places[i].visit);
		if (f->places[i].deadline > now + f->wait)
			f->places[i].deadline = now + f->wait;
	}
	add_rest(f);
	pump(f);
}
