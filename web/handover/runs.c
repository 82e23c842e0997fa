/* SPDX-License-Identifier: Apache-2.0 */
#include "web/handover/runs.h"

#include "base/conf.h"
#include "base/conf/tools.h"
#include "base/ipc.h"
#include "store/book/runs.h"
#include "store/report/doc.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"

#include <stdlib.h>

#define STORY_MOST 1000 /* runs of a service that are shown */

/* ---- as JSON ---- */

static void set_words(struct doc *d, const struct tool_run *run)
{
	const char *at = run->words, *end = run->words + run->words_len;
	struct doc *list = doc_new_list();

	for (; at < end; at += strnlen(at, (size_t)(end - at)) + 1)
		doc_add_text(list, at, (size_t)(end - at));
	doc_set_child(d, "argv", list);
}

static void set_text(struct doc *d, const char *key, const char *text, size_t size)
{
	if (*text)
		doc_set_text(d, key, text, size);
	else
		doc_set_null(d, key);
}

static void set_time(struct doc *d, const char *key, wall_t time)
{
	if (time)
		doc_set_time(d, key, time);
	else
		doc_set_null(d, key);
}

static struct doc *run_doc(const struct tool_run *r)
{
	struct doc *d = doc_new();
	char id[REPORT_ID_MAX];
	wall_t took = r->started_us && r->finished_us ? r->finished_us - r->started_us : -1;

	snprintf(id, sizeof(id), "%llu", (unsigned long long)r->id);
	doc_set_word(d, "id", id);
	doc_set_word(d, "service", report_id(&r->service, id));
	doc_set_word(d, "tool", r->tool);
	doc_set_word(d, "kind", r->command ? "command" : "http");
	doc_set_word(d, "state", record_run_text(r->state));
	set_text(d, "reason", r->reason, sizeof(r->reason));
	set_text(d, "by", r->by, sizeof(r->by));
	doc_set_bool(d, "by_rule", r->by_rule);
	doc_set_known(d, "alert", r->alert);
	set_time(d, "made", r->made_us);
	set_time(d, "started", r->started_us);
	set_time(d, "finished", r->finished_us);
	if (took >= 0)
		doc_set_number(d, "duration_ms", (uint64_t)took / MONO_MS);
	else
		doc_set_null(d, "duration_ms");
	set_words(d, r);
	doc_set_bool(d, "argv_cut", r->cut);
	if (r->exit_status >= 0)
		doc_set_number(d, "exit_status", (uint64_t)r->exit_status);
	else
		doc_set_null(d, "exit_status");
	doc_set_known(d, "signal", r->signal > 0 ? (uint64_t)r->signal : 0);
	doc_set_known(d, "http_status", r->http_status);
	set_text(d, "ticket", r->ticket, sizeof(r->ticket));
	set_text(d, "link", r->link, sizeof(r->link));
	doc_set_number(d, "output_bytes", r->output);
	doc_set_bool(d, "truncated", r->truncated);
	return d;
}

char *runs_line(const struct tool_run *run)
{
	return doc_text(run_doc(run));
}

static void answer_doc(struct http_answer *answer, struct doc *d, unsigned status)
{
	http_answer_text(answer, HTTP_JSON, doc_text(d));
	if (answer->status)
		answer->status = status;
}

/* ---- what there is ---- */

static struct doc *levels_doc(uint32_t bits)
{
	struct doc *list = doc_new_list();
	unsigned i;

	for (i = 1; i < LEVEL_END; i++)
		if (bits & 1U << i)
			doc_add_text(list, record_level_text(i), 32);
	return list;
}

