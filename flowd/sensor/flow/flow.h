/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP connections: which inside host answered which outside client, how sure that is, and the first
 * payloads of those that have no name yet. Driven by packet time alone.
 */
#ifndef FLOWD_SENSOR_FLOW_H
#define FLOWD_SENSOR_FLOW_H

#include "flowd/sensor/flow/watch.h"
#include "flowd/sensor/name/classify.h"

struct flow; /* the table of connections */

/*
 * The table works with `watch` and `classify`, borrowed until flow_free; `key` is of its hash. NULL
 * when memory is short.
 */
struct flow *flow_new(struct watch *watch, struct classify *classify, const struct hash_key *key);
void flow_free(struct flow *flow);

/* Takes a TCP packet; calls `say` for what is news at once. */
void flow_take(struct flow *flow, const struct packet *packet);

/* The end of the capture: names what can still be named. */
void flow_finish(struct flow *flow);

#endif
