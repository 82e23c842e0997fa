/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flowd is asked to do: sweeps, tokens, approvals.
 */
#include "web/ctl/commands.h"
#include "web/ctl/naming.h"
#include "web/ctl/remote.h"
#include "web/ctl/table.h"

#include "store/report/doc.h"

#include <stdlib.h>
#include <string.h>

static const struct table_column sweep_columns[] = { { "id", "ID", 0 },
						     { "state", "STATE", 0 },
						     { "percent", "PERCENT", 0 },
						     { "found", "FOUND", 0 },
						     { "sent", "SENT", 0 },
						     { "rate_now", "RATE", 0 },
						     { "seconds_left", "LEFT/S", 0 },
						     { "ports", "PORTS", 24 },
						     { "made", "MADE", 19 },
						     { NULL, NULL, 0 } };
static const struct table_column token_columns[] = { { "id", "ID", 0 },
						     { "name", "NAME", 0 },
						     { "role", "ROLE", 0 },
						     { "created", "CREATED", 19 },
						     { "expires", "EXPIRES", 19 },
						     { NULL, NULL, 0 } };

static int show_list(struct remote *r, const char *path, const char *key,
		     const struct table_column *columns)
{
	struct reading *page;
	int rc = remote_get(r, path, &page);

	if (rc)
		return rc;
	if (!r->json && !table_print(reading_child(page, key), columns, true, r->colour))
		puts("none");
	reading_free(page);
	return REMOTE_GOOD;
}

/* Sends an object, which it frees; prints the answer's value of `key`. */
static int post_doc(struct remote *r, const char *path, struct doc *doc, const char *key)
{
	char *text = doc_text(doc), buffer[TABLE_WORD_MAX];
	const struct remote_body body = { "application/json", text, text ? strlen(text) : 0 };
	struct reading *answer;
	int rc = text ? remote_post(r, path, &body, &answer) : REMOTE_REFUSED;

	free(text);
	if (rc)
		return rc;
	if (!r->json) {
		table_safe(stdout, table_word(reading_child(answer, key), buffer));
		putchar('\n');
	}
	reading_free(answer);
	return REMOTE_GOOD;
}

/* Something done to one thing: /api/v1/THINGS/ID/WHAT. */
static int act(struct remote *r, const char *method, const char *format, const char *id)
{
	char *name = naming_encode(id), *path;
	const char *text;
	int rc = name ? asprintf(&path, format, name) : -1;

	free(name);
	if (rc < 0)
		return REMOTE_REFUSED;
	rc = remote_ask(r, method, path, NULL, &text);
	free(path);
	return rc;
}

int wishes_sweep(struct remote *r, const struct command_line *line)
{
	static const char *const orders[][2] = { { "pause", "/api/v1/sweeps/%s/pause" },
						 { "resume", "/api/v1/sweeps/%s/resume" },
						 { "cancel", "/api/v1/sweeps/%s/cancel" } };
	struct doc *order, *prefixes;
	size_t i;
	int n;

	if (!line->argc || !strcmp(line->argv[0], "list"))
		return show_list(r, "/api/v1/sweeps", "sweeps", sweep_columns);
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (!strcmp(line->argv[0], orders[i][0]))
			return line->argc == 2 ? act(r, "POST", orders[i][1], line->argv[1])
					       : remote_usage("expected an ID", line->argv[0]);
	order = doc_new();
	prefixes = doc_new_list();
	for (n = 0; n < line->argc; n++) {
		if (!strncmp(line->argv[n], "ports=", 6))
			doc_set_word(order, "ports", line->argv[n] + 6);
		else if (!strncmp(line->argv[n], "rate=", 5))
			doc_set_number(order, "rate", strtoull(line->argv[n] + 5, NULL, 10));
		else
			doc_add_text(prefixes, line->argv[n], strlen(line->argv[n]));
	}
	doc_set_child(order, "prefixes", prefixes);
	return post_doc(r, "/api/v1/sweeps", order, "id");
}

