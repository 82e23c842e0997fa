/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of connections: of bounded size, and cheap for the packets of those that nobody
 * follows.
 */
#ifndef FLOWD_SENSOR_CONN_H
#define FLOWD_SENSOR_CONN_H

#include "base/hash.h"
#include "flowd/sensor/decode/decode.h"

struct classify_flow;
struct control;
struct known_entry;

enum {
	CONN_SYN = 1,	     /* the client's SYN was seen */
	CONN_SYN_OLD = 2,    /* and one with another sequence number before it */
	CONN_SERVER_SYN = 4, /* the server's side had sent a SYN of its own */
	CONN_ANSWERED = 8,   /* the SYN-ACK was seen */
	CONN_FOLLOWED = 16,  /* packets without SYN are of interest */
	CONN_CLIENT_ON = 32, /* the client acknowledged the SYN-ACK */
	CONN_HELD = 64,	     /* it has no service yet: only data would make it one */
};

struct conn {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint16_t tag;	     /* of the table's; 0: the place is free */
	uint32_t syn[2];     /* sequence numbers of the client's SYN, the latest first */
	uint16_t syn_len[2]; /* and the data they carried (TCP Fast Open, RFC 7413) */
	uint32_t isn;	     /* the server's */
	uint8_t flags, payloads;
	wall_t time_us;
	struct known_entry *entry;  /* NULL: not answered yet, or the table of services is full */
	struct classify_flow *look; /* NULL: not being looked at */
	struct control *control;    /* NULL: not known to announce endpoints */
	const char *early;	    /* what data on the SYN asked for; else NULL */
};

struct conn_table;

/* Room for `limit` connections at least. NULL when memory is short. */
struct conn_table *conn_table_new(size_t limit, const struct hash_key *key);
void conn_table_free(struct conn_table *table);

/* Is the connection between these two ends, in these roles? */
bool conn_is_between(const struct conn *c, const struct addr *client, uint16_t client_port,
		     const struct addr *server, uint16_t server_port);

/* The connection that a packet of either direction belongs to, or NULL; valid until the next
 * conn_make. */
struct conn *conn_find(struct conn_table *table, const struct packet *p);

/*
 * A place for the connection of a packet, which its client sent or its server: a free one, else the
 * one idle longest, those not followed first. What stands there is the caller's to end (`tag` not
 * 0: it was in use); then conn_make makes it the new one.
 */
struct conn *conn_place(struct conn_table *table, const struct packet *p);
void conn_make(struct conn_table *table, struct conn *c, const struct packet *p, bool from_client);

/* Packets of the connection are of interest from now on, or no more. */
void conn_follow(struct conn_table *table, struct conn *c);
void conn_unfollow(struct conn_table *table, struct conn *c);

/* May the packet belong to a connection that is followed? Cheap; false is certain. */
bool conn_may_follow(const struct conn_table *table, const struct packet *p);

/* The connections one by one: those in use, from place `at` on, which moves past; NULL at the end.
 */
struct conn *conn_next(struct conn_table *table, size_t *at);

#endif
