/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/front/gate.h"

#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/ends.h"
#include "flowd/sensor/front/glance.h"

#include <stdlib.h>

bool gate_open(struct gate *g, const struct hash_key *key)
{
	g->key = *key;
	g->sample_all = true;
	g->bits = calloc((1 << GATE_BITS) / 64, sizeof(*g->bits));
	g->counts = calloc(1 << GATE_BITS, sizeof(*g->counts));
	return g->bits && g->counts;
}

void gate_close(struct gate *g)
{
	free(g->bits);
	free(g->counts);
}

void gate_add(struct gate *g, uint64_t hash)
{
	unsigned at = (unsigned)(hash >> (64 - GATE_BITS));

	g->counts[at] += g->counts[at] < UINT8_MAX;
	g->bits[at / 64] |= 1ULL << at % 64;
}

void gate_remove(struct gate *g, uint64_t hash)
{
	unsigned at = (unsigned)(hash >> (64 - GATE_BITS));

	if (g->counts[at] < UINT8_MAX && !--g->counts[at])
		g->bits[at / 64] &= ~(1ULL << at % 64);
}

/* As flow_take would have it: all but what is followed. */
static bool is_idle(const struct gate *gate, const struct glance *g, uint64_t hash)
{
	if (g->flags & TCP_SYN || (g->flags & TCP_RST && g->flags & TCP_ACK && !g->seq))
		return false;
	return (!g->ident && !g->data_len) || !gate_samples(gate, hash, g->seq, g->ident);
}

void gate_look(const struct gate *gate, const uint8_t *bytes, size_t len, struct gate_look *out)
{
	struct glance g = { .proto = 0 };

	glance_take(bytes, len, &g);
	out->kind = GATE_UNSEEN;
	if (!g.proto)
		return;
	out->hash = ends_hash_one(&gate->key, &g.src, g.sport) +
		    ends_hash_one(&gate->key, &g.dst, g.dport);
	if (g.proto == PROTO_UDP)
		out->kind = GATE_UDP;
	else
		out->kind = is_idle(gate, &g, out->hash) ? GATE_IDLE : GATE_TCP;
}
