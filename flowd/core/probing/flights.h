/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The jobs that verify has: which, and how many of each host. The table has a fixed size.
 */
#ifndef FLOWD_CORE_PROBING_FLIGHTS_H
#define FLOWD_CORE_PROBING_FLIGHTS_H

#include "base/addr.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#define FLIGHTS_MOST 1024

struct flight {
	uint64_t id;
	struct addr host;
	LIST_ENTRY(flight) by_id, by_host; /* by_id also joins the free ones */
};

LIST_HEAD(flight_list, flight);

struct flights {
	unsigned count;
	struct flight_list spare;
	struct flight_list ids[FLIGHTS_MOST], hosts[FLIGHTS_MOST];
	struct flight all[FLIGHTS_MOST];
};

void flights_clear(struct flights *flights);

bool flights_has(const struct flights *flights, uint64_t id);

/* How many there are of a host. */
unsigned flights_of(const struct flights *flights, const struct addr *host);

/* False: there is no room, or it is there already. */
bool flights_add(struct flights *flights, uint64_t id, const struct addr *host);

/* False: it was not there. */
bool flights_remove(struct flights *flights, uint64_t id);

#endif
