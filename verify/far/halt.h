/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kill switch of a prober that is alone: whoever gives orders may pull it, and so may a signal
 * on its own host; probes leave where neither has.
 */
#ifndef VERIFY_FAR_HALT_H
#define VERIFY_FAR_HALT_H

#include "base/ipc.h"
#include "base/loop.h"
#include "base/record.h"

struct halt {
	struct ipc *near, *parent; /* to verify; from the parent, not owned */
	struct loop_event *event;
	struct probing here, elsewhere;
};

/* False: no memory. `parent` NULL: nobody listens to signals. */
bool halt_open(struct halt *h, struct loop *loop, struct ipc *near, struct ipc *parent);
void halt_close(struct halt *h);

/* A word of who gives orders. */
void halt_hear(struct halt *h, const struct probing *word);

/* Tells verify how it is, which may be born anew. */
void halt_tell(struct halt *h);

#endif
