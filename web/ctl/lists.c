/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services, alerts, events and hosts: a page of them, all of them, or those to come.
 */
#include "web/ctl/commands.h"
#include "web/ctl/remote.h"
#include "web/ctl/table.h"

#include <stdlib.h>
#include <string.h>

/* A list of the API, and how it is shown. */
struct list {
	const char *path, *key;
	const char *next; /* the parameter that asks for the page behind */
	const struct table_column *columns;
};

static const struct table_column service_columns[] = {
	{ "id", "SERVICE", 0 },	      { "state", "STATE", 0 },	     { "app", "APP", 0 },
	{ "exposure", "OPEN TO", 0 }, { "level", "LEVEL", 0 },	     { "evidence", "EVIDENCE", 0 },
	{ "peers", "PEERS", 0 },      { "first_seen", "FIRST", 19 }, { "last_seen", "LAST", 19 },
	{ "name", "NAME", 24 },	      { "owner", "OWNER", 0 },	     { NULL, NULL, 0 }
};
static const struct table_column alert_columns[] = {
	{ "number", "NUMBER", 6 },	{ "time", "TIME", 19 },
	{ "level", "LEVEL", 8 },	{ "event", "EVENT", 11 },
	{ "ip", "HOST", 39 },		{ "port", "PORT", 5 },
	{ "app", "APP", 12 },		{ "state", "STATE", 10 },
	{ "product", "PRODUCT", 32 },	{ "version", "VERSION", 16 },
	{ "asset.owner", "OWNER", 16 }, { "rule_line", "RULE", 5 },
	{ "rule_file", "FILE", 0 },	{ NULL, NULL, 0 }
};
static const struct table_column event_columns[] = {
	{ "number", "NUMBER", 0 },  { "time", "TIME", 19 },   { "event", "EVENT", 0 },
	{ "ip", "HOST", 0 },	    { "proto", "PROTO", 0 },  { "port", "PORT", 0 },
	{ "app", "APP", 0 },	    { "state", "STATE", 0 },  { "what", "WHAT", 0 },
	{ "before", "BEFORE", 40 }, { "after", "AFTER", 40 }, { NULL, NULL, 0 }
};
static const struct table_column host_columns[] = {
	{ "ip", "HOST", 0 },	       { "proto", "PROTO", 0 },	    { "ports", "PORTS", 0 },
	{ "first_seen", "FIRST", 19 }, { "last_seen", "LAST", 19 }, { NULL, NULL, 0 }
};
/* As it is imported again. */
static const struct table_column baseline_columns[] = {
	{ "ip", "HOST", 0 },	   { "proto", "PROTO", 0 },
	{ "port", "PORT", 0 },	   { "app", "APP", 0 },
	{ "owner", "OWNER", 0 },   { "reason", "REASON", 0 },
	{ "ticket", "TICKET", 0 }, { "expires", "EXPIRES", 0 },
	{ "host_key", "KEY", 0 },  { "certificate", "CERTIFICATE", 0 },
	{ NULL, NULL, 0 }
};
static const struct list lists[] = {
	{ "/api/v1/services", "services", "cursor", service_columns },
	{ "/api/v1/alerts", "alerts", "before", alert_columns },
	{ "/api/v1/events", "events", "before", event_columns },
	{ "/api/v1/baseline", "baseline", "cursor", baseline_columns },
	{ "/api/v1/hosts", "hosts", "cursor", host_columns },
};

enum { SERVICES, ALERTS, EVENTS, BASELINE, HOSTS, LISTS };

/* Where the page behind this one begins; NULL: this was the last. */
static const struct reading *next_of(const struct reading *page)
{
	const struct reading *next = page ? reading_child(page, "next") : NULL;
	enum reading_kind kind = next ? reading_kind(next) : READING_NOTHING;

	return kind == READING_TEXT || kind == READING_NUMBER ? next : NULL;
}

static int show(struct remote *r, const struct list *list, char **words)
{
	char *path = remote_path(list->path, words);
	struct reading *page;
	int rc;

	if (!path)
		return REMOTE_USAGE;
	rc = remote_get(r, path, &page);
	free(path);
	if (rc)
		return rc;
	if (!r->json &&
	    !table_print(reading_child(page, list->key), list->columns, true, r->colour))
		puts("none");
	if (!r->json && next_of(page))
		puts("... and more: limit=1000, or flowctl export");
	reading_free(page);
	return REMOTE_GOOD;
}

int lists_services(struct remote *r, const struct command_line *line)
{
	return show(r, &lists[SERVICES], line->argv);
}

int lists_events(struct remote *r, const struct command_line *line)
{
	return show(r, &lists[EVENTS], line->argv);
}

