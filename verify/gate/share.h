/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate that each of many hosts or networks may be sent to. The table has a fixed size: who has
 * been left alone long enough to have full credit needs no place in it, and when all places are
 * needed the next one waits. So nobody is ever sent more than its share, however many there are.
 */
#ifndef VERIFY_GATE_SHARE_H
#define VERIFY_GATE_SHARE_H

#include "base/addr.h"
#include "base/hash.h"
#include "verify/gate/bucket.h"

#include <stdbool.h>
#include <stddef.h>

struct share_slot {
	uint64_t key; /* hash of the host or network; 0: free */
	struct bucket bucket;
};

struct share {
	struct hash_key hash;
	struct bucket_rate rate;
	struct share_slot *slots; /* NULL: no bound */
	size_t mask;
};

/* At most `rate` sendings a second to each (0: no bound), of `all` a second to all of them
 * together. 0 or -ENOMEM. */
int share_open(struct share *share, uint64_t rate, uint64_t all);
void share_close(struct share *share);

/* How long until one may be sent to; 0: now. */
mono_t share_wait(const struct share *share, const struct addr *who, mono_t now);

/* It is sent to: share_wait has said 0 for this `now`. */
void share_pay(struct share *share, const struct addr *who, mono_t now);

/* The network of a host: /24 of IPv4, /64 of IPv6, the rest zero. */
struct addr share_network(const struct addr *host);

#endif