void runs_tools(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const struct api *api = arg;
	struct tools tools = { .count = 0 };
	struct doc *d, *list, *row;
	char error[SECTION_ERROR_MAX];
	struct query none;
	size_t i;

	if (!api_read_query(request, 0, &none, answer))
		return;
	if (conf_hands_over(api->conf) && tools_parse(api->conf->tools, &tools, error)) {
		http_answer_problem(answer, 503, error, NULL);
		return;
	}
	d = doc_new();
	list = doc_new_list();
	for (i = 0; i < tools.count; i++) {
		row = doc_new();
		doc_set_word(row, "name", tools.list[i].name);
		set_text(row, "title", tools.list[i].title, SECTION_VALUE_MAX);
		doc_set_word(row, "kind", tools_kind_text(tools.list[i].kind));
		doc_set_bool(row, "probes", tools.list[i].probes);
		doc_set_child(row, "levels", levels_doc(tools.list[i].levels));
		doc_set_number(row, "timeout_s", (uint64_t)(tools.list[i].timeout / MONO_SECOND));
		doc_add(list, row);
	}
	doc_set_child(d, "tools", list);
	tools_free(&tools);
	answer_doc(answer, d, 200);
}

/* ---- runs ---- */

struct sheet {
	struct doc *list;
	unsigned rows, limit;
	uint64_t last;
	bool more;
};

static int add_run(void *arg, const struct tool_run *row)
{
	struct sheet *s = arg;

	if (s->rows == s->limit) {
		s->more = true;
		return 1;
	}
	doc_add(s->list, run_doc(row));
	s->last = row->id;
	s->rows++;
	return 0;
}

/* `next` is what `before` is to be for the next page. */
static void answer_sheet(struct sheet *s, int rc, bool pages, struct http_answer *answer)
{
	struct doc *d = doc_new();

	if (rc < 0) {
		doc_free(s->list);
		doc_free(d);
		api_answer_damaged(answer);
		return;
	}
	doc_set_child(d, "handovers", s->list);
	if (pages && s->more)
		doc_set_number(d, "next", s->last);
	else if (pages)
		doc_set_null(d, "next");
	answer_doc(answer, d, 200);
}

void runs_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct query query;
	struct sheet sheet = { .rows = 0 };
	struct store *store;

	if (!api_read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_BEFORE, &query, answer) ||
	    !(store = api_store(arg, answer)))
		return;
	sheet.limit = query.limit;
	sheet.list = doc_new_list();
	answer_sheet(&sheet, store_walk_runs(store, query.before, add_run, &sheet), true, answer);
}

/* The service that a request names; false: it makes no sense, and that is the answer. */
static bool read_service(const struct http_request *request, struct service *out,
			 struct http_answer *answer)
{
	if (!query_parse_id(request->name, request->name_len, out))
		return true;
	http_answer_problem(answer, 400, "a service is named like 192.0.2.1-tcp-443", "id");
	return false;
}

void runs_of_service(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct sheet sheet = { .limit = STORY_MOST };
	struct service service;
	struct query none;
	struct store *store;

	if (!api_read_query(request, 0, &none, answer) ||
	    !read_service(request, &service, answer) || !(store = api_store(arg, answer)))
		return;
	sheet.list = doc_new_list();
	answer_sheet(&sheet, store_walk_runs_of(store, &service, add_run, &sheet), false, answer);
}

/* The run that a request names; NULL: there is none, and that is the answer. */
static struct store *find_run(struct api *api, const struct http_request *request,
			      struct tool_run *out, struct http_answer *answer)
{
	struct query none;
	struct store *store;
	uint64_t id = 0;
	size_t i;
	int rc;

	if (!api_read_query(request, 0, &none, answer) || !(store = api_store(api, answer)))
		return NULL;
	for (i = 0; i < request->name_len && i < 18; i++) {
		if (request->name[i] < '0' || request->name[i] > '9')
			break;
		id = id * 10 + (uint64_t)(request->name[i] - '0');
	}
	rc = i == request->name_len ? store_get_run(store, id, out) : 0;
	if (rc < 0)
		api_answer_damaged(answer);
	else if (!rc)
		http_answer_problem(answer, 404, "there is no such hand-over", NULL);
	return rc > 0 ? store : NULL;
}

void runs_get(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct tool_run run;
	struct store *store = find_run(arg, request, &run, answer);
	struct doc *d;
	char *text;
	int rc = 0;

	if (!store)
		return;
	text = malloc(run.output + 1);
	if (text && run.output)
		rc = store_get_run_output(store, &run, text);
	if (!text || rc < 0) {
		free(text);
		api_answer_damaged(answer);
		return;
	}
	d = run_doc(&run);
	/* It may have left before its row, for want of room. */
	if (rc || !run.output)
		doc_set_bytes(d, "output", (const uint8_t *)text, run.output);
	else
		doc_set_null(d, "output");
	free(text);
	answer_doc(answer, d, 200);
}

