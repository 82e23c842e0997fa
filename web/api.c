/* SPDX-License-Identifier: Apache-2.0 */
#include "web/api.h"

#include "base/err.h"
#include "base/ipc.h"
#include "store/report/report.h"
#include "web/orders.h"
#include "web/page.h"
#include "web/probing.h"
#include "web/query.h"

#include <stdio.h>
#include <stdlib.h>

#define SCAN_MOST 50000 /* rows looked at for a page, so that nobody else waits long */
#define WISHES_MOST 20	/* probes asked for in a second */
#define HISTORY_MOST 1000

/* ---- what they have in common ---- */

static void answer_report(struct http_answer *answer, struct report *report)
{
	http_answer_text(answer, HTTP_JSON, report_text(report));
}

/* The store, or the answer that there is none. */
static struct store *store_of(struct api *api, struct http_answer *answer)
{
	struct store *store = view_store(api->view);

	if (!store)
		http_answer_problem(answer, 503, "there is no store yet", NULL);
	return store;
}

static const char *what_is_wrong(int rc)
{
	switch (rc) {
	case ERR_RANGE:
		return "the value is out of range";
	case ERR_FULL:
		return "the parameter is given twice";
	case ERR_SYNTAX:
		return "the value cannot be read";
	default:
		return "there is no such parameter or word";
	}
}

/* Reads the parameters; false: they are wrong, and that is the answer. */
static bool read_query(const struct http_request *request, unsigned allowed, struct query *out,
		       struct http_answer *answer)
{
	size_t i;
	int rc;

	query_open(out, allowed);
	for (i = 0; i < request->count; i++) {
		const struct http_parameter *p = &request->parameters[i];

		if ((rc = query_set(out, p->name, p->value, p->len))) {
			http_answer_problem(answer, 400, what_is_wrong(rc), p->name);
			return false;
		}
	}
	return true;
}

static void answer_damaged(struct http_answer *answer)
{
	http_answer_problem(answer, 503, "the store cannot be read", NULL);
}

/* ---- pages ---- */

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
	if (query_has(p->query, &row->service, store_app(row), store_state(row))) {
		report_add_service(p->report, "services", row);
		p->rows++;
	}
	return 0;
}

/* Where a page begins: behind the one before, or with the first address asked for. */
static struct service first_of(const struct query *q)
{
	const struct service lowest = { .host = q->ip.low };

	return q->given & QUERY_WITH_CURSOR ? q->cursor : lowest;
}

static void get_services(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	char cursor[QUERY_CURSOR_MAX];
	struct service from;
	struct store *store;
	struct query query;
	struct sheet sheet = { .query = &query };

	if (!read_query(request,
			QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_IP | QUERY_WITH_PORT |
				QUERY_WITH_APP | QUERY_WITH_STATE,
			&query, answer) ||
	    !(store = store_of(api, answer)))
		return;
	from = sheet.last = first_of(&query);
	sheet.report = report_new();
	report_list(sheet.report, "services");
	if (store_walk_services(store, &from, add_service, &sheet) < 0) {
		report_free(sheet.report);
		answer_damaged(answer);
		return;
	}
	report_set_text(sheet.report, "next",
			sheet.more ? query_cursor(&sheet.last, cursor) : NULL);
	answer_report(answer, sheet.report);
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

static void get_hosts(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	char cursor[QUERY_CURSOR_MAX];
	struct service from;
	struct store *store;
	struct query query;
	struct sheet sheet = { .query = &query, .since = mono_wall() - api->host_keep };

	if (!read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_IP, &query,
			answer) ||
	    !(store = store_of(api, answer)))
		return;
	from = sheet.last = first_of(&query);
	sheet.report = report_new();
	report_list(sheet.report, "hosts");
	if (store_walk_hosts(store, &from, add_host, &sheet) < 0) {
		report_free(sheet.report);
		answer_damaged(answer);
		return;
	}
	report_set_text(sheet.report, "next",
			sheet.more ? query_cursor(&sheet.last, cursor) : NULL);
	answer_report(answer, sheet.report);
}

