/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many packets may leave now, so that the rate is held. A late turn of the loop is made up for,
 * as long as the second that ends now holds no more than the rate, 1.6 % of it and
 * a packet.
 */
#ifndef VERIFY_SWEEP_PACE_H
#define VERIFY_SWEEP_PACE_H

#include "base/mono.h"

#define PACE_SLOTS 101 /* of 10 ms: the second that ends now is within them */

struct pace {
	int64_t refill; /* credit a microsecond; a packet costs PACE_COST */
	int64_t credit, most;
	mono_t counted;
	uint64_t cap, sum;	    /* of a second */
	uint64_t slots[PACE_SLOTS]; /* packets in each of its parts, by the clock */
	mono_t slot;		    /* the number of the latest part */
};

#define PACE_COST 1000000LL

/* `rate` packets a second, from 1. There is no credit at first. */
void pace_open(struct pace *p, uint64_t rate, mono_t now);

/* Another rate from now on. */
void pace_set(struct pace *p, uint64_t rate, mono_t now);

/* How many may leave now. */
uint64_t pace_leave(struct pace *p, mono_t now);

/* So many have left. */
void pace_spend(struct pace *p, uint64_t packets);

/* How long until one may leave, if nothing else is in the way. */
mono_t pace_wait(const struct pace *p);

#endif
