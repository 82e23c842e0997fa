/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one gate before anything leaves this host: whom probes may touch, and how often. Whoever
 * sends asks here, whatever was checked before.
 */
#ifndef VERIFY_BUDGET_H
#define VERIFY_BUDGET_H

#include "base/mono.h"
#include "base/prefix.h"

struct budget {
	struct prefix_set targets; /* owned */
	int64_t refill;		   /* credit a microsecond; a sending costs BUDGET_COST */
	int64_t credit, most;
	mono_t counted; /* when credit was last brought up to date */
};

#define BUDGET_COST 1000000LL

/*
 * At most `rate` (from 1) sendings in any second. Takes `targets` over from the caller, who must
 * not clear it any more.
 */
void budget_open(struct budget *b, struct prefix_set targets, uint64_t rate, mono_t now);
void budget_close(struct budget *b);

/* May the host be probed at all? */
bool budget_may(const struct budget *b, const struct addr *host);

/*
 * Leave to send one packet or open one connection to `host`. 0: counted; ERR_DENIED: never;
 * -EAGAIN: after budget_wait.
 */
int budget_take(struct budget *b, const struct addr *host, mono_t now);

/* How long until budget_take would not say -EAGAIN. */
mono_t budget_wait(const struct budget *b, mono_t now);

#endif