int lists_hosts(struct remote *r, const struct command_line *line)
{
	return show(r, &lists[HOSTS], line->argv);
}

/* ---- those to come ---- */

static bool on_event(void *arg, const char *kind, const char *data)
{
	const struct remote *r = arg;
	struct reading *row;

	if (strcmp(kind, "alert") != 0)
		return true;
	if (r->json)
		return printf("%s\n", data) > 0 && !fflush(stdout);
	row = reading_new(data, strlen(data));
	if (row)
		table_row(row, alert_columns, r->colour);
	reading_free(row);
	return !ferror(stdout);
}

int lists_alerts(struct remote *r, const struct command_line *line)
{
	if (line->argc && !strcmp(line->argv[0], "--follow")) {
		if (line->argc > 1)
			return remote_usage("--follow stands alone", NULL);
		return remote_follow(r, on_event, r);
	}
	return show(r, &lists[ALERTS], line->argv);
}

/* ---- all of them ---- */

/* The end of the value that begins here: objects and texts are passed over as a whole. */
static const char *skip_value(const char *at)
{
	bool text = false;
	int depth = 0;

	for (; *at; at++) {
		if (text) {
			if (*at == '\\' && at[1])
				at++;
			else if (*at == '"')
				text = false;
			continue;
		}
		text = *at == '"';
		depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
		if (depth < 0 || (!depth && *at == ','))
			return at;
	}
	return at;
}

static void print_csv(const struct reading *row, const struct table_column *columns)
{
	char buffer[TABLE_WORD_MAX];
	const char *word, *c;
	size_t i;

	for (i = 0; columns[i].key; i++) {
		word = table_word(reading_child(row, columns[i].key), buffer);
		word = strcmp(word, "-") != 0 ? word : "";
		fputs(i ? ",\"" : "\"", stdout);
		/* A spreadsheet takes these for the beginning of a formula. */
		if (*word && strchr("=+-@\t\r", *word))
			putchar('\'');
		for (c = word; *c; c++)
			printf(*c == '"' ? "\"\"" : "%c", *c);
		putchar('"');
	}
	fputs("\r\n", stdout);
}

/* Prints the rows as they came; how many. */
static size_t print_rows(const char *text, const struct list *list, bool csv)
{
	char start[32];
	const char *at, *end;
	struct reading *row;
	size_t rows = 0;

	snprintf(start, sizeof(start), "\"%s\":[", list->key);
	at = strstr(text, start);
	for (at = at ? at + strlen(start) : ""; *at == '{'; at = *end == ',' ? end + 1 : "") {
		end = skip_value(at);
		rows++;
		if (!csv) {
			printf("%.*s\n", (int)(end - at), at);
			continue;
		}
		row = reading_new(at, (size_t)(end - at));
		print_csv(row, list->columns);
		reading_free(row);
	}
	return rows;
}

/* The path of the page behind this one; NULL: it was the last. To be freed. */
static char *next_path(const char *text, const struct list *list)
{
	struct reading *page = reading_new(text, strlen(text));
	const struct reading *next = next_of(page);
	char buffer[TABLE_WORD_MAX], *path = NULL;

	if (next && asprintf(&path, "%s?limit=1000&%s=%s", list->path, list->next,
			     table_word(next, buffer)) < 0)
		path = NULL;
	reading_free(page);
	return path;
}

static int export(struct remote *r, const struct list *list, bool csv)
{
	const char *text;
	char *path, *next;
	size_t i;
	int rc;

	if (asprintf(&path, "%s?limit=1000", list->path) < 0)
		return REMOTE_REFUSED;
	for (i = 0; csv && list->columns[i].key; i++)
		printf("%s%s%s", i ? "," : "", list->columns[i].key,
		       list->columns[i + 1].key ? "" : "\r\n");
	for (rc = 0; path && !rc; path = next) {
		next = NULL;
		rc = remote_ask(r, "GET", path, NULL, &text);
		if (!rc) {
			print_rows(text, list, csv);
			next = next_path(text, list);
		}
		free(path);
	}
	return rc ? rc : fflush(stdout) ? REMOTE_REFUSED : REMOTE_GOOD;
}

int lists_export(struct remote *r, const struct command_line *line)
{
	bool csv = line->argc == 2 && !strcmp(line->argv[1], "--csv");
	size_t i;

	if (line->argc < 1 || line->argc > 2 || (line->argc == 2 && !csv))
		return remote_usage(
			"expected services, alerts, events or baseline, and --csv at most", NULL);
	for (i = 0; i < HOSTS; i++)
		if (!strcmp(lists[i].key, line->argv[0]))
			return export(r, &lists[i], csv);
	return remote_usage("expected services, alerts, events or baseline", line->argv[0]);
}
