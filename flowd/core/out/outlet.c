/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/outlet.h"

#include "flowd/core/out/tell.h"

#include <errno.h>

/* ---- what is whose ---- */

static bool is_named(const char *names, const char *name)
{
	size_t len = strlen(name), part;

	for (; *names; names += part + (names[part] == ',')) {
		part = strcspn(names, ",");
		if (part == len && !memcmp(names, name, len))
			return true;
	}
	return false;
}

static bool is_for(const struct outlet *o, const struct store_letter *letter)
{
	return letter->level >= o->conf->level &&
	       (!*letter->sinks || is_named(letter->sinks, o->conf->name));
}

static int count_letter(void *arg, const struct store_letter *letter)
{
	struct outlet *o = arg;

	o->row.waiting += is_for(o, letter);
	o->changed |= is_for(o, letter);
	o->counted = letter->number;
	return 0;
}

static int count_dead(void *arg, const struct store_dead *row)
{
	struct outlet *o = arg;

	o->row.dead++;
	o->again_due |= row->again;
	return 0;
}

/* ---- dead letters ---- */

int outlet_first_dead(void *arg, const struct store_dead *row)
{
	*(uint64_t *)arg = row->number;
	return 1;
}

/* What it will not take is kept with the reason, the latest of them. */
static int bury(struct outlet *o, const struct store_dead *row)
{
	struct store *store = o->post->store;
	struct store_dead before;
	uint64_t oldest = 0;
	int rc = letters_get_dead(store, o->conf->name, row->number, &before);

	if (rc < 0)
		return rc;
	if (!rc && o->row.dead >= LETTERS_DEAD_MAX) {
		/* The walk sees what is committed: a row that went in this batch is still met. */
		rc = store_commit(store, false);
		if (!rc)
			rc = letters_walk_dead(store, o->conf->name, outlet_first_dead, &oldest);
		if (rc < 0)
			return rc;
		letters_delete_dead(store, o->conf->name, oldest);
		o->row.dead -= oldest > 0;
		rc = 0;
	}
	o->row.dead += !rc;
	letters_put_dead(store, o->conf->name, row);
	o->changed = true;
	return 0;
}

static struct store_dead dead_of(const struct store_letter *letter, const char *why)
{
	struct store_dead row = { .number = letter->number,
				  .time_us = letter->time_us,
				  .died_us = mono_wall(),
				  .growth = letter->growth };

	record_text_set(row.error, sizeof(row.error), why);
	return row;
}

/* What it takes to send it once more. */
static struct store_letter letter_of(const struct store_dead *row)
{
	return (struct store_letter){ .number = row->number,
				      .time_us = row->time_us,
				      .growth = row->growth };
}

/* ---- sending ---- */

/* 0; -EAGAIN: relay has no room now; 1 the alert is not kept any more; an error of the store. */
static int send_parcel(struct outlet *o, const struct store_letter *letter, bool again)
{
	struct post *p = o->post;
	struct outbox_parcel parcel = { .life = p->relay_life,
					.store = letters_store(p->store),
					.again = again,
					.number = letter->number,
					.growth = letter->growth };
	int rc = letters_alert(p->store, letter, &parcel.alert);

	if (rc <= 0)
		return rc < 0 ? rc : 1;
	record_text_set(parcel.sink, sizeof(parcel.sink), o->conf->name);
	rc = ipc_send(p->relay, IPC_PARCEL, &parcel);
	/* Who is gone comes back. */
	return rc ? -EAGAIN : 0;
}

static int send_letter(void *arg, const struct store_letter *letter)
{
	struct outlet *o = arg;
	struct store_dead dead;
	int rc;

	if (is_for(o, letter)) {
		if (o->flying >= OUTBOX_WINDOW)
			return 1;
		rc = send_parcel(o, letter, false);
		if (rc < 0) {
			o->post->due |= rc == -EAGAIN;
			return rc == -EAGAIN ? 1 : rc;
		}
		o->flying += !rc;
		if (rc) {
			dead = dead_of(letter, "the alert is not kept any more");
			if ((rc = bury(o, &dead)) < 0)
				return rc;
			o->row.waiting -= o->row.waiting > 0;
		}
	}
	o->scanned = letter->number;
	return 0;
}

