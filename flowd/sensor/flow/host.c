/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/host.h"

#include "base/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define WAYS 8 /* places a host may be at, once for each way it answers */

/* TCP option kinds: RFC 9293, RFC 7323, RFC 2018, RFC 7413. */
enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACK = 4,
	OPT_TS = 8,
	OPT_TFO = 34
};

enum { HOST_COUNTED, HOST_ORDINARY, HOST_DECEPTIVE };

/* A host that answers in one way. */
struct host {
	wall_t since_us; /* when counting began */
	uint8_t kind;
	bool dirty;		   /* has something to say */
	uint16_t count;		   /* of its list of ports */
	struct hash_sketch asked;  /* ports asked for, answered or not */
	struct host_sighting said; /* host, last_us: always; the rest: deceptive */
};

struct host_table {
	struct host_setup with;
	size_t set_mask, most;
	uint32_t *tags; /* of each place, 0 free */
	struct host *hosts;
	uint16_t *ports; /* `most` of each place: exact, so that one can be taken back */
};

struct host_table *host_table_new(const struct host_setup *setup)
{
	struct host_table *t = calloc(1, sizeof(*t));
	size_t sets = 1;

	if (!t)
		return NULL;
	t->with = *setup;
	t->most = setup->conf->deceptive_ports;
	while (sets * WAYS < setup->conf->limit_hosts)
		sets *= 2;
	t->set_mask = sets - 1;
	t->tags = calloc(sets * WAYS, sizeof(*t->tags));
	t->hosts = calloc(sets * WAYS, sizeof(*t->hosts));
	t->ports = calloc(sets * WAYS, t->most * sizeof(*t->ports));
	if (!t->tags || !t->hosts || !t->ports) {
		host_table_free(t);
		return NULL;
	}
	return t;
}

void host_table_free(struct host_table *t)
{
	if (!t)
		return;
	free(t->tags);
	free(t->hosts);
	free(t->ports);
	free(t);
}

static uint16_t *ports_of(const struct host_table *t, const struct host *h)
{
	return t->ports + (size_t)(h - t->hosts) * t->most;
}

/* The first place of the set where the host is kept; `tag` never 0. */
static size_t set_of(const struct host_table *t, const struct addr *host, uint32_t *tag)
{
	uint64_t h = hash_bytes(&t->with.key, host, sizeof(*host));

	*tag = (uint32_t)(h >> 32) | 1;
	return (h & t->set_mask) * WAYS;
}

/* The next entry of the host from place `*at` on, which moves past; NULL: no more in the set. */
static struct host *next_of(struct host_table *t, const struct addr *host, uint32_t tag, size_t *at)
{
	size_t end = (*at | (WAYS - 1)) + 1;

	for (; *at < end; ++*at)
		if (t->tags[*at] == tag && addr_is_same(&t->hosts[*at].said.host, host))
			return &t->hosts[(*at)++];
	return NULL;
}

static void say(struct host_table *t, struct host *h)
{
	h->dirty = t->with.say(t->with.arg, &h->said) != 0;
	if (h->dirty)
		return;
	h->said.answers = 0;
}

uint32_t host_print(const struct host_table *t, const struct packet *p)
{
	struct wire w = wire_open(p->options, p->options_len);
	uint8_t form[3 + 2 * UINT8_MAX] = { p->ttl, (uint8_t)(p->window >> 8), (uint8_t)p->window };
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
	/* Core compares it, so it is the same in all workers and lives. */
	return (uint32_t)hash_bytes(&t->with.port_key, form, n) | 1;
}

/* The options in words, as many as there is room for. */
static void options_text(const struct packet *p, char *out)
{
	struct wire w = wire_open(p->options, p->options_len);
	const char *comma = "";
	size_t at = 0;

	out[0] = 0;
	while (wire_left(&w) && at < RECORD_OPTIONS_MAX) {
		uint8_t kind = wire_u8(&w), len = kind > OPT_NOP ? wire_u8(&w) : 2;
		const uint8_t *value = kind > OPT_NOP && len >= 2 ? wire_take(&w, len - 2u) : NULL;
		char *to = out + at;
		size_t room = RECORD_OPTIONS_MAX - at;

		if (kind == OPT_END || len < 2 || w.bad)
			break;
		if (kind == OPT_MSS && len == 4)
			at += (size_t)snprintf(to, room, "%smss %u", comma, wire_be16_at(value));
		else if (kind == OPT_WSCALE && len == 3)
			at += (size_t)snprintf(to, room, "%swscale %u", comma, *value);
		else if (kind == OPT_NOP || kind == OPT_SACK || kind == OPT_TS || kind == OPT_TFO)
			at += (size_t)snprintf(to, room, "%s%s", comma,
					       kind == OPT_NOP	  ? "nop"
					       : kind == OPT_SACK ? "sack"
					       : kind == OPT_TS	  ? "ts"
								  : "tfo");
		else
			at += (size_t)snprintf(to, room, "%s%u", comma, kind);
		comma = ",";
	}
}

static void add_port(struct host_table *t, struct hash_sketch *sketch, uint16_t port)
{
	hash_sketch_add(sketch, hash_bytes(&t->with.port_key, &port, sizeof(port)));
}

