/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SYN and SYN-ACK prove (RFC 9293 section 3.5). Pure.
 */
#ifndef FLOWD_SENSOR_FLOW_HANDSHAKE_H
#define FLOWD_SENSOR_FLOW_HANDSHAKE_H

#include "flowd/sensor/flow/conn.h"

/* What is remembered of a SYN. */
struct conn_syn handshake_syn(const struct packet *p);

/* Does the number of a SYN-ACK acknowledge the SYN, with or without its data (RFC 7413)? */
bool handshake_acknowledges(struct conn_syn syn, uint32_t ack);

/* How sure a SYN-ACK of the server makes us: handshake, oneway or invalid. */
enum evidence handshake_grade(const struct conn *c, const struct packet *p);

/*
 * Is this the SYN-ACK that was there, or one that adds nothing to it? The same SYN may be answered
 * again with another number (SYN cookies), which is noted; what contradicts a SYN-ACK does not end
 * it.
 */
bool handshake_is_repeat(struct conn *c, const struct packet *p, enum evidence evidence);

/* How sure a connection whose SYN-ACK was no contradiction has made us by now. */
enum evidence handshake_reached(const struct conn *c);

/*
 * A reset or an end of the client or the server: is its number one that the other side would take
 * it with (RFC 9293, 3.10.7.4)? Whoever only knows the addresses must guess it.
 */
bool handshake_may_end(const struct conn *c, const struct packet *p, bool client);

#endif
