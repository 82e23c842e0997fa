/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's history is kept as long, and grows as large, as it is configured.
 */
#ifndef FLOWD_CORE_VITALS_TRIM_H
#define FLOWD_CORE_VITALS_TRIM_H

#include "base/conf.h"
#include "store/store.h"

struct trim {
	mono_t last; /* when it was done; 0 never */
};

/* Does it when it is due. 0 or an error of the store. */
int trim_tick(struct trim *t, struct store *store, const struct conf *conf, wall_t now);

#endif
