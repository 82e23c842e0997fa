/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store forgets with time and for want of room.
 */
#ifndef STORE_EXPIRE_H
#define STORE_EXPIRE_H

#include "store/store.h"

/* How long history is kept; 0: for ever. */
struct store_keep {
	mono_t events, probes, alerts, audit;
	mono_t hosts;	   /* that answered everything, after the last such answer */
	uint64_t disk_cap; /* bytes; over it the oldest history goes first; 0 no cap */
};

/* Drops what is older than it is to be kept. 0 or ERR_STORE. */
int store_expire(struct store *store, const struct store_keep *keep, wall_t now);

#endif