static int add_alert(void *arg, const struct alert *row)
{
	struct sheet *p = arg;

	if (p->rows++ == p->query->limit) {
		p->more = true;
		return 1;
	}
	p->number = row->number;
	report_add_alert(p->report, "alerts", row);
	return 0;
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

/* A page of a table whose rows have numbers. */
static void get_numbered(struct api *api, const struct http_request *request,
			 struct http_answer *answer, bool alerts)
{
	struct store *store;
	struct query query;
	struct sheet sheet = { .query = &query };
	int rc;

	if (!read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_BEFORE, &query, answer) ||
	    !(store = store_of(api, answer)))
		return;
	sheet.report = report_new();
	report_list(sheet.report, alerts ? "alerts" : "events");
	rc = alerts ? store_walk_alerts(store, query.before, add_alert, &sheet)
		    : store_walk_events(store, query.before, add_event, &sheet);
	if (rc < 0) {
		report_free(sheet.report);
		answer_damaged(answer);
		return;
	}
	/* What `before` is to be for the next page. */
	if (sheet.more)
		report_set_number(sheet.report, "next", sheet.number);
	else
		report_set_text(sheet.report, "next", NULL);
	answer_report(answer, sheet.report);
}

static void get_alerts(void *arg, const struct http_request *request, struct http_answer *answer)
{
	get_numbered(arg, request, answer, true);
}

static void get_events(void *arg, const struct http_request *request, struct http_answer *answer)
{
	get_numbered(arg, request, answer, false);
}

/* ---- one service ---- */

struct story {
	struct store *store;
	struct report *report;
	unsigned rows;
};

static int add_probe(void *arg, const struct probe *probe)
{
	struct story *s = arg;

	report_add_probe(s->report, "probes", probe);
	return 0;
}

static int add_past(void *arg, const struct event_row *row)
{
	struct story *s = arg;
	struct probe probe;
	int rc = 0;

	if (row->finding.event == EVENT_VERDICT)
		rc = store_get_verdict(s->store, &row->finding.service, row->time_us, &probe);
	if (rc < 0)
		return rc;
	report_add_event(s->report, "history", row, rc ? &probe : NULL);
	return ++s->rows == HISTORY_MOST;
}

/* The service that a request names; false: there is none, and that is the answer. */
static bool find_service(struct api *api, const struct http_request *request,
			 struct store_service *out, struct http_answer *answer)
{
	struct store *store;
	struct service key;
	int rc;

	if (read_query(request, 0, &(struct query){ 0 }, answer) == false)
		return false;
	if (query_parse_id(request->name, request->name_len, &key)) {
		http_answer_problem(answer, 400, "a service is named like 192.0.2.1-tcp-443", "id");
		return false;
	}
	store = store_of(api, answer);
	if (!store)
		return false;
	rc = store_get_service(store, &key, out);
	if (rc < 0)
		answer_damaged(answer);
	else if (!rc)
		http_answer_problem(answer, 404, "there is no such service", NULL);
	return rc > 0;
}

static void get_service(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct store_service row;
	struct store_hints hints;
	struct story story;
	int rc;

	if (!find_service(api, request, &row, answer))
		return;
	story = (struct story){ .store = view_store(api->view), .report = report_new() };
	report_set_service(story.report, "service", &row);
	report_set_sightings(story.report, "sightings", &row);
	rc = store_get_hints(story.store, &row, &hints);
	if (!rc)
		report_set_hints(story.report, "hints", &hints);
	report_list(story.report, "probes");
	report_list(story.report, "history");
	if (!rc)
		rc = store_walk_probes(story.store, &row.service, add_probe, &story);
	if (rc >= 0)
		rc = store_walk_history(story.store, &row, add_past, &story);
	if (rc >= 0) {
		answer_report(answer, story.report);
		return;
	}
	report_free(story.report);
	answer_damaged(answer);
}

/* ---- who asks ---- */

static void get_countries(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct countries all = { 0 };
	struct report *report;
	struct query query;
	struct store *store;

	if (!read_query(request, 0, &query, answer) || !(store = store_of(arg, answer)))
		return;
	if (store_get_countries(store, &all) < 0) {
		answer_damaged(answer);
		return;
	}
	report = report_new();
	countries_report(&all, report);
	answer_report(answer, report);
}

/* Nobody may make us a nuisance: a few probes a second may be asked for. */
static bool may_wish(struct api *api)
{
	mono_t second = mono_now() / MONO_SECOND;

	if (second != api->second)
		api->wishes = 0;
	api->second = second;
	return api->wishes++ < WISHES_MOST;
}

