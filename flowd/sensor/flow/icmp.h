/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ICMP says about ports of inside hosts: that somebody who asked there was turned away.
 */
#ifndef FLOWD_SENSOR_FLOW_ICMP_H
#define FLOWD_SENSOR_FLOW_ICMP_H

#include "flowd/sensor/flow/watch.h"

/* The packet that an ICMP message is about. */
struct icmp_quote {
	struct service service; /* whom it was for; `zone` 0 */
	struct addr asker;
	uint16_t asker_port;
};

/* Is the packet ICMP, for IPv4 or IPv6? */
bool icmp_is(const struct packet *packet);

/*
 * Reads the packet quoted by a "destination unreachable" (RFC 792, RFC 4443) that was decoded as
 * `packet`: 0; ERR_UNKNOWN: another message, or not about a port; ERR_SHORT.
 */
int icmp_read(const struct packet *packet, struct icmp_quote *out);

/* Does the message say that somebody forbids it (RFC 1812 section 5.2.7.1, RFC 4443)? */
bool icmp_is_prohibition(const struct packet *packet);

/* Takes an ICMP packet: counts it, and notes it with the service when there is one. */
void icmp_take(struct watch *watch, const struct packet *packet);

#endif
