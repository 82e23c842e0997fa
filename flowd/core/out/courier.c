/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/courier.h"

#include "base/conf.h"
#include "base/err.h"
#include "flowd/core/out/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define TURN 512 /* messages of relay between two commits */

struct courier {
	struct post post;
	struct loop_event *event;
	struct sinks sinks;
	struct outlet outlets[SINKS_MAX];
	uint64_t floor; /* there are no letters up to this number */
	int failed;	/* an error of the store, met between two turns */
};

/* Letters that nobody waits for any more go. */
static void tidy(struct courier *c)
{
	uint64_t least = UINT64_MAX, one;
	size_t i;

	for (i = 0; i < c->sinks.count; i++) {
		one = outlet_put(&c->outlets[i]);
		least = one < least ? one : least;
	}
	while (c->floor < least)
		letters_delete(c->post.store, ++c->floor);
}

int courier_pump(struct courier *c, bool news)
{
	wall_t now = mono_wall();
	int rc = c ? c->failed : 0;
	size_t i;

	if (!c || rc)
		return rc;
	for (i = 0; i < c->sinks.count; i++)
		outlet_look(&c->outlets[i], now);
	if (!news && !c->post.due && !c->post.life->policy.grown)
		return 0;
	c->post.due = c->post.life->policy.grown = false;
	for (i = 0; i < c->sinks.count && rc >= 0; i++)
		rc = outlet_send(&c->outlets[i]);
	tidy(c);
	ipc_flush(c->post.relay);
	return rc < 0 ? rc : 0;
}

/* ---- what relay says ---- */

static struct outlet *find(struct courier *c, const char *sink)
{
	char name[OUTBOX_SINK_MAX];
	int i;

	memcpy(name, sink, sizeof(name));
	name[sizeof(name) - 1] = 0;
	i = sinks_find(&c->sinks, name);
	return i < 0 ? NULL : &c->outlets[i];
}

static int take_receipt(struct courier *c, const struct outbox_receipt *said)
{
	struct outbox_receipt r = *said;
	struct outlet *o = find(c, r.sink);

	r.sink[sizeof(r.sink) - 1] = r.error[sizeof(r.error) - 1] = 0;
	return o ? outlet_receipt(o, &r) : 1;
}

static int take_news(struct courier *c, const struct outbox_news *said)
{
	struct outbox_news n = *said;
	struct outlet *o = find(c, n.sink);

	n.error[sizeof(n.error) - 1] = 0;
	return o ? outlet_news(o, &n) : 1;
}

/* A relay that has nothing of us, or one that outlived another core and says what it has done. */
static void take_life(struct courier *c, const struct outbox_life *said)
{
	size_t i;

	if (!said->life || said->life == c->post.relay_life)
		return;
	c->post.relay_life = said->life;
	c->post.due = true;
	for (i = 0; i < c->sinks.count; i++)
		outlet_restart(&c->outlets[i]);
}

static int take(struct courier *c, const struct ipc_message *m)
{
	switch (m->kind) {
	case IPC_LIFE:
		take_life(c, m->record);
		return 0;
	case IPC_RECEIPT:
		return take_receipt(c, m->record);
	case IPC_SINK:
		return take_news(c, m->record);
	default:
		return 1;
	}
}

static void settle_one(struct courier *c, struct outbox_receipt *last)
{
	if (last->number)
		ipc_send(c->post.relay, IPC_RECEIPT, last);
	last->number = 0;
}

/* Says what is committed: relay goes on only then, so that a kill doubles one request at most. */
static void settle(struct courier *c)
{
	size_t i;

	for (i = 0; i < c->sinks.count; i++) {
		settle_one(c, &c->outlets[i].last);
		settle_one(c, &c->outlets[i].last_again);
	}
	ipc_flush(c->post.relay);
}

