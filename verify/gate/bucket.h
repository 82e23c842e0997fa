/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rate as a bucket of credit: never more than the rate in any second.
 */
#ifndef VERIFY_GATE_BUCKET_H
#define VERIFY_GATE_BUCKET_H

#include "base/mono.h"

#define BUCKET_COST 1000000LL /* of one sending */

/* The same for all buckets of a kind. */
struct bucket_rate {
	int64_t refill; /* credit a microsecond */
	int64_t most;
};

struct bucket {
	int64_t credit;
	mono_t counted; /* when credit was last brought up to date */
};

/* At most `rate` (from 1) sendings in any second. */
struct bucket_rate bucket_rate_of(uint64_t rate);

int64_t bucket_credit(const struct bucket *bucket, const struct bucket_rate *rate, mono_t now);

/* How long until there is credit for a sending; 0: there is. */
mono_t bucket_wait(const struct bucket *bucket, const struct bucket_rate *rate, mono_t now);

/* Pays for a sending that there is credit for. */
void bucket_pay(struct bucket *bucket, const struct bucket_rate *rate, mono_t now);

#endif
