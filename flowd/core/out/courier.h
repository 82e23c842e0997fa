/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alerts that wait for receivers, on their way to relay: as many as a receiver's window takes,
 * in their order. What relay says of them moves the receiver's cursor; a relay, a core or a flowd
 * that is killed in between goes on from there.
 */
#ifndef FLOWD_CORE_OUT_COURIER_H
#define FLOWD_CORE_OUT_COURIER_H

#include "base/ipc.h"
#include "base/loop.h"
#include "flowd/core/lifecycle.h"

struct courier;
struct outbox_order;

/*
 * `relay` is owned from then on and may be NULL: nobody receives. `life` (borrowed) is told of
 * receivers that are down, and its `letters` is set. 0, an error of the store, -ENOMEM; `out` may
 * become NULL, which all below take.
 */
int courier_new(struct loop *loop, struct ipc *relay, const struct conf *conf,
		struct lifecycle *life, struct courier **out);
void courier_free(struct courier *c);

/*
 * Sends what is committed and has room, and looks at the clock. `news`: alerts may have been added.
 * What changes is in the next batch. 0 or an error of the store.
 */
int courier_pump(struct courier *c, bool news);

/* Dead letters are to be sent once more. 0; 1: there is no such receiver; an error of the store. */
int courier_resend(struct courier *c, const struct outbox_order *order);

#endif
