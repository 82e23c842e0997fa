/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The baseline: what somebody has said may be there.
 */
#ifndef STORE_BOOK_BASELINE_H
#define STORE_BOOK_BASELINE_H

#include "store/store.h"

#define STORE_BASELINE_MOST 4000000 /* entries; one more is not taken */

/* 1 found, 0 not, or an error, as the getters of store.h. */
int store_get_baseline(struct store *store, const struct service *key, struct baseline *out);

/* How many there are. */
uint64_t store_count_baseline(struct store *store);

/* Put into the batch, in the place of an entry of the same service; false: there are too many. */
bool store_put_baseline(struct store *store, const struct baseline *row);
void store_delete_baseline(struct store *store, const struct service *key);

/* Entries in the order of their services, from the first not before `from`; as the walks of
 * store.h. */
typedef int (*store_baseline_fn)(void *arg, const struct baseline *row);
int store_walk_baseline(struct store *store, const struct service *from, store_baseline_fn fn,
			void *arg);

#endif
