/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/found.h"

#include "base/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define SETS 512
#define WAYS 8 /* of these the one with the fewest answers gives way */
#define HELD 16384
#define HOLD MONO_SECOND

/* TCP option kinds: RFC 9293, RFC 7323, RFC 2018. */
enum { OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_WSCALE = 3, OPT_SACK = 4, OPT_TS = 8 };

/* A host that answers in one way. */
struct face {
	bool deceptive, news;
	uint64_t answers;
	struct host_sighting said; /* `print` 0: the place is free */
};

struct held {
	struct service service;
	struct addr peer;
	mono_t at;
	wall_t time_us;
	uint32_t print;
};

struct found {
	struct found_setup with;
	struct face faces[SETS * WAYS];
	size_t look; /* where the search for news goes on */
	struct held held[HELD];
	size_t first, count;
};

struct found *found_new(const struct found_setup *setup)
{
	struct found *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	explicit_bzero(c, sizeof(*c));
	c->with = *setup;
	return c;
}

void found_free(struct found *c)
{
	free(c);
}

void found_clear(struct found *c, const struct hash_key *port_key)
{
	c->with.port_key = *port_key;
	memset(c->faces, 0, sizeof(c->faces));
	c->first = c->count = c->look = 0;
}

/*
 * What an answer looks like, hashed, as the sensor does (flow/host.c there), so that one that has
 * been seen on the wire is known again.
 */
static uint32_t print_of(const struct found *c, const struct inlet_answer *a)
{
	struct wire w = wire_open(a->options, a->options_len);
	uint8_t form[3 + 2 * UINT8_MAX] = { a->syn.ttl, (uint8_t)(a->window >> 8),
					    (uint8_t)a->window };
	size_t n = 3;

	while (wire_left(&w)) {
		uint8_t kind = wire_u8(&w), len = kind > OPT_NOP ? wire_u8(&w) : 2;
		const uint8_t *value = kind > OPT_NOP && len >= 2 ? wire_take(&w, len - 2u) : NULL;

		form[n++] = kind;
		if (kind == OPT_END || len < 2 || w.bad)
			break;
		if ((kind == OPT_MSS && len == 4) || (kind == OPT_WSCALE && len == 3)) {
			memcpy(form + n, value, len - 2u);
			n += len - 2u;
		}
	}
	return (uint32_t)hash_bytes(&c->with.port_key, form, n) | 1;
}

/* In words: of the few kinds that answer a SYN with nothing but a segment size. */
static void options_text(const struct inlet_answer *a, char *out)
{
	struct wire w = wire_open(a->options, a->options_len);
	const char *comma = "";
	size_t at = 0;

	out[0] = 0;
	while (wire_left(&w) && at < RECORD_OPTIONS_MAX) {
		uint8_t kind = wire_u8(&w), len = kind > OPT_NOP ? wire_u8(&w) : 2;
		const uint8_t *value = kind > OPT_NOP && len >= 2 ? wire_take(&w, len - 2u) : NULL;
		size_t room = RECORD_OPTIONS_MAX - at;

		if (kind == OPT_END || len < 2 || w.bad)
			break;
		if (kind == OPT_MSS && len == 4)
			at += (size_t)snprintf(out + at, room, "%smss %u", comma,
					       wire_be16_at(value));
		else if (kind == OPT_WSCALE && len == 3)
			at += (size_t)snprintf(out + at, room, "%swscale %u", comma, *value);
		else
			at += (size_t)snprintf(out + at, room, "%s%s", comma,
					       kind == OPT_NOP	  ? "nop"
					       : kind == OPT_SACK ? "sack"
					       : kind == OPT_TS	  ? "ts"
								  : "other");
		comma = ",";
	}
}

static struct face *set_of(struct found *c, const struct addr *host)
{
	return c->faces + hash_bytes(&c->with.key, host, sizeof(*host)) % SETS * WAYS;
}

static struct face *find(struct found *c, const struct addr *host, uint32_t print)
{
	struct face *set = set_of(c, host);
	size_t i;

	for (i = 0; i < WAYS; i++)
		if (set[i].said.print == print && addr_is_same(&set[i].said.host, host))
			return &set[i];
	return NULL;
}

/* A place for the host; who has answered least goes. */
static struct face *enter(struct found *c, const struct inlet_answer *a, uint32_t print)
{
	struct face *set = set_of(c, &a->syn.host), *f = set;
	size_t i;

	for (i = 1; i < WAYS; i++)
		if (set[i].answers < f->answers)
			f = &set[i];
	*f = (struct face){ .said = { .host = a->syn.host,
				      .proto = PROTO_TCP,
				      .evidence = EVIDENCE_PROBE,
				      .ttl = a->syn.ttl,
				      .window = a->window,
				      .first_us = mono_wall(),
				      .print = print } };
	options_text(a, f->said.options);
	return f;
}

static struct held *place(struct found *c, size_t i)
{
	return &c->held[(c->first + i) % HELD];
}

void found_take(struct found *c, const struct inlet_answer *a, uint64_t asked, mono_t now)
{
	uint32_t print = print_of(c, a);
	struct face *f = find(c, &a->syn.host, print);
	uint64_t ports;

	if (!f)
		f = enter(c, a, print);
	f->answers++;
	f->said.answers++;
	f->said.peer = a->to;
	f->said.last_us = mono_wall();
	hash_sketch_add(&f->said.ports,
			hash_bytes(&c->with.port_key, &a->syn.port, sizeof(a->syn.port)));
	if (f->deceptive) {
		f->news = true;
		return;
	}
	ports = hash_sketch_count(&f->said.ports);
	if (ports > c->with.ports && 2 * ports >= asked) {
		f->deceptive = f->news = true;
		return;
	}
	if (c->count == HELD)
		return;
	*place(c, c->count++) = (struct held){
		.service = { .host = a->syn.host, .port = a->syn.port, .proto = PROTO_TCP },
		.peer = a->to,
		.at = now,
		.time_us = f->said.last_us,
		.print = print
	};
}

bool found_is_full(const struct found *c)
{
	return c->count == HELD;
}

void found_pass(struct found *c)
{
	c->first = (c->first + 1) % HELD;
	c->count--;
}

bool found_next(struct found *c, mono_t now, bool all, struct sighting *out)
{
	const struct held *h;
	const struct face *f;

	while (c->count) {
		h = place(c, 0);
		if (!all && now - h->at < HOLD && c->count < HELD)
			return false;
		f = find(c, &h->service.host, h->print);
		if (!f || !f->deceptive) {
			*out = (struct sighting){ .service = h->service,
						  .peer = h->peer,
						  .first_us = h->time_us,
						  .last_us = h->time_us,
						  .evidence = EVIDENCE_PROBE,
						  .print = h->print };
			return true;
		}
		found_pass(c);
	}
	return false;
}

bool found_next_host(struct found *c, struct host_sighting *out)
{
	size_t left;

	for (left = SETS * WAYS; left; left--) {
		if (c->faces[c->look].news) {
			*out = c->faces[c->look].said;
			return true;
		}
		c->look = (c->look + 1) % (SETS * WAYS);
	}
	return false;
}

void found_pass_host(struct found *c)
{
	struct face *f = &c->faces[c->look];

	f->news = false;
	f->said.answers = 0;
}
