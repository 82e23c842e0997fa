/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What does this connection speak? nDPI's answer, in our words. Not shared between threads.
 */
#ifndef FLOWD_SENSOR_NAME_CLASSIFY_H
#define FLOWD_SENSOR_NAME_CLASSIFY_H

#include "flowd/sensor/decode/decode.h"

struct classify;      /* nDPI's tables */
struct classify_flow; /* what nDPI remembers of one connection */

/* NULL when memory is short. */
struct classify *classify_new(void);
void classify_free(struct classify *c);

/*
 * `before`: the name that the service has already, "" none; a connection that proves no more than
 * that costs little. NULL when memory is short.
 */
struct classify_flow *classify_flow_new(const char *before);
void classify_flow_free(struct classify_flow *flow);

/*
 * Shows a packet with payload. The name, in lower case, once the server has spoken and the payload
 * itself gave it away; else NULL. A port or an address is never the reason. Valid as long as `c`.
 */
const char *classify_packet(struct classify *c, struct classify_flow *flow,
			    const struct packet *packet, bool from_server);

/*
 * What a client's first packet alone, such as the data on a SYN, gives away; NULL nothing. It is a
 * wish until the server has spoken; classify_grants: does what the server said agree with it?
 */
const char *classify_wish(struct classify *c, const struct packet *packet);
bool classify_grants(const struct classify_flow *flow, const char *wish);

/* No more packets will be shown: the name after all, also one that only the client asked for, or
 * NULL. */
const char *classify_end(struct classify *c, struct classify_flow *flow);

/* It has its name, but more can be read in what the server is about to say. */
bool classify_awaits(const struct classify_flow *flow);

/*
 * What was read beside the name in what the server has answered, once: fills `kind` and `text` of
 * up to HINT_END hints and returns how many.
 */
struct hint;
size_t classify_hints(struct classify_flow *flow, struct hint *out);

/* How the latest name was obtained. */
enum named classify_named(const struct classify_flow *flow);

/* What is usually found on a server's port; NULL: nothing in particular. A guess, not a detection.
 */
const char *classify_guess(struct classify *c, uint8_t proto, uint16_t port);

#endif
