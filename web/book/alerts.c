/* SPDX-License-Identifier: Apache-2.0 */
#include "web/book/alerts.h"

#include "base/ipc.h"
#include "store/book/cases.h"
#include "store/book/trail.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"
#include "web/listing/sifting.h"

#define SCAN_MOST 50000 /* rows looked at for a page, so that nobody else waits long */

/* ---- pages ---- */

struct sheet {
	const struct query *query;
	struct store *store;
	struct report *report;
	unsigned rows, scanned;
	uint64_t last; /* number of the last row that was looked at */
	bool more;
	struct sifting sifting;
};

/* What a person has made of it, or what nobody has yet. */
static int case_of(struct store *store, const struct alert *alert, struct store_case *out)
{
	int rc = store_get_case(store, alert->number, out);

	if (!rc)
		*out = (struct store_case){ .alert = alert->number, .status = TRIAGE_NEW };
	return rc < 0 ? rc : 0;
}

static bool passes(const struct query *q, const struct store_case *row)
{
	if (q->given & QUERY_WITH_STATUS && row->status != q->status)
		return false;
	return !(q->given & QUERY_WITH_ASSIGNEE) || !strcmp(row->assignee, q->assignee);
}

static int add_alert(void *arg, const struct alert *row)
{
	struct sheet *p = arg;
	struct store_case found;
	int rc;

	if (p->rows == p->query->limit || p->scanned >= SCAN_MOST) {
		p->more = true;
		return 1;
	}
	rc = case_of(p->store, row, &found);
	if (rc)
		return rc;
	p->scanned++;
	p->last = row->number;
	if (passes(p->query, &found) &&
	    sifting_has_finding(&p->sifting, p->store, &row->finding,
				row->finding.verified ? &row->probe : NULL, &p->scanned)) {
		report_add_case(p->report, "alerts", row, &found);
		p->rows++;
	}
	return 0;
}

static void answer_sheet(struct sheet *p, int rc, struct http_answer *answer)
{
	if (rc < 0) {
		report_free(p->report);
		api_answer_damaged(answer);
		return;
	}
	/* What `before` is to be for the next page. */
	if (p->more)
		report_set_number(p->report, "next", p->last);
	else
		report_set_text(p->report, "next", NULL);
	api_answer_report(answer, p->report);
}

void alerts_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct query query;
	struct sheet sheet = { .query = &query };
	const struct api *api = arg;
	int rc;

	if (!api_read_query(request,
			    QUERY_WITH_LIMIT | QUERY_WITH_BEFORE | QUERY_WITH_STATUS |
				    QUERY_WITH_ASSIGNEE | QUERY_WITH_FILTER,
			    &query, answer) ||
	    !(sheet.store = api_store(arg, answer)) ||
	    !sifting_open(&sheet.sifting, api->conf, &query, true, answer))
		return;
	sheet.report = report_new();
	report_list(sheet.report, "alerts");
	rc = store_walk_alerts(sheet.store, query.before, add_alert, &sheet);
	sifting_close(&sheet.sifting);
	answer_sheet(&sheet, rc, answer);
}

static int add_trail(void *arg, const struct trail_row *row)
{
	struct sheet *p = arg;
	struct report *r;

	if (p->rows == p->query->limit) {
		p->more = true;
		return 1;
	}
	r = report_new();
	report_set_number(r, "number", row->number);
	report_set_time(r, "time", row->time_us);
	report_set_text(r, "by", row->by);
	report_set_text(r, "what", row->what);
	report_set_text(r, "about", row->about);
	report_set_text(r, "detail", row->detail);
	report_add(p->report, "trail", r);
	p->last = row->number;
	p->rows++;
	return 0;
}

void alerts_trail(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct query query;
	struct sheet sheet = { .query = &query };

	if (!api_read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_BEFORE, &query, answer) ||
	    !(sheet.store = api_store(arg, answer)))
		return;
	sheet.report = report_new();
	report_list(sheet.report, "trail");
	answer_sheet(&sheet, store_walk_trail(sheet.store, query.before, add_trail, &sheet),
		     answer);
}

/* ---- one ---- */

/* The alert that a request names, and its store; NULL: there is none, and that is the answer. */
static struct store *find(struct api *api, const struct http_request *request,
			  struct store_case *row, struct alert *alert, struct http_answer *answer)
{
	struct query none;
	struct store *store;
	uint64_t number = 0;
	size_t i;
	int rc;

	if (!api_read_query(request, 0, &none, answer) || !(store = api_store(api, answer)))
		return NULL;
	for (i = 0; i < request->name_len && i < 18; i++) {
		if (request->name[i] < '0' || request->name[i] > '9')
			break;
		number = number * 10 + (uint64_t)(request->name[i] - '0');
	}
	rc = i == request->name_len ? store_get_case(store, number, row) : 0;
	if (rc > 0)
		rc = store_get_alert(store, row, alert);
	if (rc < 0)
		api_answer_damaged(answer);
	else if (!rc)
		http_answer_problem(answer, 404, "there is no such alert", NULL);
	return rc > 0 ? store : NULL;
}

struct store *alerts_find(struct api *api, const struct http_request *request,
			  struct store_case *row, struct http_answer *answer)
{
	struct alert alert;

