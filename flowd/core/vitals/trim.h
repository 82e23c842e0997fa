/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's history is kept as long, and grows as large, as it is configured.
 */
#ifndef FLOWD_CORE_VITALS_TRIM_H
#define FLOWD_CORE_VITALS_TRIM_H

#include "base/conf.h"
#include "store/store.h"

struct trim {
	mono_t last, took; /* when it was done; 0 never */
	uint64_t written;  /* by then, of store_written */
	bool over;	   /* said that nothing helps */
};

#define TRIM_OVER 1 /* the store is over its cap though no history is left; said once */

/* Does it when it is due: every ten minutes, and when much was written. 0, TRIM_OVER or an error of
 * the store. */
int trim_tick(struct trim *t, struct store *store, const struct conf *conf, wall_t now);

const char *trim_text(int result);

#endif
