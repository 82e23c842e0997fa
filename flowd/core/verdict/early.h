/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verdict that is told before all that a probe asks is answered: state, name, product. Rules are
 * not asked and nothing is logged until the whole probe comes, which replaces it.
 */
#ifndef FLOWD_CORE_VERDICT_EARLY_H
#define FLOWD_CORE_VERDICT_EARLY_H

#include "flowd/core/lifecycle.h"

/* 0, also when nobody waits for it; or an error of the store. */
int early_take(struct lifecycle *l, const struct probe *probe);

#endif
