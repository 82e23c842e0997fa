/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/gate/bucket.h"

struct bucket_rate bucket_rate_of(uint64_t rate)
{
	/*
	 * A full bucket of 1 + burst and what flows in during a second must not exceed the rate:
	 * the burst is taken out of the flow.
	 */
	int64_t burst = (int64_t)rate / 10;

	return (struct bucket_rate){ .refill = (int64_t)rate - burst,
				     .most = (1 + burst) * BUCKET_COST };
}

int64_t bucket_credit(const struct bucket *b, const struct bucket_rate *rate, mono_t now)
{
	mono_t passed = now - b->counted;

	if (passed <= 0)
		return b->credit;
	if (passed > (rate->most - b->credit) / rate->refill)
		return rate->most;
	return b->credit + passed * rate->refill;
}

mono_t bucket_wait(const struct bucket *b, const struct bucket_rate *rate, mono_t now)
{
	int64_t lacks = BUCKET_COST - bucket_credit(b, rate, now);

	return lacks > 0 ? (lacks + rate->refill - 1) / rate->refill : 0;
}

void bucket_pay(struct bucket *b, const struct bucket_rate *rate, mono_t now)
{
	b->credit = bucket_credit(b, rate, now) - BUCKET_COST;
	if (now > b->counted)
		b->counted = now;
}
