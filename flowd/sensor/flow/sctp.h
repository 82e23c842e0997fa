/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCTP (RFC 9260): an INIT ACK that bears the tag of the INIT is an answer; what follows it is the
 * rest of the handshake. Driven by packet time alone.
 */
#ifndef FLOWD_SENSOR_SCTP_H
#define FLOWD_SENSOR_SCTP_H

#include "flowd/sensor/flow/watch.h"

struct sctp; /* the associations */

/* Works with `watch`, borrowed until sctp_free; `key` is of its table. NULL when memory is short.
 */
struct sctp *sctp_new(struct watch *watch, const struct hash_key *key);
void sctp_free(struct sctp *sctp);

/* Takes an SCTP packet; calls `say` for what is news at once. */
void sctp_take(struct sctp *sctp, const struct packet *packet);

#endif
