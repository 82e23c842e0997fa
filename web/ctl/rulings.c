/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: shown, checked, tried, explained, loaded anew.
 */
#include "web/ctl/commands.h"
#include "web/ctl/naming.h"
#include "web/ctl/remote.h"
#include "web/ctl/table.h"

#include <stdlib.h>
#include <string.h>

static const struct table_column rule_columns[] = {
	{ "file", "FILE", 40 },	   { "line", "LINE", 0 },     { "findings", "FINDINGS", 0 },
	{ "alerts", "ALERTS", 0 }, { "silent", "SILENT", 0 }, { "rule", "RULE", 0 },
	{ NULL, NULL, 0 }
};
static const struct table_column step_columns[] = {
	{ "file", "FILE", 40 },	      { "line", "LINE", 0 }, { "decides", "DECIDES", 0 },
	{ "why_not", "WHY NOT", 60 }, { "rule", "RULE", 0 }, { NULL, NULL, 0 }
};
static const struct table_column example_columns[] = {
	{ "change", "CHANGE", 0 }, { "then", "THEN", 0 }, { "now", "NOW", 0 },
	{ "file", "FILE", 40 },	   { "line", "LINE", 0 }, { NULL, NULL, 0 }
};
static const struct table_column finding_columns[] = {
	{ "time", "TIME", 19 },	  { "event", "EVENT", 11 }, { "ip", "HOST", 39 },
	{ "proto", "PROTO", 5 },  { "port", "PORT", 5 },    { "app", "APP", 12 },
	{ "state", "STATE", 10 }, { NULL, NULL, 0 }
};

/* A list of rules: its first column, FILE, is shown where one stands in a file of its own. */
static void print_rules(const struct remote *r, const struct reading *list,
			const struct table_column *columns)
{
	const struct reading *row;
	size_t i, named = 0;

	for (i = 0; (row = reading_item(list, i)); i++)
		named += reading_child(row, "file") != NULL;
	table_print(list, named ? columns : columns + 1, true, r->colour);
}

static long long number_of(const struct reading *object, const char *key)
{
	return (long long)reading_number(reading_child(object, key));
}

static int show(struct remote *r)
{
	struct reading *rules;
	int rc = remote_get(r, "/api/v1/rules", &rules);
	const char *text, *error;

	if (rc)
		return rc;
	text = reading_text(reading_child(rules, "text"));
	error = reading_text(reading_child(rules, "error"));
	if (!r->json && text)
		fputs(text, stdout);
	if (error)
		fprintf(stderr, "flowctl: the file is wrong: %s\n", error);
	reading_free(rules);
	return error ? REMOTE_BAD : REMOTE_GOOD;
}

/* Sends a file of rules. */
static int post_file(struct remote *r, const char *file, const char *path, struct reading **out)
{
	struct remote_body body = { .type = "text/plain" };
	char *text = remote_file(file, &body.len);
	int rc;

	if (!text)
		return REMOTE_USAGE;
	body.text = text;
	rc = remote_post(r, path, &body, out);
	free(text);
	return rc;
}

/* What is right and of no use, each as a compiler says it. */
static void print_warnings(const char *file, const struct reading *warnings)
{
	const struct reading *row;
	const char *part, *detail;
	size_t i;

	for (i = 0; (row = reading_item(warnings, i)); i++) {
		part = reading_text(reading_child(row, "file"));
		detail = reading_text(reading_child(row, "detail"));
		table_safe(stdout, part ? part : file);
		printf(":%lld:%lld: warning: ", number_of(row, "line"), number_of(row, "column"));
		table_safe(stdout, detail ? detail : "");
		putchar('\n');
	}
}

static int check(struct remote *r, const char *file)
{
	struct reading *answer;
	int rc = post_file(r, file, "/api/v1/rules/check", &answer);

	if (rc)
		return rc;
	if (!r->json) {
		print_warnings(file, reading_child(answer, "warnings"));
		puts("the rules are right");
	}
	reading_free(answer);
	return REMOTE_GOOD;
}

