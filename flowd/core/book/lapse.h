/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approvals that end by themselves: when the time of one is over, its service is news again.
 */
#ifndef FLOWD_CORE_BOOK_LAPSE_H
#define FLOWD_CORE_BOOK_LAPSE_H

#include "store/book/baseline.h"

struct lifecycle;

#define LAPSE_AT_ONCE 64 /* told between two looks at the rest of the world */

/* All zero at the start: what lapsed while nobody looked is found then. */
struct lapse {
	wall_t due_us;	   /* no entry ends before it */
	wall_t next_us;	   /* likewise, of those that this walk has met */
	struct service at; /* the last entry that the walk has met */
	bool walks;	   /* from `at` on */
	struct service over[LAPSE_AT_ONCE];
	size_t count;
};

/* An entry is put that ends at `expires_us`, 0 never. */
void lapse_expect(struct lapse *lapse, wall_t expires_us);

/* Looks at some of the entries when one may have ended, and tells of those that have, each once. 0
 * or an error of the store. */
int lapse_tick(struct lifecycle *l);

#endif
