/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the capture misses, as TCP itself tells: bytes that a peer has acknowledged and that
 * were never seen. A bounded sample of connections is looked at.
 */
#ifndef FLOWD_SENSOR_FLOW_LOSS_H
#define FLOWD_SENSOR_FLOW_LOSS_H

#include "flowd/sensor/flow/conn.h"

struct loss; /* the connections looked at */

/* NULL when memory is short. */
struct loss *loss_new(void);
void loss_free(struct loss *loss);

/*
 * A handshake was seen whole; `hash` is of its conn_hash. When the connection is one of the sample
 * its `track` is set, and another one may lose its own.
 */
void loss_begin(struct loss *loss, struct conn *c, uint64_t hash);

/* Looks at a packet of a connection with a track, which ends when enough was seen. */
void loss_take(struct conn *c, const struct packet *p, bool from_server, struct tally *tally);

/* The connection is not looked at any more; nothing happens without a track. */
void loss_end(struct conn *c);

#endif
