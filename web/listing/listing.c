/* SPDX-License-Identifier: Apache-2.0 */
#include "web/listing/listing.h"

#include "store/report/report.h"
#include "web/api.h"
#include "web/catalog/order.h"
#include "web/catalog/overview.h"

#include <stdlib.h>

#define OVERVIEW_OLD MONO_SECOND /* before it is made anew */
#define SCAN_MOST 50000		 /* rows looked at for a page, so that nobody else waits long */

struct sheet {
	const struct query *query;
	struct report *report;
	unsigned rows, scanned;
	struct service last; /* looked at */
	bool more;
	uint64_t number; /* of the last row */
	wall_t since;	 /* hosts that have not answered since are none any more */
};

static int add_service(void *arg, const struct store_service *row)
{
	struct sheet *p = arg;

	/* The page before ended with it. */
	if (p->query->given & QUERY_WITH_CURSOR && service_is_same(&row->service, &p->last))
		return 0;
	if (addr_order(&row->service.host, &p->query->ip.high) > 0)
		return 1;
	if (p->rows == p->query->limit || p->scanned == SCAN_MOST) {
		p->more = true;
		return 1;
	}
	p->scanned++;
	p->last = row->service;
	if (query_has_row(p->query, row)) {
		report_add_service(p->report, "services", row);
		p->rows++;
	}
	return 0;
}

/* Where a page begins: behind the one before, or with the first address asked for. */
static struct service first_of(const struct query *q)
{
	const struct service lowest = { .host = q->ip.low };

	return q->given & QUERY_WITH_CURSOR ? q->place.service : lowest;
}

/* All services that pass, in the order of their addresses, as far as one may look. */
static int walk_page(struct store *store, const struct query *query, struct report *report,
		     char *cursor)
{
	struct service from = first_of(query);
	struct sheet sheet = { .query = query, .report = report, .last = from };
	int rc = store_walk_services(store, &from, add_service, &sheet);

	if (sheet.more)
		query_cursor(&(struct query_place){ 0, sheet.last }, cursor);
	return rc;
}

/* Those that the catalog finds. */
static int find_page(struct api *api, struct store *store, const struct query *query,
		     struct report *report, char *cursor)
{
	struct store_service row;
	int rc, i;

	rc = order_find(api->order, query, &api->page);
	for (i = 0; i < rc; i++) {
		int got = store_get_service(store, &api->page.services[i], &row);

		if (got < 0)
			return got;
		/* It has gone meanwhile. */
		if (got)
			report_add_service(report, "services", &row);
	}
	if (rc >= 0 && api->page.more)
		query_cursor(&api->page.next, cursor);
	if (rc >= 0)
		report_set_number(report, "total", api->page.total);
	return rc;
}

#define BY_CATALOG                                                                  \
	(QUERY_WITH_SORT | QUERY_WITH_LEVEL | QUERY_WITH_SINCE | QUERY_WITH_PROTO | \
	 QUERY_WITH_ORDER)
#define BY_EITHER (QUERY_WITH_PORT | QUERY_WITH_APP | QUERY_WITH_STATE)

void listing_services(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const unsigned both = QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_IP | BY_EITHER;
	struct api *api = arg;
	char cursor[QUERY_CURSOR_MAX] = "";
	struct report *report;
	struct store *store;
	struct query query;
	bool found;
	int rc;

	if (!api_read_query(request, both | BY_CATALOG, &query, answer) ||
	    !(store = api_store(api, answer)))
		return;
	found = catalog_is_ready(api->catalog) && query.given & (BY_CATALOG | BY_EITHER);
	if (!found && query.given & BY_CATALOG) {
		http_answer_problem(answer, 503, "the services are still being read", NULL);
		return;
	}
	/* By the minute, so that who asks again finds what was found before. */
	if (query.given & QUERY_WITH_SINCE)
		query.since = (uint32_t)((mono_wall() - query.ago) / MONO_SECOND / 60 * 60);
	query.ago = 0;
	report = report_new();
	report_list(report, "services");
	rc = found ? find_page(api, store, &query, report, cursor)
		   : walk_page(store, &query, report, cursor);
	if (rc < 0) {
		report_free(report);
		api_answer_damaged(answer);
		return;
	}
	report_set_text(report, "next", cursor);
	api_answer_report(answer, report);
}

