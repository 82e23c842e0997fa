/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the capture sees twice: a mirror that copies a packet where it enters and where it
 * leaves, on both sides of a router, too. A sample of the TCP packets of inside hosts is looked at,
 * so that a flood from outside cannot look like it.
 */
#ifndef FLOWD_SENSOR_FLOW_TWINS_H
#define FLOWD_SENSOR_FLOW_TWINS_H

#include "flowd/sensor/flow/watch.h"
#include "flowd/sensor/front/gate.h"

struct twins; /* the packets seen of late */

/* NULL when memory is short. */
struct twins *twins_new(void);
void twins_free(struct twins *twins);

/* Takes a packet when it is an inside host's and of the gate's sample, which is of all packets
 * until enough have been looked at. `hash`: of its connection. */
void twins_look(struct twins *twins, struct gate *gate, const struct watch *watch,
		const struct packet *p, uint64_t hash);

#endif