int wishes_token(struct remote *r, const struct command_line *line)
{
	struct doc *wish;

	if (!line->argc || !strcmp(line->argv[0], "list"))
		return show_list(r, "/api/v1/tokens", "tokens", token_columns);
	if (!strcmp(line->argv[0], "revoke") && line->argc == 2)
		return act(r, "DELETE", "/api/v1/tokens/%s", line->argv[1]);
	if (strcmp(line->argv[0], "make") != 0 || line->argc < 3 || line->argc > 4)
		return remote_usage("expected list, make NAME ROLE [DAYS] or revoke ID", "token");
	wish = doc_new();
	doc_set_text(wish, "name", line->argv[1], strlen(line->argv[1]));
	doc_set_text(wish, "role", line->argv[2], strlen(line->argv[2]));
	if (line->argc == 4)
		doc_set_number(wish, "days", strtoull(line->argv[3], NULL, 10));
	return post_doc(r, "/api/v1/tokens", wish, "token");
}

static void add_service(struct doc *services, const char *text)
{
	char *id = naming_service(text);

	if (id)
		doc_add_text(services, id, strlen(id));
	free(id);
}

/* What is meant to be exposed: services, or those that a filter picks, and owner, reason, ticket,
 * days of all of them. */
int wishes_approve(struct remote *r, const struct command_line *line)
{
	static const char *const names[] = { "owner", "reason", "ticket", "filter" };
	struct doc *wish = doc_new(), *services = doc_new_list();
	const char *equals;
	bool picks = false;
	int n, given = 0;
	size_t i;

	for (n = 0; n < line->argc; n++) {
		picks |= !strncmp(line->argv[n], "filter=", 7);
		if (!strncmp(line->argv[n], "days=", 5)) {
			doc_set_number(wish, "days", strtoull(line->argv[n] + 5, NULL, 10));
			continue;
		}
		equals = strchr(line->argv[n], '=');
		for (i = 0; equals && i < sizeof(names) / sizeof(names[0]); i++)
			if (strlen(names[i]) == (size_t)(equals - line->argv[n]) &&
			    !strncmp(names[i], line->argv[n], strlen(names[i])))
				break;
		if (equals && i == sizeof(names) / sizeof(names[0]))
			break;
		if (equals)
			doc_set_text(wish, names[i], equals + 1, strlen(equals + 1));
		else
			add_service(services, line->argv[n]);
		given += !equals;
	}
	if (given)
		doc_set_child(wish, "services", services);
	else
		doc_free(services);
	if (n == line->argc && (given != 0) != picks)
		return post_doc(r, "/api/v1/baseline", wish, "entries");
	doc_free(wish);
	return remote_usage(
		"expected SERVICE ... or filter=EXPRESSION, and owner=, reason=, ticket=, days=",
		"approve");
}

static const struct table_column baseline_columns[] = {
	{ "ip", "HOST", 39 },	    { "proto", "PROTO", 5 },	  { "port", "PORT", 5 },
	{ "state", "STATE", 7 },    { "app", "APP", 12 },	  { "owner", "OWNER", 16 },
	{ "ticket", "TICKET", 12 }, { "expires", "EXPIRES", 10 }, { "reason", "REASON", 0 },
	{ NULL, NULL, 0 }
};
static const struct table_column learning_card[] = { { "learning", "learning", 0 },
						     { "until", "until", 0 },
						     { "accepted", "accepted", 0 },
						     { NULL, NULL, 0 } };

