/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of assets as metrics: how large each is, when it was last good, how often it was not.
 */
#ifndef WEB_ASSETS_FIGURES_H
#define WEB_ASSETS_FIGURES_H

#include "store/store.h"

/* The metrics with those of the lists behind them; frees `text`. `store` may be NULL. To be freed;
 * NULL when memory is short. */
char *figures_assets(struct store *store, char *text);

#endif