static void post_verify(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct store_service row;
	struct report *report;
	char id[REPORT_ID_MAX];

	if (!find_service(api, request, &row, answer))
		return;
	if (!may_wish(api)) {
		http_answer_problem(answer, 503, "too many probes were asked for in this second",
				    NULL);
		return;
	}
	/* What is left of before goes first; what does not go now goes with the next flush. */
	if (ipc_flush(api->core) || ipc_send(api->core, IPC_VERIFY, &row.service)) {
		http_answer_problem(answer, 503, "core is behind", NULL);
		return;
	}
	ipc_flush(api->core);
	report = report_new();
	report_set_text(report, "id", report_id(&row.service, id));
	answer_report(answer, report);
	if (answer->status)
		answer->status = 202;
}

/* ---- about flowd ---- */

/* Brings the figures up to date. */
static struct gauge *health_of(struct api *api)
{
	struct store *store = view_peek(api->view);
	struct gauge *h = api->gauge;

	h->has_store = store;
	h->store = (struct store_figures){ .count = 0 };
	if (store)
		store_measure(store, &h->store);
	h->requests = http_requests(api->http);
	stream_count(api->stream, &h->stream);
	return h;
}

char *api_health(struct api *api)
{
	return gauge_json(health_of(api));
}

static void get_health(void *arg, const struct http_request *request, struct http_answer *answer)
{
	(void)request;
	http_answer_text(answer, HTTP_JSON, api_health(arg));
}

static void get_metrics(void *arg, const struct http_request *request, struct http_answer *answer)
{
	(void)request;
	http_answer_text(answer, "text/plain; version=0.0.4; charset=utf-8",
			 gauge_metrics(health_of(arg)));
}

static void get_healthz(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const struct gauge *h = health_of(arg);

	(void)request;
	if (!gauge_is_well(h)) {
		http_answer_problem(answer, 503, gauge_word(h), NULL);
		return;
	}
	*answer =
		(struct http_answer){ .status = 200, .type = HTTP_TEXT, .fixed = "ok\n", .len = 3 };
}

static void get_stream(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;

	stream_join(api->stream, request, answer);
}

#define GET_PAGE(id, path, file, mime)                                           \
	static void get_##id(void *arg, const struct http_request *request,      \
			     struct http_answer *answer)                         \
	{                                                                        \
		(void)arg;                                                       \
		(void)request;                                                   \
		*answer = (struct http_answer){ .status = 200, .type = (mime) }; \
		answer->fixed = page_bytes(PAGE_##id, &answer->len);             \
	}
PAGE_LIST(GET_PAGE)

const struct http_route api_routes[] = {
	{ "/api/v1/services", HTTP_GET, get_services, false },
	{ "/api/v1/services/*", HTTP_GET, get_service, false },
	{ "/api/v1/services/*/verify", HTTP_POST, post_verify, true },
	{ "/api/v1/hosts", HTTP_GET, get_hosts, false },
	{ "/api/v1/alerts", HTTP_GET, get_alerts, false },
	{ "/api/v1/events", HTTP_GET, get_events, false },
	{ "/api/v1/countries", HTTP_GET, get_countries, false },
	{ "/api/v1/sweeps", HTTP_GET, orders_list, false },
	{ "/api/v1/sweeps", HTTP_POST, orders_post, true },
	{ "/api/v1/sweeps/*", HTTP_GET, orders_get, false },
	{ "/api/v1/sweeps/*/seconds", HTTP_GET, orders_seconds, false },
	{ "/api/v1/sweeps/*/pause", HTTP_POST, orders_pause, true },
	{ "/api/v1/sweeps/*/resume", HTTP_POST, orders_resume, true },
	{ "/api/v1/sweeps/*/cancel", HTTP_POST, orders_cancel, true },
	{ "/api/v1/probing", HTTP_GET, probing_get, false },
	{ "/api/v1/probing", HTTP_POST, probing_post, true },
	{ "/api/v1/audit", HTTP_GET, probing_audit, false },
	{ "/api/v1/stream", HTTP_GET, get_stream, false },
	{ "/api/v1/health", HTTP_GET, get_health, false },
	{ "/metrics", HTTP_GET, get_metrics, false },
	{ "/healthz", HTTP_GET, get_healthz, false },
#define PAGE_ROUTE(id, path, file, mime) { path, HTTP_GET, get_##id, false },
	PAGE_LIST(PAGE_ROUTE)
#undef PAGE_ROUTE
		{ NULL, HTTP_GET, NULL, false },
};
