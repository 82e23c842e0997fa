/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has done what, and when: a row for each thing that a person has ordered. Rows are only ever
 * added, and leave when they are too old (store.keep.audit).
 */
#ifndef STORE_BOOK_TRAIL_H
#define STORE_BOOK_TRAIL_H

#include "store/store.h"

struct trail_row {
	uint64_t number; /* from 1, never repeats */
	wall_t time_us;
	char by[TOKEN_NAME_MAX]; /* "": nobody had to say who */
	char what[32];		 /* "alert acknowledged" */
	char about[64];		 /* what it was done to: the number of an alert, a service */
	char detail[128];	 /* "" none */
};

/* Put into the batch, with the next number. A store in memory keeps none. */
void store_put_trail(struct store *store, struct trail_row *row);

/* Rows with a number below `before` (0: all), the newest first. Results as store_walk_events. */
typedef int (*trail_fn)(void *arg, const struct trail_row *row);
int store_walk_trail(struct store *store, uint64_t before, trail_fn fn, void *arg);

#endif
