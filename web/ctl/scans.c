/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services handed over to scanners and ticket systems.
 */
#include "web/ctl/commands.h"
#include "web/ctl/naming.h"
#include "web/ctl/remote.h"
#include "web/ctl/table.h"

#include "store/report/doc.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 300	/* between two looks whether it has ended */
#define UNKNOWN_MOST 20 /* looks until an order has to be in the store */

static const struct table_column run_columns[] = { { "id", "ID", 0 },
						   { "service", "SERVICE", 0 },
						   { "tool", "TOOL", 0 },
						   { "state", "STATE", 0 },
						   { "exit_status", "EXIT", 0 },
						   { "http_status", "HTTP", 0 },
						   { "duration_ms", "MS", 0 },
						   { "by", "BY", 0 },
						   { "made", "MADE", 19 },
						   { "ticket", "TICKET", 24 },
						   { "reason", "REASON", 60 },
						   { NULL, NULL, 0 } };
static const struct table_column run_card[] = { { "id", "run", 0 },
						{ "service", "service", 0 },
						{ "tool", "tool", 0 },
						{ "state", "state", 0 },
						{ "reason", "reason", 0 },
						{ "by", "by", 0 },
						{ "alert", "alert", 0 },
						{ "made", "made", 0 },
						{ "duration_ms", "took/ms", 0 },
						{ "exit_status", "exit status", 0 },
						{ "signal", "signal", 0 },
						{ "http_status", "http status", 0 },
						{ "ticket", "ticket", 0 },
						{ "link", "link", 0 },
						{ NULL, NULL, 0 } };
static const struct table_column tool_columns[] = { { "name", "TOOL", 0 },
						    { "kind", "KIND", 0 },
						    { "timeout_s", "TIMEOUT/S", 0 },
						    { "title", "TITLE", 80 },
						    { NULL, NULL, 0 } };

/* A format with one %s for an id; to be freed. */
static char *path_of(const char *format, const char *id)
{
	char *name = naming_encode(id), *path;

	if (!name || asprintf(&path, format, name) < 0)
		path = NULL;
	free(name);
	return path;
}

static int show_list(struct remote *r, const char *path, const char *key,
		     const struct table_column *columns)
{
	struct reading *page;
	int rc = path ? remote_get(r, path, &page) : REMOTE_REFUSED;

	if (rc)
		return rc;
	if (!r->json && !table_print(reading_child(page, key), columns, true, r->colour))
		puts("none");
	reading_free(page);
	return REMOTE_GOOD;
}

/* Line by line: the lines are its own, what is in them a terminal takes for text. */
static void print_output(const char *text)
{
	char line[4096];
	size_t len;

	while (text && *text) {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)(len < 4095 ? len : 4095), text);
		table_safe(stdout, line);
		putchar('\n');
		text += len + (text[len] == '\n');
	}
}

static void print_run(const struct remote *r, const struct reading *run)
{
	const struct reading *argv = reading_child(run, "argv"), *word;
	size_t i;

	table_card(run, run_card, r->colour);
	for (i = 0; (word = reading_item(argv, i)); i++) {
		fputs(i ? " " : "argv: ", stdout);
		table_safe(stdout, reading_text(word) ? reading_text(word) : "");
	}
	puts(i ? "\n" : "");
	print_output(reading_text(reading_child(run, "output")));
	if (reading_kind(reading_child(run, "truncated")) == READING_TRUE)
		puts("(it said more than is kept)");
}

static const char *state_of(const struct reading *run)
{
	const char *state = reading_text(reading_child(run, "state"));

	return state ? state : "";
}

static int get_run(struct remote *r, const char *id, struct reading **out)
{
	char *path = path_of("/api/v1/handovers/%s", id);
	int rc = path ? remote_get(r, path, out) : REMOTE_REFUSED;

	free(path);
	return rc;
}

static int show(struct remote *r, const char *id)
{
	struct reading *run;
	int rc = get_run(r, id, &run);

	if (rc)
		return rc;
	if (!r->json)
		print_run(r, run);
	rc = strcmp(state_of(run), "finished") != 0 ? REMOTE_BAD : REMOTE_GOOD;
	reading_free(run);
	return rc;
}

/* The run of an id in the list of its service; NULL: it is not there yet. */
static const struct reading *find(const struct reading *page, const char *id)
{
	const struct reading *list = reading_child(page, "handovers"), *run;
	const char *text;
	size_t i;

	for (i = 0; (run = reading_item(list, i)); i++) {
		text = reading_text(reading_child(run, "id"));
		if (text && !strcmp(text, id))
			return run;
	}
	return NULL;
}

