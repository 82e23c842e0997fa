/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long networks take to answer, so that a SYN is repeated when its answer is due and not long
 * before or after: smoothed round trips as RFC 6298 has them. The table has a fixed size; who was
 * not heard for longest is forgotten.
 */
#ifndef VERIFY_GATE_RTT_H
#define VERIFY_GATE_RTT_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/mono.h"

#include <stdbool.h>

struct rtt_slot {
	uint64_t key;	     /* hash of the network; 0: free */
	mono_t smooth, vary; /* round trip, its variation */
	mono_t wait;	     /* at least so long: answers came late; 0 none did */
	mono_t heard;
};

struct rtt {
	struct hash_key hash;
	mono_t first; /* the wait where nothing is known, and the shortest last one */
	struct rtt_slot *slots;
};

/* 0 or -ENOMEM. */
int rtt_open(struct rtt *rtt, mono_t first);
void rtt_close(struct rtt *rtt);

/* An answer took `took`. */
void rtt_hear(struct rtt *rtt, const struct addr *host, mono_t took, mono_t now);

/* An answer came after a SYN had been repeated because of a wait of `wait` (Karn's algorithm). */
void rtt_late(struct rtt *rtt, const struct addr *host, mono_t wait, mono_t now);

/* Likewise of a datagram, whose server may think first: counts where no SYN has told. `took`: 0
 * when it had been repeated after `wait`. */
void rtt_hint(struct rtt *rtt, const struct addr *host, mono_t took, mono_t wait);

/* A round trip there as far as is known, 0 nothing is. */
mono_t rtt_of(const struct rtt *rtt, const struct addr *host);

/* How long to wait for the answer of try number `tries` (from 1). */
mono_t rtt_wait(const struct rtt *rtt, const struct addr *host, unsigned tries, bool last);

#endif
