/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of this room share. Each reader `noun_take` gets the cursor at the first byte of
 * its header, fills in what it learns and hands the rest on; only the innermost packet remains.
 */
#ifndef FLOWD_SENSOR_DECODE_LAYER_H
#define FLOWD_SENSOR_DECODE_LAYER_H

#include "base/wire.h"
#include "flowd/sensor/decode/decode.h"

/* Encapsulations in one another, and tags in a row, that a sane frame does not exceed. */
#define LAYER_DEPTH_MAX 8

struct fragment_table;

struct decode {
	struct tally *tally;
	struct fragment_table *fragments;
	bool report_tunnels;
	bool holding;	/* `fragments` has completed a datagram in this frame */
	unsigned depth; /* encapsulations entered in this frame */

	/* Further packets of the frame: tunnel ends, and the rest of an aggregate (802.11). */
	size_t end_count;
	struct packet ends[LAYER_DEPTH_MAX];
	struct wire rest;
	struct packet rest_packet; /* as far as it was known when the aggregate began */
};

/* Enters one more encapsulation; false: too many, counted, the answer is DECODE_DEEP. */
bool layer_enter(struct decode *d);

/* Notes the tunnel that the rest of the packet came in. As layer_enter. */
bool layer_tunnel(struct decode *d, struct packet *p, enum tunnel kind, uint32_t id);

/* Counts what cannot be looked into by its number. DECODE_OTHER. */
enum decode_result layer_unknown(struct decode *d, enum unknown_kind kind, uint16_t number);

/* The result when a header is not there in full or contradicts itself. */
static inline enum decode_result layer_broken(const struct wire *w)
{
	return w->bad ? DECODE_SHORT : DECODE_MALFORMED;
}

#endif
