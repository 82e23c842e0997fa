/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/pace.h"

#define SLOT (10 * MONO_MS)

void pace_open(struct pace *p, uint64_t rate, mono_t now)
{
	*p = (struct pace){ .counted = now, .slot = now / SLOT };
	pace_set(p, rate, now);
}

void pace_set(struct pace *p, uint64_t rate, mono_t now)
{
	pace_leave(p, now);
	p->refill = (int64_t)rate;
	/* A quarter of a second may be made up for. */
	p->most = PACE_COST + p->refill * PACE_COST / 4;
	p->credit = p->credit < p->most ? p->credit : p->most;
	p->cap = rate + rate / 64 + 1;
}

/* Forgets what is longer ago than a second. */
static void turn_slots(struct pace *p, mono_t now)
{
	mono_t slot = now / SLOT, left = slot - p->slot;

	for (left = left < PACE_SLOTS ? left : PACE_SLOTS; left > 0; left--) {
		uint64_t *old = &p->slots[(slot - left + 1) % PACE_SLOTS];

		p->sum -= *old;
		*old = 0;
	}
	p->slot = slot > p->slot ? slot : p->slot;
}

uint64_t pace_leave(struct pace *p, mono_t now)
{
	mono_t passed = now - p->counted;
	uint64_t credit, room;

	if (passed > 0) {
		/* A long pause must not overflow. */
		passed = passed < MONO_SECOND ? passed : MONO_SECOND;
		p->credit += passed * p->refill;
		p->credit = p->credit < p->most ? p->credit : p->most;
		p->counted = now;
		turn_slots(p, now);
	}
	credit = (uint64_t)(p->credit / PACE_COST);
	room = p->cap > p->sum ? p->cap - p->sum : 0;
	return credit < room ? credit : room;
}

void pace_spend(struct pace *p, uint64_t packets)
{
	p->credit -= (int64_t)packets * PACE_COST;
	p->slots[p->slot % PACE_SLOTS] += packets;
	p->sum += packets;
}

mono_t pace_wait(const struct pace *p)
{
	int64_t lacks = PACE_COST - p->credit;

	return lacks > 0 ? (lacks + p->refill - 1) / p->refill : 0;
}
