/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be probed by what is said of assets: never more than the configuration allows.
 */
#ifndef FLOWD_CORE_ASSETS_SCOPE_H
#define FLOWD_CORE_ASSETS_SCOPE_H

#include "base/conf.h"
#include "store/store.h"

/*
 * Targets of the configuration without what is not to be probed; with assets.scope, without what is
 * in no list, too. `targets` is replaced. 0, -ENOMEM or an error of the store: it stays as it was.
 */
int scope_read(struct store *store, const struct conf *conf, struct prefix_set *targets);

bool scope_is_same(const struct prefix_set *a, const struct prefix_set *b);

#endif
