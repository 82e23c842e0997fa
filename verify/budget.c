/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/budget.h"

#include "base/err.h"

#include <errno.h>

void budget_open(struct budget *b, struct prefix_set targets, uint64_t rate, mono_t now)
{
	/*
	 * A full bucket of 1 + burst and what flows in during a second must not exceed the rate:
	 * the burst is taken out of the flow.
	 */
	int64_t burst = (int64_t)rate / 10;

	b->targets = targets;
	b->refill = (int64_t)rate - burst;
	b->most = (1 + burst) * BUDGET_COST;
	b->credit = b->most;
	b->counted = now;
}

void budget_close(struct budget *b)
{
	prefix_set_clear(&b->targets);
}

bool budget_may(const struct budget *b, const struct addr *host)
{
	return !addr_is_group(host) && prefix_set_has(&b->targets, host);
}

static int64_t credit_at(const struct budget *b, mono_t now)
{
	mono_t passed = now - b->counted;

	if (passed <= 0)
		return b->credit;
	if (passed > (b->most - b->credit) / b->refill)
		return b->most;
	return b->credit + passed * b->refill;
}

int budget_take(struct budget *b, const struct addr *host, mono_t now)
{
	int64_t credit = credit_at(b, now);

	if (!budget_may(b, host))
		return ERR_DENIED;
	if (credit < BUDGET_COST)
		return -EAGAIN;
	b->credit = credit - BUDGET_COST;
	if (now > b->counted)
		b->counted = now;
	return 0;
}

mono_t budget_wait(const struct budget *b, mono_t now)
{
	int64_t lacks = BUDGET_COST - credit_at(b, now);

	return lacks > 0 ? (lacks + b->refill - 1) / b->refill : 0;
}
