/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/health.h"

#define SAY_EVERY (60 * MONO_SECOND)

void health_restart(struct health *h)
{
	h->before = h->sum;
	h->before.sensor_starts++;
	h->gap_from = h->sum.time_us;
}

void health_take(struct health *h, const struct tally *t)
{
	if (h->gap_from && t->time_us > h->gap_from)
		h->before.gap_us += (uint64_t)(t->time_us - h->gap_from);
	h->gap_from = 0;
#define ADD(id, text) h->sum.id = h->before.id + t->id;
	RECORD_TALLY_LIST(ADD)
#undef ADD
	h->sum.time_us = t->time_us;
}

bool health_is_worse(struct health *h, mono_t now)
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