static void relay_speaks(void *arg, int what)
{
	struct courier *c = arg;
	struct ipc_message m;
	int i, rc;

	(void)what;
	for (i = 0; (i < TURN || ipc_has_more(c->post.relay)) && !c->failed; i++) {
		rc = ipc_recv(c->post.relay, false, &m);
		if (!rc || rc == -EPIPE)
			break;
		if (rc < 0)
			continue;
		rc = take(c, &m);
		if (rc < 0)
			c->failed = rc;
		if (m.fd >= 0)
			close(m.fd);
	}
	tidy(c);
	if (!c->failed)
		c->failed = store_commit(c->post.store, false);
	if (c->failed)
		return;
	settle(c);
	c->failed = courier_pump(c, false);
}

int courier_resend(struct courier *c, const struct outbox_order *order)
{
	struct outlet *o = c ? find(c, order->sink) : NULL;

	return o ? outlet_resend(o, order->number) : 1;
}

/* ---- the beginning ---- */

struct strangers {
	struct courier *c;
	char names[SINKS_MAX * 4][OUTBOX_SINK_MAX];
	size_t count;
};

static int find_stranger(void *arg, const struct store_sink *row)
{
	struct strangers *s = arg;

	if (sinks_find(&s->c->sinks, row->name) >= 0)
		return 0;
	memcpy(s->names[s->count++], row->name, OUTBOX_SINK_MAX);
	return s->count == SINKS_MAX * 4;
}

/* Who is configured no more leaves nothing behind. */
static int drop_strangers(struct courier *c)
{
	struct strangers s = { .c = c };
	uint64_t number;
	int rc = letters_walk_sinks(c->post.store, find_stranger, &s);
	size_t i;

	for (i = 0; i < s.count && rc >= 0; i++) {
		letters_delete_sink(c->post.store, s.names[i]);
		do {
			number = 0;
			rc = letters_walk_dead(c->post.store, s.names[i], outlet_first_dead,
					       &number);
			if (rc > 0)
				letters_delete_dead(c->post.store, s.names[i], number);
		} while (rc > 0 && !(rc = store_commit(c->post.store, false)) && number);
	}
	return rc < 0 ? rc : 0;
}

static int open_store(struct courier *c)
{
	struct store_letter first = { .number = store_last_alert(c->post.store) + 1 };
	int rc = drop_strangers(c);
	size_t i;

	for (i = 0; i < c->sinks.count && rc >= 0; i++) {
		c->outlets[i].post = &c->post;
		c->outlets[i].conf = &c->sinks.list[i];
		rc = outlet_open(&c->outlets[i]);
	}
	if (rc >= 0)
		rc = letters_walk(c->post.store, 0, outlet_first, &first);
	c->floor = first.number - 1;
	c->post.due = true;
	return rc < 0 ? rc : 0;
}

int courier_new(struct loop *loop, struct ipc *relay, const struct conf *conf,
		struct lifecycle *life, struct courier **out)
{
	struct courier *c = calloc(1, sizeof(*c));
	const struct outbox_life who = { 0 };
	char error[SINKS_ERROR_MAX];
	int rc = c ? 0 : -ENOMEM;

	if (!rc)
		rc = sinks_parse(conf->sinks, &c->sinks, error);
	if (rc || !c->sinks.count || !relay || !conf_delivers(conf)) {
		ipc_free(relay);
		free(c);
		return rc;
	}
	c->post.relay = relay;
	c->post.store = life->store;
	c->post.life = life;
	c->post.limit = conf->limit_outbox;
	rc = open_store(c);
	c->event = loop_fd_new(loop, ipc_fd(relay), LOOP_READ, relay_speaks, c);
	if (rc || !c->event) {
		courier_free(c);
		return rc ? rc : -ENOMEM;
	}
	life->letters = true;
	ipc_send(relay, IPC_LIFE, &who);
	ipc_flush(relay);
	*out = c;
	return 0;
}

void courier_free(struct courier *c)
{
	if (!c)
		return;
	/* Relay has ended before us, and what it did last must not be done again. */
	if (c->event && !c->failed)
		relay_speaks(c, 0);
	loop_event_free(c->event);
	ipc_free(c->post.relay);
	sinks_free(&c->sinks);
	free(c);
}
