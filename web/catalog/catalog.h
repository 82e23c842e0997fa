/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All services in a table of their own, small enough to be looked at as a whole: for pages that are
 * sorted or filtered, and for figures about all. It is read from the store a piece at a time, and
 * what news are about again at once; the rest may be as old as the latest reading.
 */
#ifndef WEB_CATALOG_CATALOG_H
#define WEB_CATALOG_CATALOG_H

#include "store/store.h"

#define CATALOG_APPS 4096 /* names; further ones are all "other" */

struct loop;
struct view;

/* What is kept of a service. */
struct catalog_row {
	struct service service;
	uint32_t first_s, last_s; /* since 1970 */
	uint32_t handshakes, peers;
	uint16_t app; /* as catalog_app */
	uint8_t state, level, evidence, exposure;
	char country[2]; /* of its address; 0: not known */
};

struct catalog;

/* NULL when memory is short. `view` is borrowed for good. */
struct catalog *catalog_new(struct loop *loop, struct view *view);
void catalog_free(struct catalog *catalog);

/* The store has been opened, again maybe: reads it all. */
void catalog_begin(struct catalog *catalog);

/* There is news of a service: it is read again when the store has caught up, and once more a little
 * later, since a reader of the store may not see yet what the news are about. */
void catalog_note(struct catalog *catalog, const struct service *service);
void catalog_catch_up(struct catalog *catalog);

/* Has all been read once? */
bool catalog_is_ready(const struct catalog *catalog);

/*
 * The rows: those up to `sorted` in the order of their services, the rest as they came. Borrowed
 * until the loop runs again.
 */
struct catalog_view {
	const struct catalog_row *rows;
	uint32_t count, sorted;
	uint64_t epoch;	     /* another one: all rows are elsewhere */
	uint64_t generation; /* rows written since the start, by news */
	unsigned apps;	     /* names there are */
};
struct catalog_view catalog_look(const struct catalog *catalog);

/* The row that was written as number `change`, from 1 to `generation`, the latest
 * CATALOG_CHANGES of them. */
#define CATALOG_CHANGES 8192
uint32_t catalog_changed(const struct catalog *catalog, uint64_t change);

/* The name that a row's `app` stands for; and what stands for a name, -1: no row has it. */
const char *catalog_app(const struct catalog *catalog, unsigned app);
int catalog_find_app(const struct catalog *catalog, const char *app);

/* The place of that name among all of them in the order of the alphabet. */
unsigned catalog_rank(struct catalog *catalog, unsigned app);

/* The order of services: zone, address, protocol, port. Less than 0, 0, more than 0. */
int catalog_compare(const struct service *a, const struct service *b);

#endif
