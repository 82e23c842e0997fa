/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints that are explained by another connection: they are listed for a while and then leave
 * the store by themselves. Works on the time it is told.
 */
#ifndef FLOWD_CORE_FLEETING_H
#define FLOWD_CORE_FLEETING_H

#include "store/store.h"

struct fleeting_item;

struct fleeting {
	struct store *store;
	mono_t keep;  /* how long one is listed after it was last seen */
	size_t limit; /* listed at once; over it the oldest goes */
	/* Its own: */
	struct fleeting_item *items; /* a ring, in the order they were added */
	size_t room, first, count;
	uint64_t evicted;    /* gone before their time because the list was full */
	struct service from; /* where the look at what an earlier life left goes on */
	bool looked;	     /* and that it is done */
};

void fleeting_free(struct fleeting *f);

/*
 * The row has become ephemeral; it is in the batch or will be. 0, -ENOMEM (it stays until the next
 * start) or an error of the store.
 */
int fleeting_add(struct fleeting *f, const struct store_service *row);

/*
 * Deletes, in the batch, what has not been seen for `keep`. The first ticks of a life find what an
 * earlier one has left, some of the store's rows each. 0 or an error of the store.
 */
int fleeting_tick(struct fleeting *f, wall_t now);

#endif
