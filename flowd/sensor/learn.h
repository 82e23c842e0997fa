/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core knows already: asked for once, before the first packet, and read by all workers.
 */
#ifndef FLOWD_SENSOR_LEARN_H
#define FLOWD_SENSOR_LEARN_H

#include "base/record.h"

struct ipc;
struct known;
struct learn; /* the answer, mapped */

/*
 * Says hello to core and waits for what it knows; `again`: when core dies over it, the next one is
 * asked. 0; ERR_SHORT, -EPIPE, -errno.
 */
int learn_open(struct ipc *core, bool again, struct learn **out);
void learn_free(struct learn *learn);

/* Of the peers' sketches: the same as long as the store lives. */
struct hash_key learn_peer_key(const struct learn *learn);

/* Enters the services into a table, as far as it has room. */
void learn_enter(const struct learn *learn, struct known *known);

#endif
