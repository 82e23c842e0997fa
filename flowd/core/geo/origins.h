/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks: core's files of countries and AS, kept up to date, and what the store remembers of the
 * peers' countries. This is the role's part: it says on standard error what becomes of a file.
 */
#ifndef FLOWD_CORE_GEO_ORIGINS_H
#define FLOWD_CORE_GEO_ORIGINS_H

#include "base/record.h"

struct conf;
struct loop;
struct origins;
struct store;

/* Reads the files as the configuration wants it; before the cage. NULL when memory is short. */
struct origins *origins_new(const struct conf *conf);

/* NULL is fine. What was counted since origins_save is lost. */
void origins_free(struct origins *o);

/* The folders that the cage must leave readable, NULL at the end; borrowed. */
const char *const *origins_folders(const struct origins *o);

/*
 * Goes on with what `store` (borrowed) remembers, and follows the files while `loop` runs; NULL:
 * they are not followed. 0, -ENOMEM or an error of the store.
 */
int origins_open(struct origins *o, struct store *store, struct loop *loop);

/* Where an address belongs; `name` as geo_find. Nothing is known to NULL. */
struct origin origins_find(const struct origins *o, const struct addr *addr, char *name);

/* There are files that tell countries. */
bool origins_has_country(const struct origins *o);

/* Peers of `country` made handshakes with some service, the last at `time`. */
void origins_count(struct origins *o, const char *country, uint32_t handshakes, wall_t time);

/* Puts what was counted into the batch. */
void origins_save(struct origins *o);

#endif
