/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sweeps, the one under way and those of before, and what they sent in each second.
 */
#ifndef STORE_PROBING_SWEEPS_H
#define STORE_PROBING_SWEEPS_H

#include "store/store.h"

#define STORE_SWEEPS_MAX 256 /* that are kept: the oldest that have ended go */

/* What a sweep sent in a second: with its seed, prefixes and ports the steps tell to whom. */
struct store_sweep_second {
	wall_t time_us; /* its end */
	uint64_t sweep; /* its id */
	uint64_t seed;
	uint64_t from, to; /* steps, the last one not included; less than `from`: it went back */
	uint64_t sent;	   /* packets */
};

/* 1 found, 0 not, ERR_STORE, ERR_CORRUPT. */
int store_get_sweep(struct store *store, uint64_t id, struct sweep *out);
void store_put_sweep(struct store *store, const struct sweep *row);

/* Sweeps in the order they were ordered; as the walks of store.h. */
typedef int (*store_sweep_fn)(void *arg, const struct sweep *row);
int store_walk_sweeps(struct store *store, store_sweep_fn fn, void *arg);

/* Makes room for another one. ERR_FULL: too many have not ended. Else 0 or an error of the store.
 */
int store_room_for_sweep(struct store *store);

void store_put_sweep_second(struct store *store, const struct store_sweep_second *row);

/* Seconds from `from` on, the oldest first; as the walks of store.h. */
typedef int (*store_sweep_second_fn)(void *arg, const struct store_sweep_second *row);
int store_walk_sweep_seconds(struct store *store, wall_t from, store_sweep_second_fn fn, void *arg);

/* Has it ended for good? */
bool store_sweep_is_over(const struct sweep *row);

#endif
