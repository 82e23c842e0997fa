/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What does a datagram say about its own direction? Read from the payload alone; a port only helps
 * to believe formats that are too short to be sure of (NTP, CoAP, GTP). Pure.
 */
#ifndef FLOWD_SENSOR_REPLY_H
#define FLOWD_SENSOR_REPLY_H

#include "base/record.h"

#include <stdbool.h>
#include <stddef.h>

enum reply_way {
	REPLY_EITHER, /* nothing */
	REPLY_REQUEST,
	REPLY_RESPONSE
};

struct reply_words {
	const uint8_t *bytes; /* the payload; borrowed while it is read */
	size_t len;	      /* captured of it */
	size_t whole;	      /* its length on the wire, not less than `len` */
	uint16_t sport, dport;
};

struct reply {
	uint8_t way;	   /* enum reply_way */
	uint8_t ephemeral; /* enum ephemeral: what its sender's port is, whoever answers */
	uint8_t peers;	   /* enum ephemeral: what the ports are when both sides ask */
	bool mutual;	   /* both sides of one talk may ask */
	bool elsewhere;	   /* asks, and the answer comes from a port made for it */
	bool moved;	   /* may be such an answer */
	const char *app;   /* the protocol, when its format leaves no doubt; static, else NULL */
};

struct reply reply_read(const struct reply_words *words);

/* For the readers of the formats. */

/* True when it is the format; `out`, all zero before, is then filled in. */
typedef bool (*reply_fn)(const struct reply_words *words, struct reply *out);

/* Is one end at this port? */
static inline bool reply_has_port(const struct reply_words *w, uint16_t port)
{
	return w->sport == port || w->dport == port;
}

static inline uint8_t reply_way(bool response)
{
	return response ? REPLY_RESPONSE : REPLY_REQUEST;
}

#endif
