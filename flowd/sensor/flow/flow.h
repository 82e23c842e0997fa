/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP connections: which inside host answered which outside client, how sure that is, and the first
 * payloads of those that have no name yet. Driven by packet time alone.
 */
#ifndef FLOWD_SENSOR_FLOW_H
#define FLOWD_SENSOR_FLOW_H

#include "flowd/sensor/flow/watch.h"
#include "flowd/sensor/front/gate.h"
#include "flowd/sensor/name/classify.h"

struct flow; /* the table of connections */

/*
 * The table works with `watch` and `classify`, borrowed until flow_free; `key` is of its hash. NULL
 * when memory is short.
 */
struct flow *flow_new(struct watch *watch, struct classify *classify, const struct hash_key *key);
void flow_free(struct flow *flow);

/* What is asked before flow_take; borrowed. */
const struct gate *flow_gate(const struct flow *flow);

/* flow_take will soon be called with a packet of this hash: brings into the cache what it will ask
 * first, and, a few packets later, the rest. */
void flow_fetch(const struct flow *flow, uint64_t hash);
void flow_fetch_rest(const struct flow *flow, uint64_t hash);

/* Takes a TCP packet; calls `say` for what is news at once. */
void flow_take(struct flow *flow, const struct packet *packet);

/* The end of the capture: names what can still be named. */
void flow_finish(struct flow *flow);

#endif
