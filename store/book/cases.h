/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of alerts: a case for each, with its history. They go with their alerts.
 */
#ifndef STORE_BOOK_CASES_H
#define STORE_BOOK_CASES_H

#include "store/store.h"

#define CASES_ENTRIES_MAX 1000 /* of one history */

struct store_case {
	uint64_t alert; /* its number */
	wall_t alert_us;
	uint64_t previous; /* the case before of the same service; 0 none */
	struct service service;
	uint64_t print;	      /* of what the alert says: the same twice is a repetition */
	wall_t last_us;	      /* when it was said last */
	uint64_t reopens;     /* the closed case that this one reopened */
	uint64_t reopened_by; /* the other way round */
	uint32_t repeats;     /* how often it was said again, and no alert made of it */
	uint32_t entries;     /* of its history */
	uint32_t comments;    /* of these */
	uint32_t members;     /* services that it stands for and that are listed; 0 its own */
	uint32_t findings;    /* that it stands for */
	uint8_t status;	      /* enum triage_status */
	uint8_t pad[3];
	char assignee[TOKEN_NAME_MAX]; /* "" nobody */
};

/* 1 found, 0 not, or an error, as the getters of store.h. */
int store_get_case(struct store *store, uint64_t alert, struct store_case *out);

/* The latest case of a service. Likewise. */
int store_get_case_of(struct store *store, const struct service *service, struct store_case *out);

/* The alert of a case. Likewise; 0: it is not kept any more. */
int store_get_alert(struct store *store, const struct store_case *row, struct alert *out);

/* Puts a case; `latest`: it is the latest of its service. A store in memory keeps none. */
void store_put_case(struct store *store, const struct store_case *row, bool latest);

/* Puts the next entry of a case's history: its number is set, and counted in `row`, which is the
 * caller's to put. */
void store_put_triage(struct store *store, struct store_case *row, struct triage *entry);

/* The history of an alert, the oldest entry first. As the walks of store.h. */
typedef int (*store_triage_fn)(void *arg, const struct triage *entry);
int store_walk_triage(struct store *store, uint64_t alert, store_triage_fn fn, void *arg);

/* Drops the cases of alerts that are not kept any more, into the batch. 0 or an error. */
int store_expire_cases(struct store *store);

#endif
