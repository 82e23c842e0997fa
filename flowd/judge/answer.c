/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/judge/answer.h"

#include "flowd/facts.h"
#include "rules/explain.h"
#include "store/report/finding_doc.h"
#include "store/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL_MAX 512

static struct answer finish(unsigned status, struct doc *doc)
{
	return (struct answer){ status, doc_text(doc) };
}

struct answer answer_problem(unsigned status, const char *detail, struct doc *errors)
{
	struct doc *o = doc_new();

	doc_set_word(o, "type", "about:blank");
	doc_set_word(o, "title",
		     status == 404   ? "Not Found"
		     : status == 422 ? "Unprocessable Content"
				     : "Service Unavailable");
	doc_set_number(o, "status", status);
	doc_set_text(o, "detail", detail, DETAIL_MAX);
	if (errors)
		doc_set_child(o, "errors", errors);
	return finish(status, o);
}

void answer_note(void *lists, const struct rules_error *what, bool wrong)
{
	struct doc *o = doc_new(), **list = lists;

	doc_set_text(o, "detail", what->text, sizeof(what->text));
	doc_set_number(o, "line", what->line);
	doc_set_number(o, "column", what->column);
	if (*what->file)
		doc_set_text(o, "file", what->file, sizeof(what->file));
	doc_add(list[!wrong], o);
}

