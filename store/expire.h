/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store forgets with time and for want of room.
 */
#ifndef STORE_EXPIRE_H
#define STORE_EXPIRE_H

#include "store/store.h"

/* How long history is kept; 0: for ever. */
struct store_keep {
	mono_t events, probes, alerts, audit, runs;
	mono_t hosts;	   /* that answered everything, after the last such answer */
	uint64_t disk_cap; /* bytes; over it the oldest history goes first; 0 no cap */
};

/* What was dropped for want of room since the store was opened, in bytes on disk. */
struct store_given_up {
	uint64_t history; /* events, probes, audit, sweeps */
	uint64_t alerts;
	bool over; /* it is over its cap, though nothing is left to drop */
};

/*
 * Drops what is older than it is to be kept, and what makes the store larger than it may be: of
 * alerts that fill more than half of it the oldest, else the oldest history, and alerts again when
 * that was not enough. 0 or ERR_STORE.
 */
int store_expire(struct store *store, const struct store_keep *keep, wall_t now);

const struct store_given_up *store_given_up(const struct store *store);

/* Bytes that were committed since the store was opened. */
uint64_t store_written(const struct store *store);

#endif
