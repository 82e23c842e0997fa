/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many services and jobs may be remembered, and who gives way when there are more. A candidate
 * is a service that has answered and no more: no byte, no name, no verdict. A stranger can make any
 * number of them, so they have a limit of their own; a full list lets the oldest go that has been
 * judged and was not seen again since it was listed, and turns new ones away while there is none.
 * What is more than a candidate is never forgotten for a new one.
 */
#ifndef FLOWD_CORE_ROOM_H
#define FLOWD_CORE_ROOM_H

#include "store/store.h"

struct conf;
struct room_item;

struct room {
	struct store *store;
	uint64_t services, candidates, jobs; /* at most; 0 any number */
	/* Its own: */
	struct room_item *items; /* a ring, in the order they were added */
	size_t size, first, count;
	wall_t wait_until;   /* before it the oldest is not judged */
	struct service from; /* where the look at what an earlier life left goes on */
	bool looked;	     /* and that it is done */
	uint64_t candidates_evicted, candidates_refused, services_refused, jobs_refused;
};

/* As configured; `store` is still to be set. */
struct room room_of(const struct conf *conf);
void room_free(struct room *room);

/*
 * May the row, of a service not known yet, be put into the store? Makes room for it. 1; 0 no, which
 * is counted; an error of the store.
 */
int room_admit(struct room *room, const struct store_service *row, wall_t now);

/* May a job be made? A no is counted. */
bool room_for_job(struct room *room);

/* Goes on looking for candidates that an earlier life has left. 0 or an error of the store. */
int room_tick(struct room *room);

#endif