/* What a file is by its first bytes; csv where they say nothing. */
static const char *format_of(const char *text, size_t len)
{
	while (len && (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t')) {
		text++;
		len--;
	}
	return !len || !strchr("<[{", *text) ? "csv"
	       : *text == '<'		     ? "nmap"
	       : *text == '['		     ? "masscan"
					     : "export";
}

static int import(struct remote *r, const char *file, const char *format)
{
	struct remote_body body = { .type = "application/octet-stream" };
	char *text = remote_file(file, &body.len), *path = NULL;
	struct reading *answer;
	int rc = REMOTE_REFUSED;

	if (!text)
		return REMOTE_USAGE;
	body.text = text;
	if (asprintf(&path, "/api/v1/baseline/import?format=%s",
		     format ? format : format_of(text, body.len)) > 0)
		rc = remote_post(r, path, &body, &answer);
	free(path);
	free(text);
	if (rc)
		return rc;
	if (!r->json)
		printf("%lld entries\n",
		       (long long)reading_number(reading_child(answer, "entries")));
	reading_free(answer);
	return REMOTE_GOOD;
}

static int show_learning(struct remote *r)
{
	struct reading *answer;
	int rc = remote_get(r, "/api/v1/learning", &answer);

	if (rc)
		return rc;
	if (!r->json)
		table_card(answer, learning_card, r->colour);
	reading_free(answer);
	return REMOTE_GOOD;
}

/* What may be there: entries, and the window in which a border is learnt. */
int wishes_baseline(struct remote *r, const struct command_line *line)
{
	const char *word = line->argc ? line->argv[0] : "list";
	struct doc *wish;
	char *path;
	int rc;

	if (!strcmp(word, "list")) {
		path = remote_path("/api/v1/baseline", line->argv + (line->argc > 0));
		rc = path ? show_list(r, path, "baseline", baseline_columns) : REMOTE_USAGE;
		free(path);
		return rc;
	}
	if (!strcmp(word, "import") && line->argc >= 2 && line->argc <= 3)
		return import(r, line->argv[1], line->argv[2]);
	if (!strcmp(word, "remove") && line->argc == 2)
		return act(r, "DELETE", "/api/v1/baseline/%s", line->argv[1]);
	if (!strcmp(word, "learning") && line->argc == 1)
		return show_learning(r);
	if (!strcmp(word, "accept") && line->argc == 1) {
		wish = doc_new();
		doc_set_bool(wish, "accept", true);
		return post_doc(r, "/api/v1/learning", wish, "accepted");
	}
	if (!strcmp(word, "learn") && line->argc <= 2) {
		wish = doc_new();
		if (line->argc == 2)
			doc_set_number(wish, "days", strtoull(line->argv[1], NULL, 10));
		else
			doc_set_null(wish, "days");
		return post_doc(r, "/api/v1/learning", wish, "until");
	}
	return remote_usage("expected list, import FILE [FORMAT], remove SERVICE, learning, "
			    "accept or learn [DAYS]",
			    word);
}

static const struct table_column asset_columns[] = {
	{ "address", "NETWORK", 0 }, { "port", "PORT", 0 },
	{ "name", "NAME", 0 },	     { "owner", "OWNER", 0 },
	{ "zone", "ZONE", 0 },	     { "tags", "TAGS", 0 },
	{ "outside", "OUTSIDE", 0 }, { "probe", "PROBE", 0 },
	{ "source", "SOURCE", 0 },   { NULL, NULL, 0 }
};

/* Whose addresses are: a page, or what somebody says of a network. */
int wishes_assets(struct remote *r, const struct command_line *line)
{
	bool removes = line->argc && !strcmp(line->argv[0], "remove");
	struct doc *wish;
	char *path, name[16];
	int n, rc;

	if (!removes && (!line->argc || strcmp(line->argv[0], "set") != 0)) {
		path = remote_path("/api/v1/assets", line->argv);
		rc = path ? show_list(r, path, "assets", asset_columns) : REMOTE_USAGE;
		free(path);
		return rc;
	}
	if (line->argc < 2)
		return remote_usage("expected a network, and name=, owner=, tags=, ...", "assets");
	wish = doc_new();
	doc_set_text(wish, "address", line->argv[1], strlen(line->argv[1]));
	if (removes)
		doc_set_bool(wish, "remove", true);
	for (n = 2; n < line->argc; n++) {
		size_t len = strcspn(line->argv[n], "=");

		if (!line->argv[n][len] || len >= sizeof(name)) {
			doc_free(wish);
			return remote_usage("expected NAME=VALUE", line->argv[n]);
		}
		memcpy(name, line->argv[n], len);
		name[len] = 0;
		doc_set_text(wish, name, line->argv[n] + len + 1, strlen(line->argv[n] + len + 1));
	}
	return post_doc(r, "/api/v1/assets", wish, "address");
}
