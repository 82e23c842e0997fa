/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders of sweeps and how they fare: rows of the store, of which verify has one at a time. What a
 * sweep finds goes the way of what is seen on the wire.
 */
#ifndef FLOWD_CORE_SWEEP_SWEEPS_H
#define FLOWD_CORE_SWEEP_SWEEPS_H

#include "base/conf.h"
#include "base/ipc.h"
#include "flowd/core/announce.h"
#include "flowd/core/lifecycle.h"
#include "flowd/core/sweep/once.h"

struct sweeps {
	const struct conf *conf; /* all borrowed */
	struct lifecycle *life;
	struct ipc *verify; /* NULL: nothing is probed */
	struct announce *announce;
	/* Its own: */
	uint64_t active; /* id of the one that verify has; 0 none */
	bool look;	 /* one may wait */
	struct once once;
};

/* Finds the one that was under way; orders that of the command line. 0, ERR_RANGE: there is nothing
 * to look at, or too much; an error of the store. */
int sweeps_open(struct sweeps *s);

/* Verify was born. 0 or an error of the store. */
int sweeps_restart(struct sweeps *s);

/*
 * An order: "waiting" a new one, or one that is paused is to go on; "paused", "cancelled". 0; 1: it
 * makes no sense; an error of the store.
 */
int sweeps_order(struct sweeps *s, const struct sweep *order);

/* Verify tells how it fares, and what it has found, not later than `latest`. Results as above. */
int sweeps_take(struct sweeps *s, const struct ipc_message *m, wall_t latest);

/* Orders what is due, sends what waits. 0 or an error of the store. */
int sweeps_tick(struct sweeps *s, wall_t now);

#endif
