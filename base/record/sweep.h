/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sweep: an order to look at every port of every host of some networks, and how far it is. To be
 * included by way of base/record.h.
 */
#ifndef BASE_RECORD_SWEEP_H
#define BASE_RECORD_SWEEP_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/mono.h"

#include <stdbool.h>

/* X(constant, text) */
#define RECORD_SWEEP_STATE_LIST(X)      \
	X(SWEEP_NONE, "none")           \
	X(SWEEP_WAITING, "waiting")     \
	X(SWEEP_RUNNING, "running")     \
	X(SWEEP_PAUSED, "paused")       \
	X(SWEEP_DONE, "done")           \
	X(SWEEP_CANCELLED, "cancelled") \
	X(SWEEP_FAILED, "failed")

/* Who ordered it. */
#define RECORD_SWEEP_ORIGIN_LIST(X)      \
	X(SWEEP_BY_NOBODY, "none")       \
	X(SWEEP_BY_API, "api")           \
	X(SWEEP_BY_SCHEDULE, "schedule") \
	X(SWEEP_BY_COMMAND, "command")

#define RECORD_ENUM(id, text) id,
enum sweep_state { RECORD_SWEEP_STATE_LIST(RECORD_ENUM) SWEEP_STATE_END };
enum sweep_origin { RECORD_SWEEP_ORIGIN_LIST(RECORD_ENUM) SWEEP_ORIGIN_END };
#undef RECORD_ENUM

#define SWEEP_PREFIXES_MAX 32
#define SWEEP_PORTS_MAX 32
#define SWEEP_TRIES_MAX 8
#define SWEEP_SHARDS_MAX 256
#define SWEEP_STEPS_MAX (1ULL << 48) /* targets of one sweep */

struct sweep_prefix {
	struct addr low, high; /* both belong to it */
};

struct sweep_ports {
	uint16_t low, high;
};

/*
 * Order, progress and row in one: the order web gives core and core gives verify, the news that
 * verify gives core, and what the store keeps. Prefixes and ports neither touch nor overlap and
 * stand in their order; they and the seed say what each position is about.
 */
struct sweep {
	uint64_t id;				 /* never 0 */
	uint64_t seed;				 /* of the permutation */
	wall_t made_us, started_us, finished_us; /* 0: not yet */
	wall_t time_us;				 /* of these counts */
	uint64_t position, total;		 /* steps: a port of a host, once for each try */
	uint64_t at;		/* the next step; `position` is done for good, seconds behind */
	uint64_t sent;		/* packets */
	uint64_t found;		/* answers that a connection may be opened, repeats included */
	uint64_t skipped;	/* steps whose host or port may not be probed */
	uint64_t unreachable;	/* steps to whom there is no way, or no neighbour */
	uint64_t lost;		/* answers the kernel had no room for: these steps are done again */
	uint32_t rate;		/* packets a second at most */
	uint32_t rate_now;	/* in the latest second */
	uint16_t shard, shards; /* from 1: this is the part `shard` of `shards` */
	uint16_t prefix_count, port_count;
	uint8_t state;	/* enum sweep_state */
	uint8_t origin; /* enum sweep_origin */
	uint8_t tries;
	uint8_t pad[5];
	struct hash_key port_key; /* of sketches of ports; only core's order to verify has it */
	struct sweep_prefix prefixes[SWEEP_PREFIXES_MAX];
	struct sweep_ports ports[SWEEP_PORTS_MAX];
};

const char *record_sweep_state_text(unsigned state);
const char *record_sweep_origin_text(unsigned origin);

/* How many addresses, ports, steps of all tries and its shard; 0: none, or more than there may be.
 */
uint64_t record_sweep_hosts(const struct sweep *sweep);
uint32_t record_sweep_ports(const struct sweep *sweep);
uint64_t record_sweep_steps(const struct sweep *sweep);

/* Adds a range, keeping order; those that touch become one. 0, or ERR_FULL. */
int record_sweep_add_prefix(struct sweep *sweep, const struct sweep_prefix *prefix);
int record_sweep_add_ports(struct sweep *sweep, const struct sweep_ports *ports);

/* Adds "22,80,8000-8100" to the ports. 0; ERR_SYNTAX, ERR_RANGE, ERR_FULL. */
int record_sweep_parse_ports(struct sweep *sweep, const char *text);

/* The same back; `out` has SWEEP_PORTS_TEXT_MAX bytes; returns it. */
#define SWEEP_PORTS_TEXT_MAX (SWEEP_PORTS_MAX * 12)
char *record_sweep_ports_text(const struct sweep *sweep, char *out);

/*
 * Makes harmless what a role that has gone bad may have said. False: it cannot be a sweep.
 */
bool record_mend_sweep(struct sweep *sweep, wall_t latest);

#endif
