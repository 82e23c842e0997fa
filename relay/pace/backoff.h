/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to leave a receiver alone that did not take something: twice as long each time up to a
 * minute, and never at the same moment as others that have lost the same receiver. Pure.
 */
#ifndef PACE_BACKOFF_H
#define PACE_BACKOFF_H

#include "base/mono.h"

#define BACKOFF_FIRST (500 * MONO_MS)
#define BACKOFF_MOST (60 * MONO_SECOND)
#define BACKOFF_ASKED_MOST (3600 * MONO_SECOND) /* longer than that nobody is left alone */

/* Begins with a seed, else zero. */
struct backoff {
	mono_t delay; /* the longest that the last wait could be; 0 it takes what it is given */
	uint64_t dice;
};

/* After a failure: until the next try, between half of the delay and all of it, or as long as the
 * receiver asked for (0 nothing) where that is longer. */
mono_t backoff_next(struct backoff *b, mono_t asked);

/* After a success. */
void backoff_reset(struct backoff *b);

#endif
