/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a service is to be looked at again, and what it looked like the last time. The agenda is in
 * the order of time: what is due is found without a look at the rest.
 */
#ifndef STORE_PROBING_AGENDA_H
#define STORE_PROBING_AGENDA_H

#include "store/store.h"

/* What is planned for a service, and what its verdicts have amounted to. */
struct store_plan {
	wall_t due_us;	     /* its place in the agenda; 0 none */
	wall_t shut_us;	     /* found shut, since it was last open, first at; 0 it was not */
	wall_t shut_last_us; /* and the last time that counted */
	uint32_t shuts;	     /* how often that counted since then */
	uint32_t rests;	     /* looks in a row that found nothing to talk to */
	uint8_t settled; /* enum state that holds until the contrary is proved; candidate: none */
	uint8_t high;	 /* 1: the rules hold it for high or critical */
	uint8_t pad[6];
};

/* What a service has shown to the probes of a vantage: the latest of each that was not empty. */
struct store_face {
	char app[RECORD_APP_MAX];
	char product[48];
	char version[32];
	uint8_t certificate[32]; /* SHA-256 */
	uint8_t certified;	 /* 1: it has shown one */
	uint8_t pad[7];
	wall_t not_after_us; /* of that certificate */
	mono_t told_us;	     /* the shortest term of its end that was told; INT64_MAX none yet */
	uint64_t mark;	     /* of what the latest look saw and the one before did not; 0 none */
};

/* Getters: 1 found, 0 not, ERR_STORE, ERR_CORRUPT. */
int store_get_plan(struct store *store, const struct service *key, struct store_plan *out);
int store_get_face(struct store *store, const struct service *key, const char *vantage,
		   struct store_face *out);

/*
 * Put into the batch. `was_us`: the place that the service had in the agenda before, 0 none. Due 0
 * puts it into no place; `row` NULL forgets the plan.
 */
void store_put_plan(struct store *store, const struct service *key, wall_t was_us,
		    const struct store_plan *row);
void store_put_face(struct store *store, const struct service *key, const char *vantage,
		    const struct store_face *row);

/* Takes one place out of the agenda, whatever the plan says. */
void store_delete_due(struct store *store, const struct service *key, wall_t due);

/* Places in the agenda not before `from`, in the order of time; as the walks of store.h. */
typedef int (*store_due_fn)(void *arg, const struct service *service, wall_t due);
int store_walk_agenda(struct store *store, wall_t from, store_due_fn fn, void *arg);

#endif
