/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receivers hear of a group by its alert, and again when it has 10, 100 and 1000 members and when
 * it ends: five times at most, however many findings come. The alert remains one; what is sent
 * again names it.
 */
#ifndef FLOWD_CORE_POLICY_GROWTH_H
#define FLOWD_CORE_POLICY_GROWTH_H

#include "flowd/core/lifecycle.h"
#include "store/policy/groups.h"

/* A finding was counted: tells receivers if it is time. `w` is the caller's to put. */
void growth_look(struct lifecycle *l, struct store_window *w);

/* The window takes no more: tells what has not been told. */
void growth_end(struct lifecycle *l, const struct store_window *w);

#endif
