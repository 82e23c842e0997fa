/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's state anew, when a probe has come or the wire has shown it answering.
 */
#ifndef FLOWD_CORE_VERDICT_DERIVE_H
#define FLOWD_CORE_VERDICT_DERIVE_H

#include "flowd/core/verdict/verdict.h"
#include "store/store.h"

/*
 * The state of `row` from its probes in the store and from `fresh` (NULL: none), which takes the
 * place of its vantage's latest one; probes older than a day than the latest are not asked. Returns
 * an enum state (candidate: there are no probes), or an error of the store.
 */
int derive_state(struct store *store, struct verdict_probers *probers,
		 const struct store_service *row, const struct probe *fresh);

#endif
