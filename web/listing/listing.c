/* SPDX-License-Identifier: Apache-2.0 */
#include "web/listing/listing.h"

#include "store/assets/assets.h"
#include "store/report/report.h"
#include "web/api.h"
#include "web/catalog/order.h"
#include "web/catalog/overview.h"
#include "web/listing/sifting.h"

#include <stdlib.h>

#define OVERVIEW_OLD MONO_SECOND /* before it is made anew */
#define SCAN_MOST 50000		 /* rows looked at for a page, so that nobody else waits long */
#define DEEP_MOST 4000		 /* of which more has to be read */

struct sheet {
	const struct query *query;
	struct report *report;
	struct store *store; /* of services */
	unsigned rows, scanned;
	struct service last; /* looked at */
	bool more;
	uint64_t number; /* of the last row */
	struct sifting sifting;
	wall_t since; /* hosts that have not answered since are none any more */
};

static void put_service(struct report *report, struct store *store, const struct store_service *row)
{
	struct asset asset;
	bool said = store_find_asset(store, &row->service, &asset) > 0;

	report_add_service(report, "services", row, said ? &asset : NULL);
}

static int add_service(void *arg, const struct store_service *row)
{
	struct sheet *p = arg;

	/* The page before ended with it. */
	if (p->query->given & QUERY_WITH_CURSOR && service_is_same(&row->service, &p->last))
		return 0;
	if (addr_order(&row->service.host, &p->query->ip.high) > 0)
		return 1;
	if (p->rows == p->query->limit || p->scanned >= SCAN_MOST) {
		p->more = true;
		return 1;
	}
	p->scanned++;
	p->last = row->service;
	if (query_has_row(p->query, row)) {
		put_service(p->report, p->store, row);
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
	struct sheet sheet = { .query = query, .report = report, .store = store, .last = from };
	int rc = store_walk_services(store, &from, add_service, &sheet);

	if (sheet.more)
		query_cursor(&(struct query_place){ 0, sheet.last }, cursor);
	return rc;
}

/* A page while it is filled. */
struct found {
	struct report *report;
	const struct sifting *sifting;
	struct store *store;
	unsigned rows, cost;
};

/* Adds those of the catalog's page that pass. 0 or an error. */
static int add_found(struct found *f, const struct order_page *page, int count)
{
	struct store_service row;
	int i, got;

	for (i = 0; i < count; i++) {
		got = store_get_service(f->store, &page->services[i], &row);
		if (got < 0)
			return got;
		f->cost++;
		/* It may have gone meanwhile. */
		if (got && sifting_has_row(f->sifting, f->store, &row, &f->cost)) {
			put_service(f->report, f->store, &row);
			f->rows++;
		}
	}
	return 0;
}

/* Those that the catalog finds, and of them, where it does not know enough, those that pass, as far
 * as one may look. */
static int find_page(struct api *api, const struct query *query, struct found *f, char *cursor)
{
	struct query part = *query;
	bool deep = sifting_is_deep(f->sifting);
	int rc;

	do {
		part.limit = query->limit - f->rows;
		rc = order_find(api->order, &part, f->sifting->filter, &api->page);
		if (rc >= 0)
			rc = add_found(f, &api->page, rc);
		part.place = api->page.next;
		part.given |= QUERY_WITH_CURSOR;
	} while (rc >= 0 && deep && api->page.more && f->rows < query->limit &&
		 f->cost < DEEP_MOST);
	if (rc >= 0 && api->page.more)
		query_cursor(&api->page.next, cursor);
	if (rc >= 0 && !deep)
		report_set_number(f->report, "total", api->page.total);
	return rc;
}

#define BY_CATALOG                                                                  \
	(QUERY_WITH_SORT | QUERY_WITH_LEVEL | QUERY_WITH_SINCE | QUERY_WITH_PROTO | \
	 QUERY_WITH_ORDER | QUERY_WITH_FILTER | QUERY_WITH_SKIP)
#define BY_EITHER (QUERY_WITH_PORT | QUERY_WITH_APP | QUERY_WITH_STATE)

void listing_services(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const unsigned both = QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_IP | BY_EITHER;
	struct api *api = arg;
	char cursor[QUERY_CURSOR_MAX] = "";
	struct sifting sifting;
	struct found page;
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
	if (!sifting_open(&sifting, api->conf, &query, false, answer))
		return;
	if (query.given & QUERY_WITH_SKIP &&
	    (query.given & QUERY_WITH_CURSOR || sifting_is_deep(&sifting))) {
		sifting_close(&sifting);
		http_answer_problem(answer, 400,
				    "skip goes with no cursor, and with no filter "
				    "that asks for what probes have found",
				    "skip");
		return;
	}
	page = (struct found){ .report = report_new(), .sifting = &sifting, .store = store };
	report_list(page.report, "services");
	rc = found ? find_page(api, &query, &page, cursor)
		   : walk_page(store, &query, page.report, cursor);
	sifting_close(&sifting);
	if (rc < 0) {
		report_free(page.report);
		api_answer_damaged(answer);
		return;
	}
	report_set_text(page.report, "next", cursor);
	api_answer_report(answer, page.report);
}

static int add_host(void *arg, const struct store_host *row)
{
	const struct service at = { .host = row->host, .zone = row->zone, .proto = row->proto };
	struct sheet *p = arg;

	if (p->query->given & QUERY_WITH_CURSOR && service_is_same(&at, &p->last))
		return 0;
	if (addr_order(&row->host, &p->query->ip.high) > 0)
		return 1;
	if (p->rows == p->query->limit || p->scanned >= SCAN_MOST) {
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

	if (p->rows == p->query->limit || p->scanned >= SCAN_MOST) {
		p->more = true;
		return 1;
	}
	p->scanned++;
	p->number = row->number;
	if (sifting_has_finding(&p->sifting, p->store, &row->finding, NULL, &p->scanned)) {
		report_add_event(p->report, "events", row, NULL);
		p->rows++;
	}
	return 0;
}

void listing_events(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const struct api *api = arg;
	struct query query;
	struct sheet sheet = { .query = &query };
	int rc;

	if (!api_read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_BEFORE | QUERY_WITH_FILTER,
			    &query, answer) ||
	    !(sheet.store = api_store(arg, answer)) ||
	    !sifting_open(&sheet.sifting, api->conf, &query, true, answer))
		return;
	sheet.report = report_new();
	report_list(sheet.report, "events");
	rc = store_walk_events(sheet.store, query.before, add_event, &sheet);
	sifting_close(&sheet.sifting);
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
