/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each host is reached, remembered in tables of a fixed size: what is pushed out of them is
 * asked for again. Whom the kernel has not resolved yet gets one packet from the kernel, which
 * makes it ask for the neighbour; what follows waits for that.
 */
#ifndef VERIFY_SWEEP_HOP_H
#define VERIFY_SWEEP_HOP_H

#include "verify/sweep/route.h"

struct hops;

enum hop_verdict {
	HOP_FRAME,  /* send a frame */
	HOP_KERNEL, /* send a packet by the kernel */
	HOP_WAIT,   /* ask again later, at the latest in HOP_PATIENCE */
	HOP_NOBODY  /* no way, or no neighbour */
};

#define HOP_PATIENCE (3 * MONO_SECOND)

struct hop {
	int interface;
	uint8_t to_mac[6], from_mac[6];
	struct addr from;
};

/* `route` and `source` are borrowed as long as the tables live. NULL when memory is short. */
struct hops *hops_new(struct route *route, const struct source *source);
void hops_free(struct hops *h);

/* `out` is set for HOP_FRAME and, its addresses on the link aside, for HOP_KERNEL. */
enum hop_verdict hop_find(struct hops *h, const struct addr *to, mono_t now, struct hop *out);

#endif