/* The canonical text; NULL when memory is short. */
static char *print(const struct rules *rules, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return NULL;
	rules_print(rules, out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

struct answer answer_check(const struct rules *rules, struct doc *warnings)
{
	struct doc *o = doc_new();
	size_t len = 0;
	char *text = print(rules, &len);

	doc_set_bool(o, "valid", true);
	doc_set_bytes(o, "canonical", (const uint8_t *)(text ? text : ""), len);
	free(text);
	doc_set_child(o, "warnings", warnings);
	return finish(200, o);
}

struct answer answer_show(const char *path, const char *text, size_t len, const char *error)
{
	struct doc *o = doc_new();

	if (*path)
		doc_set_text(o, "file", path, strlen(path));
	else
		doc_set_null(o, "file");
	doc_set_bytes(o, "text", (const uint8_t *)text, len);
	doc_set_bool(o, "valid", !error);
	if (error)
		doc_set_text(o, "error", error, strlen(error));
	else
		doc_set_null(o, "error");
	return finish(200, o);
}

/* Where a rule stands that is not in the text itself. */
static void set_file(struct doc *o, const char *file)
{
	if (*file)
		doc_set_text(o, "file", file, RULES_FILE_MAX);
}

/* ---- a trial ---- */

struct run {
	struct trial *trial;
	struct doc *examples;
	uint32_t left; /* examples that still find room */
	uint64_t then[LEVEL_END];
};

static void add_example(struct run *r, const struct store_judgement *row, enum trial_change change,
			const struct rules_verdict *now)
{
	struct event_row event = { .number = row->number,
				   .time_us = row->time_us,
				   .finding = row->finding };
	struct doc *o = doc_new(), *finding = finding_doc_event(&event);

	doc_set_word(o, "change", trial_change_text(change));
	doc_set_word(o, "then", record_level_text(row->level));
	doc_set_word(o, "now", record_level_text(now->level));
	doc_set_number(o, "line", now->line);
	set_file(o, now->file);
	doc_set_text(o, "rule", now->rule, strlen(now->rule));
	doc_set_child(o, "finding", finding);
	doc_add(r->examples, o);
}

static int take(void *arg, const struct store_judgement *row)
{
	struct run *r = arg;
	struct rules_verdict now;
	int change = trial_take(r->trial, row, &now);

	if (change <= TRIAL_SAME)
		return change;
	if (r->left) {
		r->left--;
		add_example(r, row, (enum trial_change)change, &now);
	}
	return 0;
}

/* Alerts by level, and how many findings made none. */
static struct doc *levels_doc(const uint64_t counts[LEVEL_END])
{
	struct doc *o = doc_new(), *levels = doc_new();
	uint64_t alerts = 0;
	unsigned i;

	for (i = LEVEL_NONE + 1; i < LEVEL_END; i++)
		alerts += counts[i];
	doc_set_number(o, "alerts", alerts);
	doc_set_number(o, "silent", counts[LEVEL_NONE]);
	for (i = LEVEL_NONE + 1; i < LEVEL_END; i++)
		doc_set_number(levels, record_level_text(i), counts[i]);
	doc_set_child(o, "levels", levels);
	return o;
}

static struct doc *rules_doc(struct trial *trial)
{
	struct doc *list = doc_new_list(), *o;
	const struct trial_rule *rule;
	size_t i, count;

	rule = trial_rules(trial, &count);
	for (i = 0; i < count; i++, rule++) {
		o = doc_new();
		doc_set_number(o, "line", rule->line);
		set_file(o, rule->file);
		doc_set_text(o, "rule", *rule->rule ? rule->rule : "ignore", 4096);
		doc_set_number(o, "findings", rule->findings);
		doc_set_number(o, "alerts", rule->alerts);
		doc_set_number(o, "silent", rule->silent);
		doc_add(list, o);
	}
	return list;
}

static void set_time(struct doc *o, const char *key, wall_t time)
{
	if (time)
		doc_set_time(o, key, time);
	else
		doc_set_null(o, key);
}

static struct answer test_answer(struct run *r, wall_t since)
{
	const struct trial_counts *n = trial_counts(r->trial);
	struct doc *o = doc_new(), *changes = doc_new();
	uint64_t differing = n->findings - n->changes[TRIAL_SAME];
	unsigned i;

	set_time(o, "since", since);
	set_time(o, "first", n->first_us);
	set_time(o, "last", n->last_us);
	doc_set_number(o, "findings", n->findings);
	doc_set_child(o, "then", levels_doc(r->then));
	doc_set_child(o, "now", levels_doc(n->now));
	for (i = 0; i < TRIAL_CHANGE_END; i++)
		doc_set_number(changes, trial_change_text((enum trial_change)i), n->changes[i]);
	doc_set_child(o, "changes", changes);
	doc_set_child(o, "rules", rules_doc(r->trial));
	doc_set_number(o, "unprobed", n->unprobed);
	doc_set_number(o, "jobs_forgotten", n->jobs_forgotten);
	doc_set_child(o, "examples", r->examples);
	r->examples = NULL;
	doc_set_bool(o, "more", differing > r->left && r->left == 0);
	return finish(200, o);
}

/* Alerts that were made since what was tried first. */
static int count_alert(void *arg, const struct alert *alert)
{
	struct run *r = arg;

	if (alert->time_us < trial_counts(r->trial)->first_us)
		return 1;
	r->then[alert->level < LEVEL_END ? alert->level : LEVEL_NONE]++;
	return 0;
}

static int count_then(struct store *store, struct run *r)
{
	uint64_t findings = trial_counts(r->trial)->findings, alerts = 0;
	int rc = findings ? store_walk_alerts(store, 0, count_alert, r) : 0;
	unsigned i;

	for (i = LEVEL_NONE + 1; i < LEVEL_END; i++)
		alerts += r->then[i];
	r->then[LEVEL_NONE] = findings > alerts ? findings - alerts : 0;
	return rc;
}

struct answer answer_test(struct store *store, const struct conf *conf, const struct rules *rules,
			  const struct trial_order *order)
{
	struct run r = { .trial = trial_new(rules, conf),
			 .examples = doc_new_list(),
			 .left = order->examples };
	struct answer answer = { 503, NULL };

	if (r.trial && store_walk_judgements(store, order->since_us, take, &r) >= 0 &&
	    !trial_finish(r.trial) && count_then(store, &r) >= 0)
		answer = test_answer(&r, order->since_us);
	else
		answer = answer_problem(503, "the store cannot be read", NULL);
	doc_free(r.examples);
	trial_free(r.trial);
	return answer;
}

/* ---- an explanation ---- */

static void add_step(void *arg, const struct explain_step *step)
{
	struct doc *o = doc_new();

	doc_set_number(o, "line", step->line);
	set_file(o, step->file);
	doc_set_text(o, "rule", step->rule, strlen(step->rule));
	doc_set_bool(o, "decides", step->decides);
	if (step->decides)
		doc_set_null(o, "why_not");
	else
		doc_set_text(o, "why_not", step->why, sizeof(step->why));
	doc_add(arg, o);
}

struct answer answer_explain(struct store *store, const struct rules *rules,
			     const struct service *service)
{
	struct store_service row;
	struct store_judgement last;
	struct rules_verdict verdict;
	struct rules_facts facts;
	struct event_row event;
	struct doc *o, *steps;
	uint32_t line = 0;
	int rc = store_get_service(store, service, &row);

	if (rc > 0)
		rc = store_find_judgement(store, service, row.first_us, &last);
	else if (!rc)
		return answer_problem(404, "there is no such service", NULL);
	if (rc < 0)
		return answer_problem(503, "the store cannot be read", NULL);
	if (!rc)
		return answer_problem(404, "nothing that was judged about it is kept", NULL);
	facts = facts_then(&last);
	rules_judge_with(rules, &last.finding, &facts, &verdict);
	event = (struct event_row){ .number = last.number,
				    .time_us = last.time_us,
				    .finding = last.finding };
	o = doc_new();
	steps = doc_new_list();
	doc_set_child(o, "finding", finding_doc_event(&event));
	doc_set_word(o, "level", record_level_text(verdict.level));
	doc_set_number(o, "line", verdict.line);
	set_file(o, verdict.file);
	doc_set_text(o, "rule", *verdict.rule ? verdict.rule : "ignore", 4096);
	doc_set_word(o, "alerted", record_level_text(last.level));
	doc_set_bool(o, "learning", last.quiet);
	if (rules_may_probe(rules, service, &line))
		doc_set_null(o, "noprobe_line");
	else
		doc_set_number(o, "noprobe_line", line);
	explain_with(rules, &last.finding, &facts, add_step, steps);
	doc_set_child(o, "steps", steps);
	return finish(200, o);
}
