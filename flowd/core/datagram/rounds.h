/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports over UDP that are asked on a schedule, whether anybody has been seen there or not: devices
 * that answer for a network, and whom nobody outside has met yet. A round goes over all of them,
 * spread over its time; how far it is stands in the store. Who answers goes the way of what is seen
 * on the wire.
 */
#ifndef FLOWD_CORE_DATAGRAM_ROUNDS_H
#define FLOWD_CORE_DATAGRAM_ROUNDS_H

#include "store/store.h"

struct conf;
struct lifecycle;

struct rounds {
	mono_t every;	   /* 0: never */
	struct sweep list; /* hosts and ports; total 0: none */
	/* Its own: */
	bool loaded;
	wall_t started_us; /* this round */
	uint64_t place;	   /* the next to be asked, in the order of the round */
};

/* As configured; `replay`: nobody is asked. */
struct rounds rounds_of(const struct conf *conf, bool replay);

/* Orders what is due, while fewer than `room` jobs are added. 0 or an error of the store. */
int rounds_tick(struct lifecycle *l, unsigned room);

/* The verdict of a job whose service is not known. 0 or an error of the store. */
int rounds_take(struct lifecycle *l, const struct store_job *job, const struct probe *probe);

#endif
