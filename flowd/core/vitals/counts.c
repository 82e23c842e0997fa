/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/vitals/counts.h"

#define SAY_EVERY (60 * MONO_SECOND)

void counts_restart(struct counts *h)
{
	h->sum.sensor_starts++;
	h->gap_from = h->sum.time_us;
	memset(h->latest, 0, sizeof(h->latest));
}

/* The rows stay where they are, in the life of a sender. */
static void add_unknown(struct tally *sum, const struct tally_unknown *now,
			const struct tally_unknown *before)
{
	if (now->kind && now->packets > before->packets)
		record_count_unknown(sum, now->kind, now->number, now->packets - before->packets);
}

bool counts_take(struct counts *h, uint32_t origin, const struct tally *t, struct tally *grown)
{
	struct tally *latest;
	size_t i;

	if (origin >= COUNTS_ORIGINS || t->capture >= COUNTS_SOURCES)
		return false;
	if (h->gap_from && t->time_us > h->gap_from)
		h->sum.gap_us += (uint64_t)(t->time_us - h->gap_from);
	h->gap_from = 0;
	latest = &h->latest[origin][t->capture];
	*grown = *t;
	/* None of them goes back in the life of a sender that is well. */
#define GROW(id, text)                                           \
	grown->id = t->id > latest->id ? t->id - latest->id : 0; \
	h->sum.id += grown->id;
	RECORD_TALLY_LIST(GROW)
#undef GROW
	for (i = 0; i < TALLY_UNKNOWNS; i++)
		add_unknown(&h->sum, &t->unknown[i], &latest->unknown[i]);
	if (t->unknown_rest > latest->unknown_rest)
		h->sum.unknown_rest += t->unknown_rest - latest->unknown_rest;
	*latest = *t;
	h->sum.records_refused = h->refused;
	h->sum.time_us = t->time_us;
	return true;
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
			  t->flows_evicted + t->names_refused + t->known_evicted + t->gap_us +
			  t->candidates_refused + t->services_refused + t->jobs_refused;

	if (losses == h->losses || (h->losses_said && now - h->losses_said < SAY_EVERY))
		return false;
	h->losses = losses;
	h->losses_said = now;
	return true;
}
