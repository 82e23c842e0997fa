/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/front/gate.h"

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
