/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A border is learnt: only what is bad is alerted, until a time or until somebody accepts what has
 * been seen, which is approved of then.
 */
#ifndef FLOWD_CORE_BOOK_LEARNING_H
#define FLOWD_CORE_BOOK_LEARNING_H

#include "flowd/core/lifecycle.h"

struct conf;

/*
 * The window begins with the first live start, which may be now, and is as long as configured; a
 * replay has none: who asks for one wants to see. An acceptance that was being carried out goes on.
 * Commits. 0 or an error of the store.
 */
int learning_begin(struct lifecycle *l, const struct conf *conf, wall_t now);

/* What web orders. 0 or an error of the store. */
int learning_order(struct lifecycle *l, const struct learning *order);

/* Approves of some of what was accepted. 0 or an error of the store. */
int learning_tick(struct lifecycle *l);

#endif