/* Begins to count anew. */
static void begin(struct host_table *t, struct host *h, const struct packet *p)
{
	if (h->dirty)
		say(t, h);
	h->dirty = false;
	h->said.evidence = EVIDENCE_NONE;
	h->kind = HOST_COUNTED;
	h->since_us = p->time_us;
	h->count = 0;
	memset(&h->asked, 0, sizeof(h->asked));
}

/* A place for a host, in place of the one idle longest if need be, of those not deceptive first. */
static struct host *enter(struct host_table *t, const struct packet *p, uint32_t print)
{
	uint32_t tag;
	size_t i, set = set_of(t, &p->src, &tag), best = set;
	struct host *h;

	for (i = set; i < set + WAYS && t->tags[best]; i++) {
		const struct host *a = &t->hosts[i], *b = &t->hosts[best];
		bool a_fact = a->kind == HOST_DECEPTIVE, b_fact = b->kind == HOST_DECEPTIVE;

		if (!t->tags[i] || (a_fact == b_fact ? a->said.last_us < b->said.last_us : b_fact))
			best = i;
	}
	h = &t->hosts[best];
	if (t->tags[best]) {
		t->with.tally->hosts_evicted++;
		if (h->dirty)
			say(t, h);
	}
	t->tags[best] = tag;
	*h = (struct host){ .said = { .host = p->src, .proto = p->proto, .print = print } };
	begin(t, h, p);
	return h;
}

/* The host is one fact from now on: what was counted as services so far is part of it. */
static void expose(struct host_table *t, struct host *h, const struct packet *p)
{
	const uint16_t *ports = ports_of(t, h);
	size_t i;

	h->kind = HOST_DECEPTIVE;
	h->said.ttl = p->ttl;
	h->said.window = p->window;
	options_text(p, h->said.options);
	h->said.first_us = h->since_us;
	h->said.answers = h->count;
	memset(&h->said.ports, 0, sizeof(h->said.ports));
	for (i = 0; i < h->count; i++)
		add_port(t, &h->said.ports, ports[i]);
}

static void count(struct host_table *t, struct host *h, const struct packet *p)
{
	if (!h->said.answers++)
		h->said.first_us = p->time_us;
	h->said.peer = p->dst;
	add_port(t, &h->said.ports, p->sport);
	h->dirty = true;
}

/* One more port, unless it is in the list. */
static bool take_port(struct host_table *t, struct host *h, const struct packet *p)
{
	uint16_t *ports = ports_of(t, h);
	size_t i;

	for (i = 0; i < h->count; i++)
		if (ports[i] == p->sport)
			return false;
	add_port(t, &h->asked, p->sport);
	if (h->count < t->most) {
		ports[h->count++] = p->sport;
		return false;
	}
	/* Much more was asked for than has answered: it has many doors, and others are shut. */
	if (hash_sketch_count(&h->asked) > 2 * ((uint64_t)h->count + 1)) {
		h->kind = HOST_ORDINARY;
		return false;
	}
	expose(t, h, p);
	return true;
}

/* Is what was counted, or found out, too long ago to go on with? */
static bool is_over(const struct host_table *t, const struct host *h, wall_t now)
{
	if (h->kind == HOST_DECEPTIVE)
		return now - h->said.last_us > t->with.conf->deceptive_keep;
	return now - h->since_us > t->with.conf->deceptive_window;
}

bool host_answer(struct host_table *t, const struct packet *p, uint32_t print,
		 enum evidence evidence)
{
	uint32_t tag;
	size_t at = set_of(t, &p->src, &tag);
	struct host *h;
	bool was, is;

	while ((h = next_of(t, &p->src, tag, &at)) && h->said.print != print)
		;
	if (!h)
		h = enter(t, p, print);
	else if (is_over(t, h, p->time_us))
		begin(t, h, p);
	was = h->kind == HOST_DECEPTIVE;
	is = was || (h->kind == HOST_COUNTED && take_port(t, h, p));
	if (p->time_us > h->said.last_us)
		h->said.last_us = p->time_us;
	if (evidence > h->said.evidence)
		h->said.evidence = (uint8_t)evidence;
	if (is)
		count(t, h, p);
	if (is && !was)
		say(t, h);
	return is;
}

void host_asked(struct host_table *t, const struct addr *host, uint16_t port)
{
	uint32_t tag;
	size_t at = set_of(t, host, &tag);
	struct host *h;

	while ((h = next_of(t, host, tag, &at)))
		if (h->kind == HOST_COUNTED)
			add_port(t, &h->asked, port);
}

void host_excuse(struct host_table *t, const struct service *s)
{
	uint32_t tag;
	size_t i, at = set_of(t, &s->host, &tag);
	struct host *h;

	while ((h = next_of(t, &s->host, tag, &at))) {
		uint16_t *ports = ports_of(t, h);

		for (i = 0; h->kind == HOST_COUNTED && i < h->count; i++)
			if (ports[i] == s->port)
				ports[i--] = ports[--h->count];
	}
}

void host_flush(struct host_table *t)
{
	size_t i;

	for (i = 0; i < (t->set_mask + 1) * WAYS; i++)
		if (t->tags[i] && t->hosts[i].dirty)
			say(t, &t->hosts[i]);
}

void host_unsay(struct host_table *t)
{
	size_t i;

	for (i = 0; i < (t->set_mask + 1) * WAYS; i++)
		if (t->tags[i])
			t->hosts[i].dirty = t->hosts[i].kind == HOST_DECEPTIVE;
}
