/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the capture sees twice: a mirror that copies a packet where it enters and where it
 * leaves, on both sides of a router, too. A sample of the TCP packets of inside hosts is looked at,
 * so that a flood from outside cannot look like it.
 */
#ifndef FLOWD_SENSOR_FLOW_TWINS_H
#define FLOWD_SENSOR_FLOW_TWINS_H

#include "flowd/sensor/decode/decode.h"

struct twins; /* the packets seen of late */

/* NULL when memory is short. */
struct twins *twins_new(void);
void twins_free(struct twins *twins);

/* Have enough been looked at, so that a sample of the rest will do? */
bool twins_has_enough(const struct twins *twins);

/* Takes a packet of an inside host that is of the sample. `hash`: of its connection. */
void twins_take(struct twins *twins, const struct packet *p, uint64_t hash, struct tally *tally);

#endif
