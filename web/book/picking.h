/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that an order means: those that an expression of the rules language picks.
 */
#ifndef WEB_BOOK_PICKING_H
#define WEB_BOOK_PICKING_H

#include "store/store.h"
#include "web/http/answer.h"

#define PICKING_MOST 10000 /* services of one order */

struct api;

struct picking {
	const char *filter;					/* the expression */
	void (*take)(void *arg, const struct service *service); /* each that passes */
	void *arg;
};

/*
 * Takes all that pass. How many there were, at most PICKING_MOST; -1: the expression is wrong,
 * there are more, or they can't be read, and that is the answer.
 */
int picking_each(struct api *api, struct store *store, const struct picking *picking,
		 struct http_answer *answer);

#endif
