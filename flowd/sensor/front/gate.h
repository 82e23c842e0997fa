/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one question that is asked of every packet: may anything come of it? TCP packets without SYN
 * matter to the connections that are followed alone, and few are; these are a bit for each of
 * 65536 hashes, small enough for the nearest cache.
 */
#ifndef FLOWD_SENSOR_FRONT_GATE_H
#define FLOWD_SENSOR_FRONT_GATE_H

#include "base/hash.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/ends.h"
#include "flowd/sensor/front/glance.h"

#include <stdbool.h>
#include <stddef.h>

#define GATE_BITS 16
#define GATE_LINK 1 /* LINKTYPE_ETHERNET */

struct gate {
	struct hash_key key; /* of the connections' and the dialogs' hash: ends.h */
	uint64_t *bits;	     /* owned: is anything followed with this hash? */
	uint8_t *counts;     /* owned: how many; 255 sticks */
	bool sample_all;     /* every packet is of the sample of gate_samples */
};

/* What a first look has found. */
enum gate_kind {
	GATE_UNSEEN, /* nothing: it needs to be decoded */
	GATE_IDLE,   /* a TCP packet of which nothing comes unless its connection is followed */
	GATE_TCP,
	GATE_UDP
};

struct gate_look {
	uint64_t hash; /* of its connection or dialog */
	enum gate_kind kind;
};

/* False when memory is short. */
bool gate_open(struct gate *gate, const struct hash_key *key);
void gate_close(struct gate *gate);

/* One more connection with this hash is followed, or one less. */
void gate_add(struct gate *gate, uint64_t hash);
void gate_remove(struct gate *gate, uint64_t hash);

/* May a connection with this hash be followed? False is certain. */
static inline bool gate_may_follow(const struct gate *gate, uint64_t hash)
{
	uint64_t at = hash >> (64 - GATE_BITS);

	return gate->bits[at / 64] >> at % 64 & 1;
}

/* Is a packet of the sample of one in 64? Both copies of a packet are, or neither is. */
static inline bool gate_samples(const struct gate *gate, uint64_t hash, uint32_t seq,
				uint16_t ident)
{
	return gate->sample_all ||
	       (hash ^ seq ^ (uint64_t)ident << 32) * 0x9e3779b97f4a7c15ULL >> 58 == 0;
}

/* As flow_take would have it: all but what is followed. */
static inline bool gate_is_idle(const struct gate *gate, const struct glance *g, uint64_t hash)
{
	if (g->flags & TCP_SYN || (g->flags & TCP_RST && g->flags & TCP_ACK && !g->seq))
		return false;
	return (!g->ident && !g->data_len) || !gate_samples(gate, hash, g->seq, g->ident);
}

/* Looks at a frame of GATE_LINK, `len` captured bytes. */
static inline void gate_look(const struct gate *gate, const uint8_t *bytes, size_t len,
			     struct gate_look *out)
{
	struct glance g;

	glance_take(bytes, len, &g);
	out->kind = GATE_UNSEEN;
	if (!g.proto)
		return;
	out->hash = ends_hash_one(&gate->key, &g.src, g.sport) +
		    ends_hash_one(&gate->key, &g.dst, g.dport);
	if (g.proto == PROTO_UDP)
		out->kind = GATE_UDP;
	else
		out->kind = gate_is_idle(gate, &g, out->hash) ? GATE_IDLE : GATE_TCP;
}

#endif
