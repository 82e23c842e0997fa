/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of connections: of bounded size, and cheap for the packets of those that nobody
 * follows.
 */
#ifndef FLOWD_SENSOR_CONN_H
#define FLOWD_SENSOR_CONN_H

#include "base/hash.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/ends.h"
#include "flowd/sensor/front/gate.h"

struct classify_flow;
struct control;
struct known_entry;
struct loss_track;

enum {
	CONN_SYN = 1,		/* the client's SYN was seen */
	CONN_SYN_OLD = 2,	/* and one with another sequence number before it */
	CONN_SERVER_SYN = 4,	/* the server's side has sent a SYN of its own */
	CONN_ANSWERED = 8,	/* the SYN-ACK was seen */
	CONN_FOLLOWED = 16,	/* packets without SYN are of interest */
	CONN_CLIENT_ON = 32,	/* the client acknowledged the SYN-ACK */
	CONN_WANTED = 64,	/* followed for evidence or a name */
	CONN_SERVER_ON = 128,	/* the server has said something, or one side has ended it */
	CONN_CLIENT_SAID = 256, /* the client has sent data */
	CONN_NAMED = 1024,	/* it has told a name: only hints are waited for */
	CONN_ABROAD = 2048,	/* one of ours asks outside, for what the answers announce */
	CONN_HELD = 512,	/* it has no service yet: only data would make it one */
};

/* A SYN as it is remembered: its sequence number and the data it carried (TCP Fast Open, RFC
 * 7413). */
struct conn_syn {
	uint32_t seq;
	uint16_t len;
} __attribute__((packed)); /* so that a connection is two lines of the cache */

struct conn {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint16_t flags;
	bool used; /* false: the row is new */
	uint8_t payloads;
	uint8_t evidence;	 /* enum evidence of the SYN-ACK */
	struct conn_syn syn[2];	 /* the client's, the latest first */
	struct conn_syn own_syn; /* the server's, without ACK */
	uint32_t isn, ack;	 /* of the SYN-ACK */
	uint32_t place;		 /* the table's */
	wall_t time_us;
	wall_t answered_us;	    /* when the SYN-ACK came */
	struct known_entry *entry;  /* NULL: not answered yet, or the table of services is full */
	struct classify_flow *look; /* NULL: not being looked at */
	struct control *control;    /* NULL: not known to announce endpoints */
	struct loss_track *track;   /* NULL: its gaps are not looked at */
	const char *early;	    /* what data on the SYN asked for; else NULL */
};

/* Idle for so long, a connection is over: the next packet between the same ends begins another. */
#define CONN_STALE (300 * MONO_SECOND)

struct conn_table;

/* Room for `limit` connections at least. NULL when memory is short. */
struct conn_table *conn_table_new(size_t limit, const struct hash_key *key);
void conn_table_free(struct conn_table *table);

/* Is the connection between these two ends, in these roles? */
bool conn_is_between(const struct conn *c, const struct addr *client, uint16_t client_port,
		     const struct addr *server, uint16_t server_port);

/* The connection of a packet as a number, the same for both directions; cheap, and not to be
 * foreseen by those who choose addresses and ports. */
uint64_t conn_hash(const struct conn_table *table, const struct packet *p);

/* Its packet will be taken soon: brings into the cache what is asked first, and then the rest. */
void conn_fetch(const struct conn_table *table, uint64_t hash);
void conn_fetch_rest(const struct conn_table *table, uint64_t hash);

/* The connection that a packet of either direction belongs to, or NULL; valid until the next
 * conn_make. */
struct conn *conn_find(struct conn_table *table, const struct packet *p, uint64_t hash);

/* A packet of it was met. */
void conn_touch(struct conn_table *table, struct conn *c, wall_t time);

/* Both ends change their roles: nothing is left but the SYNs they have sent. */
void conn_turn(struct conn *c);

/*
 * A place for the connection of a packet, which its client sent or its server: a free one, else the
 * one idle longest, those not followed first. What stands there is the caller's to end (`used`);
 * then conn_make makes it the new one.
 */
struct conn *conn_place(struct conn_table *table, uint64_t hash);
void conn_make(struct conn_table *table, struct conn *c, const struct packet *p, uint64_t hash,
	       bool from_client);

/* Packets of the connection are of interest from now on, or no more. */
void conn_follow(struct conn_table *table, struct conn *c);
void conn_unfollow(struct conn_table *table, struct conn *c);

/* Knows which connections are followed, and is asked before conn_find. */
struct gate *conn_gate(struct conn_table *table);

/* The connections one by one: those in use, from `at` (0 first) on, which moves past; NULL at the
 * end.
 */
struct conn *conn_next(struct conn_table *table, size_t *at);

#endif
