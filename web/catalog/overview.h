/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures about all services, for people to take in at a glance.
 */
#ifndef WEB_CATALOG_OVERVIEW_H
#define WEB_CATALOG_OVERVIEW_H

#include "web/catalog/catalog.h"

struct report;

/*
 * Their number; how many are in each state; of those that answer (open, restricted, refuses) how
 * many have each level, application and port, the most frequent first; how many were new in each of
 * the last 48 hours and 30 days, the latest last. `now` is the time they are counted back from.
 */
struct report *overview_report(struct catalog *catalog, wall_t now);

/* The first of these for Prometheus, to be freed; NULL when memory is short. */
char *overview_metrics(struct catalog *catalog);

#endif