	return find(api, request, row, &alert, answer);
}

void alerts_get(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store_case row;
	struct alert alert;

	if (find(arg, request, &row, &alert, answer))
		http_answer_text(answer, HTTP_JSON, report_case(&alert, &row));
}

static struct report *entry_report(const struct triage *e)
{
	struct report *r = report_new();

	report_set_number(r, "alert", e->alert);
	if (e->number)
		report_set_number(r, "number", e->number);
	else
		report_set_text(r, "number", NULL);
	report_set_time(r, "time", e->time_us);
	report_set_text(r, "by", e->by);
	report_set_text(r, "status", e->status ? record_triage_text(e->status) : NULL);
	report_set_text(r, "was", e->was ? record_triage_text(e->was) : NULL);
	report_set_text(r, "assignee", e->assignee);
	report_set_text(r, "comment", e->comment);
	if (e->other)
		report_set_number(r, "reopened_by", e->other);
	else
		report_set_text(r, "reopened_by", NULL);
	return r;
}

char *alerts_line(const struct triage *entry)
{
	return report_text(entry_report(entry));
}

static int add_entry(void *arg, const struct triage *entry)
{
	report_add(arg, "history", entry_report(entry));
	return 0;
}

void alerts_history(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store_case row;
	struct alert alert;
	struct store *store = find(arg, request, &row, &alert, answer);
	struct report *r;

	if (!store)
		return;
	r = report_new();
	report_list(r, "history");
	if (store_walk_triage(store, row.alert, add_entry, r) < 0) {
		report_free(r);
		api_answer_damaged(answer);
		return;
	}
	api_answer_report(answer, r);
}

/* ---- orders ---- */

static bool read_text(const struct reading *doc, char *out, size_t size)
{
	const char *text = reading_text(doc);

	if (doc && (!text || strlen(text) >= size))
		return false;
	if (text)
		record_text_set(out, size, text);
	return true;
}

static const char *read_members(const struct reading *doc, struct triage *out, const char **wrong)
{
	const struct reading *status = reading_child(doc, "status");
	const struct reading *assignee = reading_child(doc, "assignee");
	const char *text = reading_text(status);
	int n = text ? record_triage_parse(text, strlen(text)) : 0;

	if (status && (!text || n < 0))
		return *wrong = "new, acknowledged, assigned, resolved or false-positive",
		       "/status";
	out->status = (uint8_t)n;
	out->assigns = assignee != NULL;
	if (reading_kind(assignee) != READING_NULL &&
	    !read_text(assignee, out->assignee, sizeof(out->assignee)))
		return *wrong = "a name of up to 31 bytes, or null", "/assignee";
	if (out->status == TRIAGE_ASSIGNED && !*out->assignee)
		return *wrong = "an alert is assigned to somebody", "/assignee";
	if (!read_text(reading_child(doc, "comment"), out->comment, sizeof(out->comment)))
		return *wrong = "a text of up to 511 bytes", "/comment";
	if (!out->status && !out->assigns && !*out->comment)
		return *wrong = "there is nothing to be done", "";
	return NULL;
}

const char *alerts_read(const char *text, size_t len, bool comment, struct triage *out,
			const char **wrong)
{
	static const char *const all[] = { "status", "assignee", "comment", NULL };
	static const char *const one[] = { "comment", NULL };
	struct reading *doc = len ? reading_new(text, len) : NULL;
	struct triage order = { .alert = 0 };
	const char *pointer;

	if (reading_kind(doc) != READING_OBJECT)
		pointer = (*wrong = "an object of JSON is needed", "");
	else if (reading_stranger(doc, comment ? one : all))
		pointer = (*wrong = "there is no such member", "");
	else
		pointer = read_members(doc, &order, wrong);
	if (!pointer && comment && !*order.comment)
		pointer = (*wrong = "a text of 1 to 511 bytes", "/comment");
	reading_free(doc);
	if (!pointer)
		*out = order;
	return pointer;
}

static void order(struct api *api, const struct http_request *request, bool comment,
		  struct http_answer *answer)
{
	struct store_case row;
	struct alert alert;
	struct triage order;
	const char *wrong, *pointer;

	if (!find(api, request, &row, &alert, answer))
		return;
	pointer = alerts_read(request->body, request->body_len, comment, &order, &wrong);
	if (pointer) {
		http_answer_wrong(answer, wrong, pointer);
		return;
	}
	if (row.entries >= CASES_ENTRIES_MAX) {
		http_answer_problem(answer, 409, "its history is full", NULL);
		return;
	}
	order.alert = row.alert;
	order.time_us = mono_wall();
	memcpy(order.by, request->who->name, sizeof(order.by));
	if (ipc_flush(api->core) || ipc_send(api->core, IPC_TRIAGE, &order)) {
		http_answer_problem(answer, 503, "core is behind", NULL);
		return;
	}
	ipc_flush(api->core);
	api_answer_report(answer, entry_report(&order));
	if (answer->status)
		answer->status = 202;
}

void alerts_change(void *arg, const struct http_request *request, struct http_answer *answer)
{
	order(arg, request, false, answer);
}

void alerts_comment(void *arg, const struct http_request *request, struct http_answer *answer)
{
	order(arg, request, true, answer);
}
