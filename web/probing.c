/* SPDX-License-Identifier: Apache-2.0 */
#include "web/probing.h"

#include "base/ipc.h"
#include "store/probing/audit.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"
#include "web/query.h"

static void answer_state(const struct probing *p, unsigned status, struct http_answer *answer)
{
	struct report *r = report_new();

	report_set_bool(r, "enabled", p->enabled);
	report_set_time(r, "since", p->time_us);
	report_set_time(r, "quiet_until", p->quiet_until_us);
	http_answer_text(answer, HTTP_JSON, report_text(r));
	if (answer->status)
		answer->status = status;
}

void probing_get(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const struct api *api = arg;

	(void)request;
	answer_state(&api->gauge->probing, 200, answer);
}

/* {"enabled": true} or false. False: it is neither, and that is the answer. */
static bool read_wish(const struct http_request *request, struct probing *out,
		      struct http_answer *answer)
{
	static const char *const keys[] = { "enabled", NULL };
	struct reading *doc =
		request->body_len ? reading_new(request->body, request->body_len) : NULL;
	enum reading_kind kind = READING_NOTHING;

	if (reading_kind(doc) == READING_OBJECT && !reading_stranger(doc, keys))
		kind = reading_kind(reading_child(doc, "enabled"));
	reading_free(doc);
	out->time_us = mono_wall();
	out->enabled = kind == READING_TRUE;
	if (kind == READING_TRUE || kind == READING_FALSE)
		return true;
	http_answer_wrong(answer, "expected {\"enabled\": true} or {\"enabled\": false}",
			  "/enabled");
	return false;
}

void probing_post(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct probing wish = { .time_us = 0 };
	struct api *api = arg;

	if (!read_wish(request, &wish, answer))
		return;
	if (!api_order(api, request, IPC_PROBING, &wish, answer))
		return;
	answer_state(&wish, 202, answer);
}

struct sheet {
	struct report *report;
	unsigned rows, limit;
	uint64_t number;
	bool more;
};

static struct report *row_report(const struct audit_row *row)
{
	struct report *r = report_new();
	char text[ADDR_TEXT_MAX];

	report_set_number(r, "number", row->number);
	report_set_time(r, "time", row->time_us);
	report_set_text(r, "kind", audit_kind_text(row->kind));
	report_set_text(r, "ip", addr_text(&row->service.host, text));
	report_set_text(r, "proto", record_proto_text(row->service.proto));
	report_set_number(r, "port", row->service.port);
	report_set_text(r, "from", row->kind == AUDIT_PROBE ? addr_text(&row->from, text) : NULL);
	report_set_text(r, "vantage", row->vantage);
	report_set_time(r, "started", row->started_us);
	report_set_time(r, "finished", row->finished_us);
	report_set_number(r, "syns", row->syns);
	report_set_number(r, "connections", row->dials);
	report_set_number(r, "datagrams", row->datagrams);
	report_set_text(r, "asker", record_asker_text(row->asker));
	report_set_text(r, "event", record_event_text(row->event));
	report_set_number(r, "job", row->job);
	report_set_text(r, "state", record_state_text(row->state));
	report_set_text(r, "reason", record_reason_text(row->reason));
	report_set_bool(r, "given_up", row->given_up);
	return r;
}

static int add_row(void *arg, const struct audit_row *row)
{
	struct sheet *p = arg;

	if (p->rows++ == p->limit) {
		p->more = true;
		return 1;
	}
	p->number = row->number;
	report_add(p->report, "audit", row_report(row));
	return 0;
}

void probing_audit(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct store *store = view_store(api->view);
	struct sheet sheet = { .rows = 0 };
	struct query query;
	size_t i;

	query_open(&query, QUERY_WITH_LIMIT | QUERY_WITH_BEFORE);
	for (i = 0; i < request->count; i++)
		if (query_set(&query, request->parameters[i].name, request->parameters[i].value,
			      request->parameters[i].len)) {
			http_answer_problem(answer, 400, "it can't be read, or is not known here",
					    request->parameters[i].name);
			return;
		}
	if (!store) {
		http_answer_problem(answer, 503, "there is no store yet", NULL);
		return;
	}
	sheet.limit = query.limit;
	sheet.report = report_new();
	report_list(sheet.report, "audit");
	if (store_walk_audit(store, query.before, add_row, &sheet) < 0) {
		report_free(sheet.report);
		http_answer_problem(answer, 503, "the store cannot be read", NULL);
		return;
	}
	if (sheet.more)
		report_set_number(sheet.report, "next", sheet.number);
	else
		report_set_text(sheet.report, "next", NULL);
	http_answer_text(answer, HTTP_JSON, report_text(sheet.report));
}
