/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/conn.h"

#include <stdlib.h>

#define WAYS 8	       /* places a connection may be at */
#define FILTER_BITS 16 /* of the filter in front of the table */

struct conn_table {
	struct hash_key key;
	size_t set_mask;
	struct conn *conns;
	uint16_t *tags;	 /* of each place, 0 free: most comparisons end here */
	uint8_t *filter; /* connections followed, by a cheap hash; 255 sticks */
};

struct conn_table *conn_table_new(size_t limit, const struct hash_key *key)
{
	struct conn_table *t = calloc(1, sizeof(*t));
	size_t sets = 1;

	if (!t)
		return NULL;
	t->key = *key;
	while (sets * WAYS < limit)
		sets *= 2;
	t->set_mask = sets - 1;
	t->conns = calloc(sets * WAYS, sizeof(*t->conns));
	t->tags = calloc(sets * WAYS, sizeof(*t->tags));
	t->filter = calloc(1 << FILTER_BITS, 1);
	if (!t->conns || !t->tags || !t->filter) {
		conn_table_free(t);
		return NULL;
	}
	return t;
}

void conn_table_free(struct conn_table *t)
{
	if (!t)
		return;
	free(t->conns);
	free(t->tags);
	free(t->filter);
	free(t);
}

/* The 128-bit product, folded: what an outsider adds to one factor does not add to the result. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* One end, mixed by itself: only afterwards may the two be added. */
static uint64_t end_hash(const struct conn_table *t, const struct addr *addr, uint16_t port)
{
	uint64_t x[2];

	memcpy(x, addr, sizeof(x));
	return fold(x[0] ^ t->key.k[0] ^ (uint64_t)port << 40, x[1] ^ t->key.k[1]);
}

static uint64_t ends_hash(const struct conn_table *t, const struct conn *c)
{
	return end_hash(t, &c->client, c->client_port) + end_hash(t, &c->server, c->server_port);
}

uint64_t conn_hash(const struct conn_table *t, const struct packet *p)
{
	return end_hash(t, &p->src, p->sport) + end_hash(t, &p->dst, p->dport);
}

static uint8_t *filter_of(const struct conn_table *t, const struct conn *c)
{
	return &t->filter[ends_hash(t, c) >> (64 - FILTER_BITS)];
}

bool conn_may_follow(const struct conn_table *t, uint64_t hash)
{
	return t->filter[hash >> (64 - FILTER_BITS)];
}

/* The first place of the set where the connection of these two ends is kept; `tag` never 0. */
static size_t set_of(const struct conn_table *t, const struct packet *p, uint16_t *tag)
{
	struct {
		struct addr a, b;
		uint16_t pa, pb;
	} key;
	int order = addr_order(&p->src, &p->dst);
	uint64_t h;

	if (order < 0 || (!order && p->sport < p->dport)) {
		key.a = p->src;
		key.b = p->dst;
		key.pa = p->sport;
		key.pb = p->dport;
	} else {
		key.a = p->dst;
		key.b = p->src;
		key.pa = p->dport;
		key.pb = p->sport;
	}
	h = hash_bytes(&t->key, &key, sizeof(key));
	*tag = (uint16_t)(h >> 48) | 1;
	return (h & t->set_mask) * WAYS;
}

bool conn_is_between(const struct conn *c, const struct addr *client, uint16_t client_port,
		     const struct addr *server, uint16_t server_port)
{
	return c->client_port == client_port && c->server_port == server_port &&
	       addr_is_same(&c->client, client) && addr_is_same(&c->server, server);
}

void conn_turn(struct conn *c)
{
	struct conn was = *c;
	uint16_t flags = 0;

	if (was.flags & CONN_SERVER_SYN)
		flags |= CONN_SYN;
	if (was.flags & CONN_SYN)
		flags |= CONN_SERVER_SYN;
	*c = (struct conn){ .client = was.server,
			    .server = was.client,
			    .client_port = was.server_port,
			    .server_port = was.client_port,
			    .tag = was.tag,
			    .flags = flags,
			    .syn[0] = was.own_syn,
			    .own_syn = was.syn[0],
			    .time_us = was.time_us };
}

struct conn *conn_find(struct conn_table *t, const struct packet *p)
{
	uint16_t tag;
	size_t i, set = set_of(t, p, &tag);

	for (i = set; i < set + WAYS; i++)
		if (t->tags[i] == tag &&
		    (conn_is_between(&t->conns[i], &p->src, p->sport, &p->dst, p->dport) ||
		     conn_is_between(&t->conns[i], &p->dst, p->dport, &p->src, p->sport)))
			return &t->conns[i];
	return NULL;
}

/* A flood of answers without a service must not drive out those that have one. */
static bool is_dear(const struct conn *c)
{
	return c->flags & CONN_FOLLOWED && !(c->flags & CONN_HELD);
}

struct conn *conn_place(struct conn_table *t, const struct packet *p)
{
	uint16_t tag;
	size_t i, set = set_of(t, p, &tag), best = set;

	for (i = set; i < set + WAYS && t->tags[best]; i++) {
		const struct conn *c = &t->conns[i], *b = &t->conns[best];
		bool c_followed = is_dear(c), b_followed = is_dear(b);

		if (!t->tags[i] ||
		    (c_followed == b_followed ? c->time_us < b->time_us : b_followed))
			best = i;
	}
	return &t->conns[best];
}

void conn_make(struct conn_table *t, struct conn *c, const struct packet *p, bool from_client)
{
	uint16_t tag;

	set_of(t, p, &tag);
	t->tags[c - t->conns] = tag;
	*c = (struct conn){ .client = from_client ? p->src : p->dst,
			    .server = from_client ? p->dst : p->src,
			    .client_port = from_client ? p->sport : p->dport,
			    .server_port = from_client ? p->dport : p->sport,
			    .tag = tag };
}

void conn_follow(struct conn_table *t, struct conn *c)
{
	uint8_t *filter = filter_of(t, c);

	if (!(c->flags & CONN_FOLLOWED) && *filter < UINT8_MAX)
		++*filter;
	c->flags |= CONN_FOLLOWED;
}

void conn_unfollow(struct conn_table *t, struct conn *c)
{
	uint8_t *filter = filter_of(t, c);

	if (c->flags & CONN_FOLLOWED && *filter < UINT8_MAX)
		--*filter;
	c->flags &= (uint16_t)~CONN_FOLLOWED;
}

struct conn *conn_next(struct conn_table *t, size_t *at)
{
	while (*at < (t->set_mask + 1) * WAYS)
		if (t->tags[(*at)++])
			return &t->conns[*at - 1];
	return NULL;
}
