/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sweep does at each of its steps: which port of which host.
 */
#ifndef VERIFY_SWEEP_PLAN_H
#define VERIFY_SWEEP_PLAN_H

#include "base/record.h"
#include "verify/sweep/perm.h"

struct plan {
	struct perm perm;
	uint64_t hosts, round;	  /* round: steps of one try */
	uint64_t densest;	  /* hosts that the /24 or /64 has of which it covers most */
	struct addr last_network; /* while it is opened */
	uint32_t ports;
	uint64_t steps; /* in all */
	uint16_t shard, shards;
	uint16_t prefix_count, port_count;
	uint64_t host_from[SWEEP_PREFIXES_MAX]; /* numbers of the first host of each prefix */
	uint32_t port_from[SWEEP_PORTS_MAX];
	struct sweep_prefix prefixes[SWEEP_PREFIXES_MAX];
	struct sweep_ports ranges[SWEEP_PORTS_MAX];
};

/* 0; ERR_RANGE: it has no targets, or too many. */
int plan_open(struct plan *p, const struct sweep *sweep);

/* The step, which is below `steps`. */
void plan_at(const struct plan *p, uint64_t step, struct addr *host, uint16_t *port);

/* How many of its ports each host has been asked for when `step` steps of the plan are done, on
 * average, in this shard. */
uint64_t plan_asked(const struct plan *p, uint64_t step);

#endif