/* ---- orders ---- */

static bool send_run(struct api *api, const struct tool_run *run, struct http_answer *answer)
{
	if (!ipc_flush(api->core) && !ipc_send(api->core, IPC_RUN, run)) {
		ipc_flush(api->core);
		view_expect(api->view);
		return true;
	}
	http_answer_problem(answer, 503, "core is behind", NULL);
	return false;
}

/* Reads {"tool": "nmap", "alert": 12}. NULL, or where it is wrong. */
static const char *read_order(const char *text, size_t len, struct tool_run *out,
			      const char **wrong)
{
	static const char *const keys[] = { "tool", "alert", NULL };
	struct reading *doc = len ? reading_new(text, len) : NULL;
	const struct reading *alert = reading_child(doc, "alert");
	const char *tool = reading_text(reading_child(doc, "tool")), *pointer = NULL;

	if (reading_kind(doc) != READING_OBJECT)
		pointer = (*wrong = "an object of JSON is needed", "");
	else if (reading_stranger(doc, keys))
		pointer = (*wrong = "there is no such member", "");
	else if (!tool || !*tool || strlen(tool) >= sizeof(out->tool))
		pointer = (*wrong = "the name of a tool", "/tool");
	else if (alert && reading_kind(alert) != READING_NULL &&
		 (reading_kind(alert) != READING_NUMBER || reading_number(alert) < 1))
		pointer = (*wrong = "the number of an alert, or null", "/alert");
	else
		record_text_set(out->tool, sizeof(out->tool), tool);
	if (!pointer && reading_kind(alert) == READING_NUMBER)
		out->alert = (uint64_t)reading_number(alert);
	reading_free(doc);
	return pointer;
}

static bool is_tool(const struct api *api, const char *name)
{
	char error[SECTION_ERROR_MAX];
	struct tools tools = { .count = 0 };
	bool found;

	if (!conf_hands_over(api->conf) || tools_parse(api->conf->tools, &tools, error))
		return false;
	found = tools_find(&tools, name) != NULL;
	tools_free(&tools);
	return found;
}

void runs_order(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct tool_run run = { .state = RUN_QUEUED, .exit_status = -1 };
	struct store_service row;
	const char *wrong, *pointer;
	struct store *store;
	struct query none;
	int rc;

	if (!api_read_query(request, 0, &none, answer) ||
	    !read_service(request, &run.service, answer) || !(store = api_store(api, answer)))
		return;
	pointer = read_order(request->body, request->body_len, &run, &wrong);
	if (!pointer && !is_tool(api, run.tool))
		pointer = (wrong = "there is no such tool in the configuration", "/tool");
	if (pointer) {
		http_answer_wrong(answer, wrong, pointer);
		return;
	}
	rc = store_get_service(store, &run.service, &row);
	if (rc <= 0) {
		http_answer_problem(answer, rc ? 503 : 404,
				    rc ? "the store cannot be read" : "there is no such service",
				    NULL);
		return;
	}
	run.made_us = mono_wall();
	run.id = (uint64_t)run.made_us;
	if (run.id <= api->last_run)
		run.id = api->last_run + 1;
	memcpy(run.by, request->who->name, sizeof(run.by));
	if (!send_run(api, &run, answer))
		return;
	api->last_run = run.id;
	answer_doc(answer, run_doc(&run), 202);
}

void runs_cancel(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct tool_run run;

	if (!find_run(arg, request, &run, answer))
		return;
	if (run_is_over(run.state)) {
		http_answer_problem(answer, 409, "it has ended", NULL);
		return;
	}
	run.state = RUN_CANCELLED;
	memcpy(run.by, request->who->name, sizeof(run.by));
	if (send_run(arg, &run, answer))
		answer_doc(answer, run_doc(&run), 202);
}
