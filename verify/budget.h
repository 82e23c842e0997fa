/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one gate before anything leaves this host: whom probes may touch, how often, and whether at
 * all. Whoever sends asks here, whatever was checked before.
 */
#ifndef VERIFY_BUDGET_H
#define VERIFY_BUDGET_H

#include "base/mono.h"
#include "base/prefix.h"
#include "verify/gate/bucket.h"
#include "verify/gate/rest.h"
#include "verify/gate/share.h"

/* Why nothing may be sent: bits. */
enum budget_shut {
	BUDGET_KILLED = 1, /* somebody pulled the kill switch */
	BUDGET_QUIET = 2,  /* verify.quiet_hours */
};

struct budget {
	struct prefix_set targets; /* owned */
	struct bucket_rate rate;   /* of all sendings */
	struct bucket bucket;
	struct share hosts, networks;
	struct rest rest;
	unsigned shut; /* enum budget_shut */
	mono_t again;  /* when what was last refused may be sent */
};

/* What a host and its network may be sent, and how long they are left alone. */
struct budget_manners {
	uint64_t host_rate, network_rate; /* sendings a second; 0: no bound of their own */
	mono_t backoff;			  /* 0: never left alone */
};

/*
 * At most `rate` (from 1) sendings in any second. Takes `targets` over from the caller, who must
 * not clear it any more.
 */
void budget_open(struct budget *b, struct prefix_set targets, uint64_t rate, mono_t now);

/* Hosts and networks have bounds of their own from now on. 0 or -ENOMEM. */
int budget_share(struct budget *b, const struct budget_manners *manners, uint64_t rate);
void budget_close(struct budget *b);

/* May the host be probed at all? */
bool budget_may(const struct budget *b, const struct addr *host);

/*
 * Leave to send one packet or open one connection to `host`. 0: counted; ERR_DENIED: never;
 * -EAGAIN: after budget_wait; ERR_REST: not for long, routers refuse it.
 */
int budget_take(struct budget *b, const struct addr *host, mono_t now);

/* How long until the budget_take that said -EAGAIN would not. */
mono_t budget_wait(const struct budget *b, mono_t now);

/* The same for all hosts together: 0, though one host may have to wait. */
mono_t budget_wait_all(const struct budget *b, mono_t now);

/* How long the host is left alone; 0: it is not. */
mono_t budget_rest(const struct budget *b, const struct addr *host, mono_t now);

#endif
