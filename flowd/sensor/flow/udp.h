/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UDP: which inside host answers outside clients. What a payload says of its own direction comes
 * first, then who spoke first; never which port number is larger. Driven by packet time alone.
 */
#ifndef FLOWD_SENSOR_UDP_H
#define FLOWD_SENSOR_UDP_H

#include "flowd/sensor/flow/watch.h"

struct udp; /* the dialogs */

/* Works with `watch`, borrowed until udp_free; `key` is of its tables. NULL when memory is short.
 */
struct udp *udp_new(struct watch *watch, const struct hash_key *key);
void udp_free(struct udp *udp);

/* As of TCP packets. */
void udp_fetch(const struct udp *udp, uint64_t hash);
void udp_fetch_rest(const struct udp *udp, uint64_t hash);

/* Takes a UDP packet; calls `say` for what is news at once. */
void udp_take(struct udp *udp, const struct packet *packet);

/* The end of the capture: names what can still be named. */
void udp_finish(struct udp *udp);

#endif
