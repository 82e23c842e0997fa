/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/counts.h"

#define SAY_EVERY (60 * MONO_SECOND)

void counts_restart(struct counts *h)
{
	h->before = h->sum;
	h->before.sensor_starts++;
	h->gap_from = h->sum.time_us;
	memset(h->latest, 0, sizeof(h->latest));
}

static void add_unknown(struct tally *sum, const struct tally_unknown *u)
{
	if (u->kind)
		record_count_unknown(sum, u->kind, u->number, u->packets);
}

void counts_take(struct counts *h, uint32_t origin, const struct tally *t)
{
	size_t i, j;

	if (origin >= COUNTS_ORIGINS)
		return;
	h->latest[origin] = *t;
	if (h->gap_from && t->time_us > h->gap_from)
		h->before.gap_us += (uint64_t)(t->time_us - h->gap_from);
	h->gap_from = 0;
	h->sum = h->before;
#define ADD(id, text) h->sum.id += h->latest[i].id;
	for (i = 0; i < COUNTS_ORIGINS; i++) {
		RECORD_TALLY_LIST(ADD)
		for (j = 0; j < TALLY_UNKNOWNS; j++)
			add_unknown(&h->sum, &h->latest[i].unknown[j]);
		h->sum.unknown_rest += h->latest[i].unknown_rest;
	}
#undef ADD
	h->sum.records_refused = h->refused;
	h->sum.time_us = t->time_us;
}

bool counts_refuse(struct counts *h, mono_t now)
{
	h->sum.records_refused = ++h->refused;
	if (h->refused_said && now - h->refused_said < SAY_EVERY)
		return false;
	h->refused_said = now;
	return true;
}

bool counts_is_worse(struct counts *h, mono_t now)
{
	const struct tally *t = &h->sum;
	uint64_t losses = t->kernel_drops + t->interface_drops + t->records_dropped +
			  t->flows_evicted + t->names_refused + t->known_evicted + t->gap_us;

	if (losses == h->losses || (h->losses_said && now - h->losses_said < SAY_EVERY))
		return false;
	h->losses = losses;
	h->losses_said = now;
	return true;
}
