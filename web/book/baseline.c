/* SPDX-License-Identifier: Apache-2.0 */
#include "web/book/baseline.h"

#include "base/ipc.h"
#include "store/book/baseline.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"
#include "web/book/entries.h"
#include "web/book/picking.h"

#include <stdio.h>

#define SERVICES_MOST 1000 /* named in one order */

/* ---- pages ---- */

struct sheet {
	const struct query *query;
	struct report *report;
	wall_t now;
	unsigned rows;
	struct service last;
	bool more;
};

static struct report *row_report(const struct baseline *b, wall_t now)
{
	struct report *r = report_new();
	char text[ADDR_TEXT_MAX], id[REPORT_ID_MAX];

	report_set_text(r, "id", report_id(&b->service, id));
	report_set_text(r, "ip", addr_text(&b->service.host, text));
	report_set_text(r, "proto", record_proto_text(b->service.proto));
	report_set_number(r, "port", b->service.port);
	report_set_text(r, "state", record_approval_text(baseline_state(b, now)));
	report_set_text(r, "app", b->app);
	report_set_text(r, "certificate", b->certificate);
	report_set_text(r, "host_key", b->host_key);
	report_set_text(r, "owner", b->owner);
	report_set_text(r, "reason", b->reason);
	report_set_text(r, "ticket", b->ticket);
	report_set_text(r, "by", b->by);
	report_set_text(r, "from", record_entry_text(b->source));
	report_set_time(r, "approved", b->made_us);
	report_set_time(r, "expires", b->expires_us);
	report_set_time(r, "void_since", b->void_us);
	return r;
}

static int add_row(void *arg, const struct baseline *b)
{
	struct sheet *p = arg;

	if (p->query->given & QUERY_WITH_CURSOR && service_is_same(&b->service, &p->last))
		return 0;
	if (p->rows == p->query->limit || addr_order(&b->service.host, &p->query->ip.high) > 0) {
		p->more = p->rows == p->query->limit;
		return 1;
	}
	p->last = b->service;
	p->rows++;
	report_add(p->report, "baseline", row_report(b, p->now));
	return 0;
}

void baseline_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	char cursor[QUERY_CURSOR_MAX];
	struct service from = { 0 };
	struct store *store;
	struct query query;
	struct sheet sheet = { .query = &query, .now = mono_wall() };

	if (!api_read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_IP, &query,
			    answer) ||
	    !(store = api_store(arg, answer)))
		return;
	from.host = query.ip.low;
	if (query.given & QUERY_WITH_CURSOR)
		from = query.place.service;
	sheet.last = from;
	sheet.report = report_new();
	report_list(sheet.report, "baseline");
	if (store_walk_baseline(store, &from, add_row, &sheet) < 0) {
		report_free(sheet.report);
		api_answer_damaged(answer);
		return;
	}
	report_set_number(sheet.report, "count", store_count_baseline(store));
	report_set_text(sheet.report, "next",
			sheet.more ? query_cursor(&(struct query_place){ 0, sheet.last }, cursor)
				   : NULL);
	api_answer_report(answer, sheet.report);
}

/* ---- orders ---- */

/* Sends a ledger to core and frees it; the answer is how many entries it has. */
static void send(struct api *api, const struct http_request *request, const char *what,
		 struct ledger *l, struct http_answer *answer)
{
	struct ledger_head head = { .time_us = mono_wall() };
	struct report *r;

	memcpy(head.by, request->who->name, sizeof(head.by));
	record_text_set(head.what, sizeof(head.what), what);
	if (!ledger_close(l, &head)) {
		http_answer_problem(answer, 413, "there are too many entries", NULL);
	} else if (ipc_flush(api->core) || ipc_send_bulk(api->core, IPC_BOOK, l->bytes, l->len)) {
		http_answer_problem(answer, 503, "core is behind", NULL);
	} else {
		view_expect(api->view);
		r = report_new();
		report_set_number(r, "entries", head.rows);
		api_answer_report(answer, r);
		if (answer->status)
			answer->status = 202;
	}
	ledger_free(l);
}

static struct baseline common_of(const struct http_request *request, enum baseline_from source)
{
	struct baseline b = { .made_us = mono_wall(), .source = (uint8_t)source };

	memcpy(b.by, request->who->name, sizeof(b.by));
	return b;
}

static enum baseline_from format_of(const struct http_request *request)
{
	static const enum baseline_from formats[] = { ENTRY_CSV, ENTRY_NMAP, ENTRY_MASSCAN,
						      ENTRY_EXPORT };
	const struct http_parameter *p = request->parameters;
	size_t i;

	for (i = 0; request->count == 1 && !strcmp(p->name, "format") && i < 4; i++)
		if (!strcmp(p->value, record_entry_text(formats[i])))
			return formats[i];
	return ENTRY_NONE;
}

void baseline_import(void *arg, const struct http_request *request, struct http_answer *answer)
{
	enum baseline_from format = format_of(request);
	struct baseline common = common_of(request, format);
	struct ledger ledger = { .bytes = NULL };
	struct entries_fault fault = { .line = 0 };

	if (format == ENTRY_NONE) {
		http_answer_problem(answer, 400, "csv, nmap, masscan or export", "format");
		return;
	}
	if (!entries_read(request->body ? request->body : "", request->body_len, &common, &ledger,
			  &fault)) {
		ledger_free(&ledger);
		http_answer_wrong(answer, fault.detail, "");
		return;
	}
	send(arg, request, "baseline imported", &ledger, answer);
}

