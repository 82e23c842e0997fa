/* SPDX-License-Identifier: Apache-2.0 */
#include "web/book/members.h"

#include "store/policy/groups.h"
#include "store/policy/waiting.h"
#include "store/report/report.h"
#include "web/book/alerts.h"

struct rows {
	struct report *report;
	unsigned count, most;
	bool more;
};

static void answer_rows(struct rows *r, int rc, struct http_answer *answer)
{
	if (rc < 0) {
		report_free(r->report);
		api_answer_damaged(answer);
		return;
	}
	report_set_bool(r->report, "more", r->more);
	api_answer_report(answer, r->report);
}

static int add_member(void *arg, const struct store_member *m)
{
	struct rows *r = arg;
	struct report *row = report_new();
	char text[ADDR_TEXT_MAX], id[REPORT_ID_MAX];

	report_set_text(row, "service", report_id(&m->service, id));
	report_set_text(row, "ip", addr_text(&m->service.host, text));
	report_set_text(row, "proto", record_proto_text(m->service.proto));
	report_set_number(row, "port", m->service.port);
	report_set_text(row, "app", *m->app ? m->app : "unknown");
	report_set_text(row, "event", record_event_text(m->event));
	report_set_text(row, "state", record_state_text(m->state));
	report_set_time(row, "first", m->first_us);
	report_set_time(row, "last", m->last_us);
	report_set_number(row, "findings", m->findings);
	report_add(r->report, "members", row);
	return 0;
}

void members_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct rows r = { .more = false };
	struct store_case row;
	struct store *store = alerts_find(arg, request, &row, answer);
	int rc;

	if (!store)
		return;
	r.report = report_new();
	report_list(r.report, "members");
	rc = store_walk_members(store, row.alert, add_member, &r);
	/* Of each that is not listed there was one finding at least. */
	r.more = row.members == GROUPS_MEMBERS_MAX;
	answer_rows(&r, rc, answer);
}

static int add_waiting(void *arg, const struct store_waiting *w)
{
	struct rows *r = arg;
	struct report *row;

	if (r->count++ == r->most) {
		r->more = true;
		return 1;
	}
	row = report_new();
	report_set_text(row, "for", record_wait_text(w->wait));
	report_set_time(row, "since", w->since_us);
	report_set_time(row, "until", w->due_us);
	report_set_alert(row, "alert", &w->alert);
	report_add(r->report, "waiting", row);
	return 0;
}

void members_waiting(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct rows r = { .more = false };
	struct query query;
	struct store *store;

	if (!api_read_query(request, QUERY_WITH_LIMIT, &query, answer) ||
	    !(store = api_store(arg, answer)))
		return;
	r.most = query.limit;
	r.report = report_new();
	report_list(r.report, "waiting");
	answer_rows(&r, store_walk_waiting(store, add_waiting, &r), answer);
}
