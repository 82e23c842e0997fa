/* SPDX-License-Identifier: Apache-2.0 */
#include "web/sinks/receivers.h"

#include "base/ipc.h"
#include "store/outbox/letters.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SINKS_SHOWN 64 /* in metrics */

static int add_sink(void *arg, const struct store_sink *row)
{
	struct report *r = report_new();

	report_set_text(r, "name", row->name);
	report_set_text(r, "kind", row->kind);
	report_set_text(r, "level", record_level_text(row->level));
	report_set_bool(r, "up", !row->down_us);
	report_set_time(r, "down_since", row->down_us);
	report_set_number(r, "waiting", row->waiting);
	report_set_number(r, "dead", row->dead);
	report_set_number(r, "delivered", row->delivered);
	report_set_number(r, "refused", row->refused);
	report_set_number(r, "given_up", row->given_up);
	report_set_number(r, "retries", row->retries);
	report_set_number(r, "last_number", row->cursor);
	report_set_time(r, "last_success", row->success_us);
	report_set_time(r, "last_failure", row->error_us);
	report_set_text(r, "error", row->error);
	report_add(arg, "sinks", r);
	return 0;
}

static int add_dead(void *arg, const struct store_dead *row)
{
	struct report *r = report_new();

	report_set_number(r, "number", row->number);
	report_set_time(r, "time", row->time_us);
	report_set_time(r, "died", row->died_us);
	report_set_number(r, "tries", row->tries);
	report_set_bool(r, "again", row->again);
	report_set_text(r, "error", row->error);
	if (row->growth.alert) {
		report_set_number(r, "updates", row->growth.alert);
		report_set_number(r, "revision", row->growth.revision);
	}
	report_add(arg, "dead", r);
	return 0;
}

static void answer_list(struct http_answer *answer, struct report *report, int rc)
{
	if (rc >= 0) {
		api_answer_report(answer, report);
		return;
	}
	report_free(report);
	api_answer_damaged(answer);
}

void receivers_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store *store = api_store(arg, answer);
	struct report *report;

	(void)request;
	if (!store)
		return;
	report = report_new();
	report_list(report, "sinks");
	answer_list(answer, report, letters_walk_sinks(store, add_sink, report));
}

/* The receiver that a request names; NULL: there is none, and that is the answer. */
static struct store *find(struct api *api, const struct http_request *request,
			  struct store_sink *out, struct http_answer *answer)
{
	struct store *store = api_store(api, answer);
	char name[OUTBOX_SINK_MAX] = "";
	int rc = 0;

	if (!store)
		return NULL;
	if (request->name_len < sizeof(name)) {
		memcpy(name, request->name, request->name_len);
		rc = letters_get_sink(store, name, out);
	}
	if (rc < 0)
		api_answer_damaged(answer);
	else if (!rc)
		http_answer_problem(answer, 404, "there is no such sink", NULL);
	return rc > 0 ? store : NULL;
}

void receivers_dead(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store_sink sink;
	struct store *store = find(arg, request, &sink, answer);
	struct report *report;

	if (!store)
		return;
	report = report_new();
	report_list(report, "dead");
	answer_list(answer, report, letters_walk_dead(store, sink.name, add_dead, report));
}

/* {"number": N} or nothing, which means all; false: it is wrong. */
static bool read_order(const struct http_request *request, uint64_t *number)
{
	static const char *const known[] = { "number", NULL };
	struct reading *body;
	const struct reading *child;
	bool good;

	*number = 0;
	if (!request->body_len)
		return true;
	body = reading_new(request->body, request->body_len);
	child = reading_child(body, "number");
	good = reading_kind(body) == READING_OBJECT && !reading_stranger(body, known) &&
	       (!child || (reading_kind(child) == READING_NUMBER && reading_number(child) > 0));
	if (good && child)
		*number = (uint64_t)reading_number(child);
	reading_free(body);
	return good;
}

void receivers_retry(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct outbox_order order = { .number = 0 };
	struct api *api = arg;
	struct report *report;
	struct store_sink sink;

	if (!find(api, request, &sink, answer))
		return;
	if (!read_order(request, &order.number)) {
		http_answer_wrong(answer, "expected nothing, or the number of an alert", "/number");
		return;
	}
	memcpy(order.sink, sink.name, sizeof(order.sink));
	if (!api_order(api, request, IPC_RESEND, &order, answer))
		return;
	view_expect(api->view);
	report = report_new();
	report_set_text(report, "sink", sink.name);
	api_answer_report(answer, report);
	if (answer->status)
		answer->status = 202;
}

/* ---- metrics ---- */

struct rows {
	struct store_sink list[SINKS_SHOWN];
	size_t count;
};

static int keep(void *arg, const struct store_sink *row)
{
	struct rows *rows = arg;

	rows->list[rows->count++] = *row;
	return rows->count == SINKS_SHOWN;
}

/* X(name, type, help, value of `row`) */
#define METRIC_LIST(X)                                                                         \
	X(sink_up, "gauge", "1 when the sink takes alerts", !row->down_us)                     \
	X(sink_waiting, "gauge", "alerts that wait for the sink", row->waiting)                \
	X(sink_dead, "gauge", "alerts the sink would not take, kept", row->dead)               \
	X(sink_delivered_total, "counter", "alerts delivered to the sink", row->delivered)     \
	X(sink_refused_total, "counter", "alerts the sink would not take", row->refused)       \
	X(sink_given_up_total, "counter", "alerts given up as too many waited", row->given_up) \
	X(sink_retries_total, "counter", "tries to deliver that failed", row->retries)         \
	X(sink_last_success_timestamp_seconds, "gauge", "when the sink last took an alert",    \
	  (uint64_t)(row->success_us / MONO_SECOND))

static void put_metrics(FILE *out, const struct rows *rows)
{
	const struct store_sink *row;

#define PUT(id, type, help, value)                                                      \
	fprintf(out, "# HELP flowd_" #id " " help "\n# TYPE flowd_" #id " " type "\n"); \
	for (row = rows->list; row < rows->list + rows->count; row++)                   \
		fprintf(out, "flowd_" #id "{sink=\"%s\"} %llu\n", row->name,            \
			(unsigned long long)(value));
	METRIC_LIST(PUT)
#undef PUT
}

char *receivers_metrics(struct store *store, char *text)
{
	struct rows rows = { .count = 0 };
	char *all = NULL;
	size_t len;
	FILE *out;

	if (!text || !store || letters_walk_sinks(store, keep, &rows) < 0 || !rows.count)
		return text;
	out = open_memstream(&all, &len);
	if (!out)
		return text;
	fputs(text, out);
	put_metrics(out, &rows);
	free(text);
	return fclose(out) ? NULL : all;
}
