/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/twins.h"

#include <stdlib.h>

#define PLACES 4096	    /* packets remembered */
#define FIRST 4096	    /* looked at without exception */
#define NEAR (50 * MONO_MS) /* a copy comes within; no stack sends again so soon */
#define ODD 0x9e3779b97f4a7c15ULL

struct twins {
	struct {
		uint64_t print;
		wall_t time_us;
	} places[PLACES];
	uint64_t taken;
};

struct twins *twins_new(void)
{
	return calloc(1, sizeof(struct twins));
}

void twins_free(struct twins *twins)
{
	free(twins);
}

/* What both copies have in common, and a packet that is sent again has not: a router changes time
 * to live, addresses of the link and tags. */
static uint64_t print_of(const struct packet *p, uint64_t hash)
{
	uint64_t numbers = (uint64_t)p->seq << 32 | p->ack;
	uint64_t rest = (uint64_t)p->ident << 48 | (uint64_t)p->checksum << 32 |
			(uint64_t)p->sport << 16 | (p->data_len & 0xff00) | p->flags;

	hash = (hash ^ numbers) * ODD;
	return ((hash ^ hash >> 32) + rest) * ODD;
}

static void take(struct twins *twins, const struct packet *p, uint64_t hash, struct tally *tally)
{
	uint64_t print = print_of(p, hash);
	size_t at = print >> 32 & (PLACES - 1);
	wall_t ago = p->time_us - twins->places[at].time_us;

	twins->taken++;
	tally->duplicates_checked++;
	if (twins->places[at].print == print && ago >= 0 && ago < NEAR)
		tally->duplicates++;
	twins->places[at].print = print;
	twins->places[at].time_us = p->time_us;
}

void twins_look(struct twins *twins, struct gate *gate, const struct watch *watch,
		const struct packet *p, uint64_t hash)
{
	/* Acknowledgements that differ in nothing are sent, too. */
	if ((!p->ident && !p->data_len) || !gate_samples(gate, hash, p->seq, p->ident) ||
	    !watch_has(watch, &p->src, &p->dst, p->dport))
		return;
	take(twins, p, hash, watch->tally);
	gate->sample_all = twins->taken < FIRST;
}
