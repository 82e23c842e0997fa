/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core knows already: asked for once, before the first packet, and read by all workers.
 */
#ifndef FLOWD_SENSOR_LEARN_H
#define FLOWD_SENSOR_LEARN_H

#include "flowd/knownset.h"

struct ipc;
struct learn; /* the answer, mapped */

/*
 * Says hello to core and waits for what it knows; `again`: when core dies over it, the next one is
 * asked. 0; ERR_SHORT, -EPIPE, -errno.
 */
int learn_open(struct ipc *core, bool again, struct learn **out);
void learn_free(struct learn *learn);

/* Of the peers' sketches: the same as long as the store lives. */
struct hash_key learn_peer_key(const struct learn *learn);

/* The services; borrowed until learn_free. */
const struct knownset_view *learn_view(const struct learn *learn);

#endif