static void print_trial(const struct remote *r, const struct reading *trial)
{
	const struct reading *then = reading_child(trial, "then"),
			     *now = reading_child(trial, "now");
	const struct reading *changes = reading_child(trial, "changes"), *example;
	size_t i;

	printf("%lld findings; alerts then %lld, now %lld: %lld added, %lld silenced, %lld raised, "
	       "%lld lowered\n\n",
	       number_of(trial, "findings"), number_of(then, "alerts"), number_of(now, "alerts"),
	       number_of(changes, "added"), number_of(changes, "silenced"),
	       number_of(changes, "raised"), number_of(changes, "lowered"));
	print_rules(r, reading_child(trial, "rules"), rule_columns);
	if (number_of(trial, "unprobed"))
		printf("\n%lld findings rest on probes that these rules forbid\n",
		       number_of(trial, "unprobed"));
	for (i = 0; (example = reading_item(reading_child(trial, "examples"), i)); i++) {
		if (!i)
			puts("\nfor example");
		table_card(example, example_columns, r->colour);
		table_row(reading_child(example, "finding"), finding_columns, r->colour);
	}
}

static int test(struct remote *r, const struct command_line *line)
{
	const char *since = "30d";
	struct reading *trial;
	char *path, *word;
	int rc;

	if (line->argc == 4 && !strcmp(line->argv[2], "--since"))
		since = line->argv[3];
	else if (line->argc != 2)
		return remote_usage("expected FILE and --since TIME at most", "rules test");
	word = remote_encode(since);
	rc = word ? asprintf(&path, "/api/v1/rules/test?since=%s", word) : -1;
	free(word);
	if (rc < 0)
		return REMOTE_REFUSED;
	rc = post_file(r, line->argv[1], path, &trial);
	free(path);
	if (rc)
		return rc;
	if (!r->json)
		print_trial(r, trial);
	reading_free(trial);
	return REMOTE_GOOD;
}

static int explain(struct remote *r, const char *service)
{
	char *word = naming_encode(service), *path;
	char buffer[TABLE_WORD_MAX];
	struct reading *answer;
	int rc = word ? asprintf(&path, "/api/v1/rules/explain?service=%s", word) : -1;

	free(word);
	if (rc < 0)
		return REMOTE_REFUSED;
	rc = remote_get(r, path, &answer);
	free(path);
	if (rc)
		return rc;
	if (!r->json) {
		table_row(reading_child(answer, "finding"), finding_columns, r->colour);
		printf("level %s", table_word(reading_child(answer, "level"), buffer));
		printf(", when it was judged %s\n\n",
		       table_word(reading_child(answer, "alerted"), buffer));
		print_rules(r, reading_child(answer, "steps"), step_columns);
	}
	reading_free(answer);
	return REMOTE_GOOD;
}

static int reload(struct remote *r)
{
	struct reading *answer;
	int rc = remote_post(r, "/api/v1/rules/reload", NULL, &answer);

	if (rc)
		return rc;
	if (!r->json)
		puts("the rules are in force");
	reading_free(answer);
	return REMOTE_GOOD;
}

int rulings_run(struct remote *r, const struct command_line *line)
{
	const char *what = line->argc ? line->argv[0] : "show";

	if (!strcmp(what, "show") && line->argc <= 1)
		return show(r);
	if (!strcmp(what, "check") && line->argc == 2)
		return check(r, line->argv[1]);
	if (!strcmp(what, "test"))
		return test(r, line);
	if (!strcmp(what, "explain") && line->argc == 2)
		return explain(r, line->argv[1]);
	if (!strcmp(what, "reload") && line->argc == 1)
		return reload(r);
	return remote_usage("expected show, check FILE, test FILE, explain SERVICE or reload",
			    "rules");
}
