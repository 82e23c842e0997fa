/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a host answer everything? When more and more of its ports answer alike and say nothing,
 * three of its high ports are asked that nobody has seen open. If all of them open alike, none of
 * this means a thing: it is one fact about the host. Until then no further port of it that is as
 * mute is probed. Kept in memory: a restart begins anew.
 */
#ifndef FLOWD_CORE_AGENDA_CANARY_H
#define FLOWD_CORE_AGENDA_CANARY_H

#include "store/store.h"

#define CANARY_PORTS 3
#define CANARY_HOSTS 64 /* asked at once; others are probed port by port meanwhile */

struct lifecycle;

struct canary_host {
	struct service host; /* port 0 */
	uint32_t print;
	uint8_t asked, answered, open; /* canaries */
	uint8_t evidence;
	bool cleared; /* it is an ordinary host */
	struct addr peer;
	wall_t since_us; /* 0: the place is free */
	uint64_t jobs[CANARY_PORTS];
};

struct canary {
	struct canary_host hosts[CANARY_HOSTS];
	uint64_t orders; /* canaries, since the start */
	bool met;	 /* some host has had a place */
};

/* A new mute service was met, `crowd` of its host by now: may order canaries. 0 or an error of the
 * store. */
int canary_meet(struct lifecycle *l, const struct store_service *row, uint64_t crowd);

/* Is a probe of the service to wait until its host is judged? */
bool canary_holds(const struct lifecycle *l, const struct store_service *row);

/* Have canaries shown that the host is an ordinary one? */
bool canary_has_cleared(const struct lifecycle *l, const struct store_service *row);

/* The service has said something, and need not wait for its host: its probe is ordered. 0 or an
 * error of the store. */
int canary_lets_go(struct lifecycle *l, struct store_service *row);

/* The verdict of a canary. Commits when its host is judged. 0 or an error of the store. */
int canary_take(struct lifecycle *l, const struct store_job *job, const struct probe *probe);

/* Gives up waiting for canaries that nobody answers for. Results as above. */
int canary_tick(struct lifecycle *l);

#endif