static int add_host(void *arg, const struct store_host *row)
{
	const struct service at = { .host = row->host, .zone = row->zone, .proto = row->proto };
	struct sheet *p = arg;

	if (p->query->given & QUERY_WITH_CURSOR && service_is_same(&at, &p->last))
		return 0;
	if (addr_order(&row->host, &p->query->ip.high) > 0)
		return 1;
	if (p->rows == p->query->limit || p->scanned == SCAN_MOST) {
		p->more = true;
		return 1;
	}
	p->scanned++;
	p->last = at;
	/* What is over stays in the store until core tidies up. */
	if (row->last_us >= p->since && query_has(p->query, &at, "", STATE_CANDIDATE)) {
		report_add_host(p->report, "hosts", row);
		p->rows++;
	}
	return 0;
}

void listing_hosts(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	char cursor[QUERY_CURSOR_MAX];
	struct service from;
	struct store *store;
	struct query query;
	struct sheet sheet = { .query = &query, .since = mono_wall() - api->host_keep };

	if (!api_read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_IP, &query,
			    answer) ||
	    !(store = api_store(api, answer)))
		return;
	from = sheet.last = first_of(&query);
	sheet.report = report_new();
	report_list(sheet.report, "hosts");
	if (store_walk_hosts(store, &from, add_host, &sheet) < 0) {
		report_free(sheet.report);
		api_answer_damaged(answer);
		return;
	}
	report_set_text(sheet.report, "next",
			sheet.more ? query_cursor(&(struct query_place){ 0, sheet.last }, cursor)
				   : NULL);
	api_answer_report(answer, sheet.report);
}

static int add_event(void *arg, const struct event_row *row)
{
	struct sheet *p = arg;

	if (p->rows++ == p->query->limit) {
		p->more = true;
		return 1;
	}
	p->number = row->number;
	report_add_event(p->report, "events", row, NULL);
	return 0;
}

void listing_events(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store *store;
	struct query query;
	struct sheet sheet = { .query = &query };
	int rc;

	if (!api_read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_BEFORE, &query, answer) ||
	    !(store = api_store(arg, answer)))
		return;
	sheet.report = report_new();
	report_list(sheet.report, "events");
	rc = store_walk_events(store, query.before, add_event, &sheet);
	if (rc < 0) {
		report_free(sheet.report);
		api_answer_damaged(answer);
		return;
	}
	/* What `before` is to be for the next page. */
	if (sheet.more)
		report_set_number(sheet.report, "next", sheet.number);
	else
		report_set_text(sheet.report, "next", NULL);
	api_answer_report(answer, sheet.report);
}

/* ---- who asks ---- */

void listing_countries(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct countries all = { 0 };
	struct report *report;
	struct query query;
	struct store *store;

	if (!api_read_query(request, 0, &query, answer) || !(store = api_store(arg, answer)))
		return;
	if (store_get_countries(store, &all) < 0) {
		api_answer_damaged(answer);
		return;
	}
	report = report_new();
	countries_report(&all, report);
	api_answer_report(answer, report);
}

void listing_overview(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	mono_t now = mono_now();

	(void)request;
	if (!api->overview || now - api->overviewed > OVERVIEW_OLD) {
		free(api->overview);
		api->overview = report_text(overview_report(api->catalog, mono_wall()));
		api->overviewed = now;
	}
	http_answer_text(answer, HTTP_JSON, api->overview ? strdup(api->overview) : NULL);
}