static bool is_over(const struct reading *run)
{
	return strcmp(state_of(run), "queued") != 0 && strcmp(state_of(run), "running") != 0;
}

/* Waits until it is over: it may take as long as its tool may. What web has taken core may not have
 * written down yet. */
static int wait_for(struct remote *r, const char *service, const char *id)
{
	char *path = path_of("/api/v1/services/%s/handovers", service);
	struct remote quiet = *r;
	const struct reading *run = NULL;
	struct reading *page;
	int rc = path ? 0 : REMOTE_REFUSED, unknown = 0;
	bool over = false;

	quiet.json = false;
	while (!rc && !over && unknown < UNKNOWN_MOST) {
		poll(NULL, 0, LOOK_MS);
		rc = remote_get(&quiet, path, &page);
		if (rc)
			break;
		run = find(page, id);
		over = run && is_over(run);
		unknown = run ? 0 : unknown + 1;
		reading_free(page);
	}
	free(path);
	return rc ? rc : show(r, id);
}

static int order(struct remote *r, const struct command_line *line, const char *tool)
{
	struct remote quiet = *r;
	struct doc *wish = doc_new();
	struct remote_body body = { "application/json", NULL, 0 };
	struct reading *answer;
	const char *id;
	char *text, *path = path_of("/api/v1/services/%s/handover", line->argv[0]);
	int n, rc;

	doc_set_text(wish, "tool", tool, strlen(tool));
	for (n = 1; n < line->argc; n++)
		if (!strncmp(line->argv[n], "alert=", 6))
			doc_set_number(wish, "alert", strtoull(line->argv[n] + 6, NULL, 10));
	text = doc_text(wish);
	body.text = text;
	body.len = text ? strlen(text) : 0;
	quiet.json = false;
	rc = text && path ? remote_post(&quiet, path, &body, &answer) : REMOTE_REFUSED;
	free(text);
	free(path);
	if (rc)
		return rc;
	id = reading_text(reading_child(answer, "id"));
	text = strdup(id ? id : "");
	reading_free(answer);
	rc = text ? wait_for(r, line->argv[0], text) : REMOTE_REFUSED;
	free(text);
	return rc;
}

/* The tool that is meant when nobody says which: the only one. To be freed. */
static char *only_tool(struct remote *r)
{
	struct remote quiet = *r;
	struct reading *page;
	const struct reading *list;
	const char *name = NULL;
	char *out = NULL;

	quiet.json = false;
	if (remote_get(&quiet, "/api/v1/tools", &page))
		return NULL;
	list = reading_child(page, "tools");
	if (reading_item(list, 0) && !reading_item(list, 1))
		name = reading_text(reading_child(reading_item(list, 0), "name"));
	if (name)
		out = strdup(name);
	else if (!reading_item(list, 0))
		fputs("flowctl: no tools are configured\n", stderr);
	else {
		fputs("flowctl: say which tool:\n", stderr);
		table_print(list, tool_columns, true, false);
	}
	reading_free(page);
	return out;
}

static int start(struct remote *r, const struct command_line *line)
{
	bool named = line->argc > 1 && strchr(line->argv[1], '=') == NULL;
	char *tool = named ? strdup(line->argv[1]) : only_tool(r);
	int rc = tool ? order(r, line, tool) : REMOTE_USAGE;

	free(tool);
	return rc;
}

int scans_run(struct remote *r, const struct command_line *line)
{
	const char *word = line->argc ? line->argv[0] : "", *path = "/api/v1/handovers";
	char *own = NULL;
	const char *text;
	int rc;

	if (!strcmp(word, "tools") && line->argc == 1)
		return show_list(r, "/api/v1/tools", "tools", tool_columns);
	if (!strcmp(word, "show") && line->argc == 2)
		return show(r, line->argv[1]);
	if (!strcmp(word, "cancel") && line->argc == 2) {
		own = path_of("/api/v1/handovers/%s/cancel", line->argv[1]);
		rc = own ? remote_ask(r, "POST", own, NULL, &text) : REMOTE_REFUSED;
		free(own);
		return rc;
	}
	if (!strcmp(word, "list") && line->argc <= 2) {
		if (line->argc == 2)
			path = own = path_of("/api/v1/services/%s/handovers", line->argv[1]);
		rc = show_list(r, path, "handovers", run_columns);
		free(own);
		return rc;
	}
	if (!line->argc || line->argc > 3 || !strchr(word, '-'))
		return remote_usage("expected SERVICE [TOOL], list, show ID, cancel ID or tools",
				    "scan");
	return start(r, line);
}