static int send_again(void *arg, const struct store_dead *row)
{
	const struct store_letter letter = letter_of(row);
	struct outlet *o = arg;
	int rc;

	if (!row->again)
		return 0;
	if (o->again >= OUTBOX_WINDOW) {
		o->again_due = true;
		return 1;
	}
	rc = send_parcel(o, &letter, true);
	if (rc == -EAGAIN) {
		o->again_due = o->post->due = true;
		return 1;
	}
	if (rc == 1) {
		letters_delete_dead(o->post->store, o->conf->name, row->number);
		o->row.dead -= o->row.dead > 0;
		o->changed = true;
		return 0;
	}
	o->again += !rc;
	return rc;
}

struct giving_up {
	struct outlet *o;
	uint64_t before; /* the first that stays */
};

static int give_up(void *arg, const struct store_letter *letter)
{
	struct giving_up *g = arg;
	struct store_dead dead;
	int rc = 0;

	if (letter->number >= g->before)
		return 1;
	if (is_for(g->o, letter)) {
		dead = dead_of(letter, "too many alerts waited");
		rc = bury(g->o, &dead);
		g->o->row.waiting -= g->o->row.waiting > 0;
		g->o->row.given_up++;
		++g->o->post->life->undelivered;
	}
	g->o->scanned = letter->number;
	return rc < 0 ? rc : 0;
}

#define MILLION 1000000 /* values of troubles are in millionths */

/* That alerts are given up is trouble, until half of what may wait is gone. */
static void tell_overflow(struct outlet *o, bool over)
{
	struct trouble_news news = { .time_us = mono_wall(),
				     .trouble = TROUBLE_OUTBOX,
				     .value = o->row.waiting * MILLION,
				     .limit = o->post->limit * MILLION,
				     .over = over };

	if (o->row.overflowed == !over)
		return;
	o->row.overflowed = !over;
	o->changed = true;
	record_text_set(news.source, sizeof(news.source), o->conf->name);
	tell_trouble(o->post->life, &news);
}

/* The oldest that relay does not have go when too many wait. */
static int keep_limit(struct outlet *o)
{
	struct post *p = o->post;
	uint64_t last = store_last_alert(p->store);
	struct giving_up g = { o, last >= p->limit ? last - p->limit + 1 : 0 };
	int rc;

	if (o->row.waiting <= p->limit || o->scanned + 1 >= g.before)
		return 0;
	tell_overflow(o, false);
	rc = letters_walk(p->store, o->scanned + 1, give_up, &g);
	return rc < 0 ? rc : 0;
}

int outlet_send(struct outlet *o)
{
	struct post *p = o->post;
	int rc = letters_walk(p->store, o->counted + 1, count_letter, o);

	if (rc >= 0)
		rc = keep_limit(o);
	if (rc < 0 || !p->relay_life)
		return rc;
	if (o->again_due && !o->again) {
		o->again_due = false;
		rc = letters_walk_dead(p->store, o->conf->name, send_again, o);
	}
	if (rc >= 0 && o->flying < OUTBOX_WINDOW)
		rc = letters_walk(p->store, o->scanned + 1, send_letter, o);
	return rc < 0 ? rc : 0;
}

void outlet_restart(struct outlet *o)
{
	o->scanned = o->row.cursor;
	o->flying = o->again = 0;
	o->again_due = o->row.dead > 0;
}

uint64_t outlet_put(struct outlet *o)
{
	/* What is not for it is done without it. */
	if (!o->flying && o->scanned > o->row.cursor) {
		o->row.cursor = o->scanned;
		o->changed = true;
	}
	if (o->changed)
		letters_put_sink(o->post->store, &o->row);
	o->changed = false;
	return o->row.cursor;
}

/* A receiver that takes nothing for long is trouble, until it takes something. */
void outlet_look(struct outlet *o, wall_t now)
{
	mono_t most = o->conf->down;
	bool down = o->row.down_us && most && now - o->row.down_us >= most;
	struct trouble_news news = { .time_us = now,
				     .trouble = TROUBLE_RECEIVER,
				     .value = down ? (uint64_t)(now - o->row.down_us) : 0,
				     .limit = (uint64_t)most,
				     .over = !down };

	if (o->row.waiting <= o->post->limit / 2)
		tell_overflow(o, true);
	if (down == o->row.troubled || (!down && o->row.down_us))
		return;
	o->row.troubled = down;
	o->changed = true;
	record_text_set(news.source, sizeof(news.source), o->conf->name);
	tell_trouble(o->post->life, &news);
}

