/* SPDX-License-Identifier: Apache-2.0 */
#include "web/book/picking.h"

#include "web/api.h"
#include "web/listing/sifting.h"

#include <string.h>

/* The query that the catalog is asked for the next of them. */
static bool read_wish(const char *filter, struct query *out)
{
	query_open(out, QUERY_WITH_FILTER | QUERY_WITH_LIMIT);
	out->limit = QUERY_LIMIT_MOST;
	return !query_set(out, "filter", filter, strlen(filter));
}

int picking_each(struct api *api, struct store *store, const struct picking *picking,
		 struct http_answer *answer)
{
	struct store_service row;
	struct sifting sifting;
	struct query query;
	int i, got, count = 0, picked = 0;

	if (!catalog_is_ready(api->catalog)) {
		http_answer_problem(answer, 503, "the services are still being read", NULL);
		return -1;
	}
	if (!read_wish(picking->filter, &query)) {
		http_answer_wrong(answer, "expected an expression of up to 511 bytes", "/filter");
		return -1;
	}
	if (!sifting_open(&sifting, api->conf, &query, false, answer))
		return -1;
	do {
		count = order_find(api->order, &query, sifting.filter, &api->page);
		for (i = 0; i < count && picked <= PICKING_MOST; i++) {
			got = store_get_service(store, &api->page.services[i], &row);
			if (got < 0)
				count = got;
			if (got <= 0 || !sifting_has_row(&sifting, store, &row, NULL))
				continue;
			if (++picked <= PICKING_MOST)
				picking->take(picking->arg, &row.service);
		}
		query.place = api->page.next;
		query.given |= QUERY_WITH_CURSOR;
	} while (count > 0 && api->page.more && picked <= PICKING_MOST);
	sifting_close(&sifting);
	if (count < 0) {
		api_answer_damaged(answer);
		return -1;
	}
	if (picked > PICKING_MOST) {
		http_answer_wrong(answer, "it picks more than 10000 services", "/filter");
		return -1;
	}
	return picked;
}
