/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of addresses, by source: rows of networks, hosts and ports.
 */
#ifndef STORE_ASSETS_ASSETS_H
#define STORE_ASSETS_ASSETS_H

#include "store/store.h"

/*
 * All that is said of a service's place, field by field: what is said of a longer prefix goes
 * before what is said of a shorter one, a port before its host. Only an address outside and noprobe
 * are not inherited so: the former is said of a host or port only, the latter of any network around
 * it. Of an address outside that leads to a host or port, what is said of that goes before what is
 * said of the address. 1 found, 0 nothing is said, or an error.
 */
int store_find_asset(struct store *store, const struct service *service, struct asset *out);

/* The service that is reached at this address and port outside, by the rows with one. 1, 0, error.
 */
int store_find_inside(struct store *store, const struct service *outside, struct service *out);

/* Put into the batch, in the place of a row of the same network, port and source. */
int store_put_asset(struct store *store, const struct asset *row);
int store_delete_asset(struct store *store, const struct asset *row);

/* How many there are. */
uint64_t store_count_assets(struct store *store);

/* Rows in the order of their networks, from the first not before `from`; as the walks of store.h.
 */
typedef int (*store_asset_fn)(void *arg, const struct asset *row);
int store_walk_assets(struct store *store, const struct asset *from, store_asset_fn fn, void *arg);

/* Are they the same row? */
bool store_is_same_asset(const struct asset *a, const struct asset *b);

/* How a source fares: 1, 0 nothing is known, or an error. */
int store_get_asset_state(struct store *store, enum asset_source source, struct asset_state *out);
void store_put_asset_state(struct store *store, const struct asset_state *state);

#endif