static int take_probe(void *arg, const struct probe *p)
{
	struct baseline *b = arg;
	struct probe_fact fact;
	size_t at = 0, i;

	if (*p->app && !*b->app)
		memcpy(b->app, p->app, sizeof(b->app));
	if (p->certificate_count && !*b->certificate)
		for (i = 0; i < sizeof(p->certificates[0].sha256); i++)
			sprintf(b->certificate + 2 * i, "%02x", p->certificates[0].sha256[i]);
	while (probe_next_fact(p, &at, &fact))
		if (fact.kind == FACT_SSH_HOST_KEY && !*b->host_key)
			record_text_set(b->host_key, sizeof(b->host_key), fact.text);
	return 0;
}

static bool read_text(const struct reading *order, const char *key, char *out, size_t size)
{
	const struct reading *value = reading_child(order, key);
	const char *text = reading_text(value);

	if (value && (!text || strlen(text) >= size))
		return false;
	if (text)
		record_text_set(out, size, text);
	return true;
}

/* Reads an order to approve; the pointer to what is wrong with it (RFC 6901), NULL nothing. */
static const char *read_order(const struct reading *order, struct baseline *common)
{
	static const char *const keys[] = { "services", "filter", "owner", "reason",
					    "ticket",	"days",	  NULL };
	const struct reading *days = reading_child(order, "days");
	int64_t n = reading_number(days);

	if (reading_kind(order) != READING_OBJECT || reading_stranger(order, keys))
		return "";
	if (!reading_child(order, "services") == !reading_child(order, "filter"))
		return "/services";
	if (!read_text(order, "owner", common->owner, sizeof(common->owner)))
		return "/owner";
	if (!read_text(order, "reason", common->reason, sizeof(common->reason)))
		return "/reason";
	if (!read_text(order, "ticket", common->ticket, sizeof(common->ticket)))
		return "/ticket";
	if (days && (n < 1 || n > 3650))
		return "/days";
	common->expires_us = days ? common->made_us + n * MONO_DAY : 0;
	return NULL;
}

/* Entries while they are gathered. */
struct gathering {
	struct store *store;
	const struct baseline *common;
	struct ledger *out;
};

/* One service, as what probes say it is. */
static void add_one(void *arg, const struct service *service)
{
	const struct gathering *g = arg;
	struct baseline b = *g->common;

	b.service = *service;
	store_walk_probes(g->store, &b.service, take_probe, &b);
	ledger_add(g->out, &b);
}

static const char *add_services(struct gathering *g, const struct reading *list)
{
	static char pointer[32];
	const struct reading *item;
	struct service service;
	size_t i;

	for (i = 0; (item = reading_item(list, i)); i++) {
		const char *id = reading_text(item);

		snprintf(pointer, sizeof(pointer), "/services/%zu", i);
		if (i == SERVICES_MOST || !id || query_parse_id(id, strlen(id), &service))
			return pointer;
		add_one(g, &service);
	}
	return i ? NULL : "/services";
}

void baseline_approve(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct reading *order =
		request->body_len ? reading_new(request->body, request->body_len) : NULL;
	struct baseline common = common_of(request, ENTRY_PERSON);
	struct ledger ledger = { .bytes = NULL };
	struct gathering g = { api_store(arg, answer), &common, &ledger };
	struct picking picking = { .take = add_one, .arg = &g };
	const struct reading *filter;
	const char *wrong;
	int picked = 1;

	if (!g.store) {
		reading_free(order);
		return;
	}
	wrong = read_order(order, &common);
	filter = wrong ? NULL : reading_child(order, "filter");
	picking.filter = reading_text(filter);
	if (filter && !picking.filter)
		wrong = "/filter";
	else if (filter)
		picked = picking_each(arg, g.store, &picking, answer);
	else if (!wrong)
		wrong = add_services(&g, reading_child(order, "services"));
	reading_free(order);
	if (wrong)
		http_answer_wrong(
			answer,
			"expected services (up to 1000 ids such as 192.0.2.1-tcp-443) or a "
			"filter, and owner, reason, ticket, days",
			wrong);
	else if (!picked)
		http_answer_wrong(answer, "no service passes", "/filter");
	else if (picked > 0) {
		send(arg, request, "baseline approved", &ledger, answer);
		return;
	}
	ledger_free(&ledger);
}

void baseline_remove(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store *store = api_store(arg, answer);
	struct ledger ledger = { .bytes = NULL };
	struct baseline b;
	int rc;

	if (!store)
		return;
	rc = query_parse_id(request->name, request->name_len, &b.service)
		     ? 0
		     : store_get_baseline(store, &b.service, &b);
	if (rc <= 0) {
		http_answer_problem(answer, rc ? 503 : 404, "there is no such entry", NULL);
		return;
	}
	b.removed = 1;
	ledger_add(&ledger, &b);
	send(arg, request, "baseline removed", &ledger, answer);
}
