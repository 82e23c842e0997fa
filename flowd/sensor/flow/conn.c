/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/conn.h"

#include <stdlib.h>

struct conn_table {
	struct gate gate;
	struct ends ends;
};

_Static_assert(sizeof(struct conn) == 128, "two lines of the cache");

struct conn_table *conn_table_new(size_t limit, const struct hash_key *key)
{
	struct conn_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	if (!gate_open(&t->gate, key) ||
	    !ends_open(&t->ends, limit, sizeof(struct conn), CONN_STALE)) {
		conn_table_free(t);
		return NULL;
	}
	return t;
}

void conn_table_free(struct conn_table *t)
{
	if (!t)
		return;
	ends_close(&t->ends);
	gate_close(&t->gate);
	free(t);
}

uint64_t conn_hash(const struct conn_table *t, const struct packet *p)
{
	return ends_hash_one(&t->gate.key, &p->src, p->sport) +
	       ends_hash_one(&t->gate.key, &p->dst, p->dport);
}

void conn_fetch(const struct conn_table *t, uint64_t hash)
{
	ends_fetch(&t->ends, hash);
}

void conn_fetch_rest(const struct conn_table *t, uint64_t hash)
{
	const char *c = ends_guess(&t->ends, hash);

	if (!c)
		return;
	__builtin_prefetch(c, 1);
	__builtin_prefetch(c + 64, 1);
}

struct gate *conn_gate(struct conn_table *t)
{
	return &t->gate;
}

/* conn_hash of its packets. */
static uint64_t hash_of(const struct conn_table *t, const struct conn *c)
{
	return ends_hash_one(&t->gate.key, &c->client, c->client_port) +
	       ends_hash_one(&t->gate.key, &c->server, c->server_port);
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
			    .place = was.place,
			    .used = true,
			    .flags = flags,
			    .syn[0] = was.own_syn,
			    .own_syn = was.syn[0],
			    .time_us = was.time_us };
}

struct conn *conn_find(struct conn_table *t, const struct packet *p, uint64_t hash)
{
	size_t i, set = ends_set(&t->ends, hash);
	struct conn *c;

	for (i = set; i < set + ENDS_WAYS; i++) {
		if (!ends_may_be(&t->ends, i, hash))
			continue;
		c = ends_row(&t->ends, i);
		if (conn_is_between(c, &p->src, p->sport, &p->dst, p->dport) ||
		    conn_is_between(c, &p->dst, p->dport, &p->src, p->sport))
			return c;
	}
	return NULL;
}

struct conn *conn_place(struct conn_table *t, uint64_t hash)
{
	size_t place = ends_place(&t->ends, hash);
	struct conn *c = ends_row(&t->ends, place);

	c->place = (uint32_t)place;
	return c;
}

void conn_touch(struct conn_table *t, struct conn *c, wall_t time)
{
	c->time_us = time;
	ends_touch(&t->ends, c->place, time);
}

void conn_make(struct conn_table *t, struct conn *c, const struct packet *p, uint64_t hash,
	       bool from_client)
{
	ends_take(&t->ends, c->place, hash);
	*c = (struct conn){ .client = from_client ? p->src : p->dst,
			    .server = from_client ? p->dst : p->src,
			    .client_port = from_client ? p->sport : p->dport,
			    .server_port = from_client ? p->dport : p->sport,
			    .place = c->place,
			    .used = true };
	conn_touch(t, c, p->time_us);
}

void conn_follow(struct conn_table *t, struct conn *c)
{
	/* A flood of answers without a service must not drive out those that have one. */
	t->ends.spots[c->place].dear = !(c->flags & CONN_HELD);
	if (!(c->flags & CONN_FOLLOWED))
		gate_add(&t->gate, hash_of(t, c));
	c->flags |= CONN_FOLLOWED;
}

void conn_unfollow(struct conn_table *t, struct conn *c)
{
	t->ends.spots[c->place].dear = false;
	if (c->flags & CONN_FOLLOWED)
		gate_remove(&t->gate, hash_of(t, c));
	c->flags &= (uint16_t)~CONN_FOLLOWED;
}

struct conn *conn_next(struct conn_table *t, size_t *at)
{
	return ends_next(&t->ends, at);
}
