/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts that are not made yet: they wait for a verdict, for the end of quiet hours, or for the end
 * of the time in which their rule may make no more.
 */
#ifndef STORE_POLICY_WAITING_H
#define STORE_POLICY_WAITING_H

#include "store/store.h"

struct store_waiting {
	uint64_t number; /* of the row, from 1; not the alert's, which it gets when it is made */
	wall_t since_us;
	wall_t due_us;	 /* it is made then */
	uint64_t job;	 /* whose verdict it waits for; 0 none */
	uint64_t window; /* of its rule: see groups.h; 0 none */
	uint8_t wait;	 /* enum alert_wait */
	uint8_t pad[7];
	struct alert_terms terms;
	struct alert alert;
};

/* Getters and walks as in store.h; the walk goes in the order of numbers. */
int store_get_waiting(struct store *store, uint64_t number, struct store_waiting *out);
void store_put_waiting(struct store *store, const struct store_waiting *row);
void store_delete_waiting(struct store *store, uint64_t number);

typedef int (*store_waiting_fn)(void *arg, const struct store_waiting *row);
int store_walk_waiting(struct store *store, store_waiting_fn fn, void *arg);

#endif
