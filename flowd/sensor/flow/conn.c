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
	uint64_t filter_key;
};

struct conn_table *conn_table_new(size_t limit, const struct hash_key *key)
{
	struct conn_table *t = calloc(1, sizeof(*t));
	size_t sets = 1;

	if (!t)
		return NULL;
	t->key = *key;
	t->filter_key = key->k[0] | 1;
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

/* The same for both directions of a connection; cheap, for every packet. */
static uint8_t *filter_at(const struct conn_table *t, const struct addr *a, const struct addr *b,
			  uint32_t ports)
{
	uint64_t x[2], y[2], h;

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	h = (x[0] ^ y[0]) * 0x9e3779b97f4a7c15ULL + (x[1] ^ y[1]) + (uint64_t)ports * 0x10001;
	return &t->filter[h * t->filter_key >> (64 - FILTER_BITS)];
}

static uint8_t *filter_of(const struct conn_table *t, const struct conn *c)
{
	return filter_at(t, &c->client, &c->server, c->client_port ^ c->server_port);
}

bool conn_may_follow(const struct conn_table *t, const struct packet *p)
{
	return *filter_at(t, &p->src, &p->dst, p->sport ^ p->dport);
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
	c->flags &= (uint8_t)~CONN_FOLLOWED;
}

struct conn *conn_next(struct conn_table *t, size_t *at)
{
	while (*at < (t->set_mask + 1) * WAYS)
		if (t->tags[(*at)++])
			return &t->conns[*at - 1];
	return NULL;
}
