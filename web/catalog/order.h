/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that pass a filter, in an order. What was found is kept for those who turn the page.
 */
#ifndef WEB_CATALOG_ORDER_H
#define WEB_CATALOG_ORDER_H

#include "web/catalog/catalog.h"
#include "web/query.h"

struct order;

/* NULL when memory is short. `catalog` is borrowed for good. */
struct order *order_new(struct catalog *catalog);
void order_free(struct order *order);

/*
 * The services of the page that a query asks for, behind its cursor or so many rows from the first,
 * up to its limit, and how many there are on all pages; `next` (may be the query's own cursor) is
 * where the next page begins, `more` whether there is one. `filter` (NULL none) is that of the
 * query, as far as the catalog knows. The number of services, or -ENOMEM.
 */
struct order_page {
	struct service services[QUERY_LIMIT_MOST];
	uint32_t total;
	bool more;
	struct query_place next;
};
int order_find(struct order *order, const struct query *query, struct filter *filter,
	       struct order_page *out);

#endif
