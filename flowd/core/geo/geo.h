/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where addresses belong, by the files of the option `geo`; the first file that knows says it. A
 * file that changes is read again; while what is new cannot be used, what was read before is.
 */
#ifndef FLOWD_CORE_GEO_GEO_H
#define FLOWD_CORE_GEO_GEO_H

#include "flowd/core/geo/mmdb.h"

#define GEO_FILES_MAX 4

struct geo;

/* `list`: paths, separated by commas; those over GEO_FILES_MAX are left out. Reads nothing yet.
 * NULL when memory is short. */
struct geo *geo_new(const char *list);
void geo_free(struct geo *geo);

size_t geo_count(const struct geo *geo);
const char *geo_path(const struct geo *geo, size_t i);

/* What of file `i` is in use; NULL nothing. */
const struct mmdb_about *geo_about(const struct geo *geo, size_t i);

/*
 * Looks whether file `i` has changed and has been left alone since the last look, or was never
 * read; then reads it. 1: it was read; 0: no news; ERR_SYNTAX (with `why`, static) or -errno: it
 * cannot be used, said once.
 */
int geo_look(struct geo *geo, size_t i, const char **why);

/* Some file tells countries. */
bool geo_has_country(const struct geo *geo);

/* `name` (ALERT_AS_NAME_MAX bytes) becomes who runs the AS, "" when nobody says; may be NULL. */
struct origin geo_find(const struct geo *geo, const struct addr *addr, char *name);

#endif
