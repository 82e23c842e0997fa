/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts that stand for others: windows, which are open for a while, and the members of an alert.
 * And the tags that rules have given services, and which exceptions have been looked after.
 */
#ifndef STORE_POLICY_GROUPS_H
#define STORE_POLICY_GROUPS_H

#include "store/outbox/letters.h"
#include "store/store.h"

#define GROUPS_MEMBERS_MAX 1000 /* of one alert, by name; all are counted */

/* X(constant): what a window is for */
enum window_kind { WINDOW_GROUP, WINDOW_THROTTLE };

/* What a rule has open now: a group, or the time in which it may make so many alerts. */
struct store_window {
	uint64_t key;	  /* of the rule, and of what it groups by */
	uint64_t alert;	  /* the latest that was made in it */
	wall_t ends_us;	  /* it takes nothing from then on */
	uint64_t waiting; /* the row that is made when it ends; 0 none */
	uint32_t made;	  /* alerts */
	uint32_t kept;	  /* findings without one */
	uint8_t kind;	  /* enum window_kind */
	uint8_t pad[7];
	uint32_t told;		       /* of a group: members that receivers have been told of */
	uint32_t revision;	       /* and how often: 1 is the alert itself */
	char sinks[LETTERS_SINKS_MAX]; /* who has been told, as in a letter */
};

/* A service that an alert stands for. */
struct store_member {
	uint64_t alert;
	struct service service;
	wall_t first_us, last_us;
	uint32_t findings;
	uint8_t event, state; /* enums, of the latest */
	uint8_t pad[2];
	char app[RECORD_APP_MAX];
};

/* Where the look after an exception's end has got to. */
struct store_exceptions {
	wall_t done_us; /* what ended up to then is done; 0: nobody has looked yet */
	wall_t end_us;	/* the end that is being looked after; 0 none */
	struct service from;
};

/* Getters and walks as in store.h. */
int store_get_window(struct store *store, uint64_t key, struct store_window *out);
void store_put_window(struct store *store, const struct store_window *row);
void store_delete_window(struct store *store, uint64_t key);
typedef int (*store_window_fn)(void *arg, const struct store_window *row);
int store_walk_windows(struct store *store, store_window_fn fn, void *arg);

int store_get_member(struct store *store, uint64_t alert, const struct service *service,
		     struct store_member *out);
void store_put_member(struct store *store, const struct store_member *row);
/* In the order of their services. */
typedef int (*store_member_fn)(void *arg, const struct store_member *row);
int store_walk_members(struct store *store, uint64_t alert, store_member_fn fn, void *arg);
/* All of an alert, into the batch. */
void store_delete_members(struct store *store, uint64_t alert);

/* Names with a comma between; POLICY_NAMES_MAX bytes. */
int store_get_tags(struct store *store, const struct service *service, char *out);
void store_put_tags(struct store *store, const struct service *service, const char *tags);

int store_get_exceptions(struct store *store, struct store_exceptions *out);
void store_put_exceptions(struct store *store, const struct store_exceptions *row);

#endif
