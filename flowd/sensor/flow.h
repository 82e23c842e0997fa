/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections: which inside host answered which outside client, how sure that is, and the first
 * payloads of those that have no name yet. Driven by packet time alone.
 */
#ifndef FLOWD_SENSOR_FLOW_H
#define FLOWD_SENSOR_FLOW_H

#include "base/conf.h"
#include "base/record.h"
#include "flowd/sensor/classify.h"
#include "flowd/sensor/decode.h"
#include "flowd/sensor/known.h"

struct flow; /* the table of connections */

/* What the table works with; all borrowed until flow_free. */
struct flow_options {
	const struct conf *conf;      /* home, inside, limits, verify_ports */
	const struct prefix_set *own; /* addresses of this host: our probes come from them */
	struct known *known;
	struct classify *classify;
	struct tally *tally;
	known_fn say; /* where sightings go */
	void *arg;
	struct hash_key key;	  /* of the tables */
	struct hash_key peer_key; /* of the peers' sketches: must outlive restarts */
};

/* NULL when memory is short. */
struct flow *flow_new(const struct flow_options *options);
void flow_free(struct flow *flow);

/* Takes a TCP packet; calls `say` for what is news at once. */
void flow_take(struct flow *flow, const struct packet *packet);

/* The end of the capture: names what can still be named. */
void flow_finish(struct flow *flow);

#endif
