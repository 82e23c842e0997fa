/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often an address may ask. A table of fixed size: who has not asked for a while needs no
 * place.
 */
#ifndef WEB_ACCESS_LIMIT_H
#define WEB_ACCESS_LIMIT_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/mono.h"

#include <stdbool.h>

#define LIMIT_SETS 1024
#define LIMIT_WAYS 4

struct limit {
	struct hash_key key;
	mono_t interval; /* between two requests in the long run; 0: no bound */
	mono_t credit;	 /* time that may be used up at once */
	struct {
		uint64_t tag;
		mono_t due; /* when the next one would be due at a steady pace */
	} rows[LIMIT_SETS][LIMIT_WAYS];
};

/* `count` requests in `period`, `burst` of them at once; 0: no bound. */
void limit_open(struct limit *limit, uint64_t count, mono_t period, unsigned burst);

/* May this address (of IPv6: its /64) ask once more? `take`: it does. */
bool limit_may(struct limit *limit, const struct addr *client, mono_t now, bool take);

#endif