/* ---- what relay says ---- */

static int take_dead(struct outlet *o, const struct outbox_receipt *r,
		     const struct store_letter *letter)
{
	struct store_dead dead = dead_of(letter, r->error);

	dead.tries = r->tries;
	o->row.refused++;
	o->row.error_us = dead.died_us;
	memcpy(o->row.error, r->error, sizeof(r->error));
	return bury(o, &dead);
}

static int take_again(struct outlet *o, const struct outbox_receipt *r)
{
	struct store_letter letter;
	struct store_dead dead;
	int rc = letters_get_dead(o->post->store, o->conf->name, r->number, &dead);

	o->again -= o->again > 0;
	o->post->due = true;
	if (rc <= 0)
		return rc;
	letter = letter_of(&dead);
	if (r->outcome == OUTBOX_REFUSED)
		return take_dead(o, r, &letter);
	letters_delete_dead(o->post->store, o->conf->name, r->number);
	o->row.dead -= o->row.dead > 0;
	o->row.delivered++;
	o->row.success_us = mono_wall();
	return 0;
}

int outlet_first(void *arg, const struct store_letter *letter)
{
	*(struct store_letter *)arg = *letter;
	return 1;
}

/* Receipts of any life of relay are true: it takes the letters in their order. */
int outlet_receipt(struct outlet *o, const struct outbox_receipt *r)
{
	struct store_letter letter = { .number = 0 };
	struct post *p = o->post;
	int rc = 0;

	if ((r->outcome != OUTBOX_DELIVERED && r->outcome != OUTBOX_REFUSED) ||
	    r->number > store_last_alert(p->store))
		return 1;
	o->changed = true;
	if (r->again) {
		o->last_again = *r;
		return take_again(o, r);
	}
	/* One that is said once more comes behind newer ones. */
	if (r->number > o->last.number)
		o->last = *r;
	if (r->number <= o->row.cursor)
		return 0;
	if (r->outcome == OUTBOX_REFUSED) {
		rc = letters_walk(p->store, r->number, outlet_first, &letter);
		if (rc > 0 && letter.number == r->number)
			rc = take_dead(o, r, &letter);
	} else {
		o->row.delivered++;
		o->row.success_us = mono_wall();
	}
	o->row.waiting -= o->row.waiting > 0;
	o->flying -= o->flying > 0;
	o->row.cursor = r->number;
	o->scanned = o->scanned < r->number ? r->number : o->scanned;
	p->due = true;
	return rc < 0 ? rc : 0;
}

int outlet_news(struct outlet *o, const struct outbox_news *n)
{
	o->changed = true;
	o->row.retries += n->tries;
	o->row.down_us = record_time_most(n->down_us, mono_wall());
	if (*n->error) {
		o->row.error_us = record_time_most(n->time_us, mono_wall());
		memcpy(o->row.error, n->error, sizeof(n->error));
	}
	return 0;
}

static int mark(void *arg, const struct store_dead *row)
{
	struct outlet *o = arg;
	struct store_dead marked = *row;

	marked.again = 1;
	letters_put_dead(o->post->store, o->conf->name, &marked);
	return 0;
}

int outlet_resend(struct outlet *o, uint64_t number)
{
	struct store_dead row;
	int rc;

	if (number) {
		rc = letters_get_dead(o->post->store, o->conf->name, number, &row);
		if (rc > 0)
			mark(o, &row);
	} else {
		rc = letters_walk_dead(o->post->store, o->conf->name, mark, o);
	}
	o->again_due = o->post->due = true;
	return rc < 0 ? rc : 0;
}

int outlet_open(struct outlet *o)
{
	struct store *store = o->post->store;
	const struct sink_conf *conf = o->conf;
	int rc = letters_get_sink(store, conf->name, &o->row);

	if (rc < 0)
		return rc;
	if (!rc)
		o->row.cursor = store_last_alert(store);
	o->changed = true;
	record_text_set(o->row.name, sizeof(o->row.name), conf->name);
	record_text_set(o->row.kind, sizeof(o->row.kind), sinks_kind_text(conf->kind));
	o->row.level = conf->level;
	o->row.waiting = o->row.dead = 0;
	o->scanned = o->counted = o->row.cursor;
	return letters_walk_dead(store, conf->name, count_dead, o);
}
