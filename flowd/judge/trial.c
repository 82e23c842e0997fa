/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/judge/trial.h"

#include "flowd/facts.h"
#include "flowd/judge/sequel.h"

#include <stdlib.h>

struct trial {
	const struct rules *rules;
	struct sequel *sequel;
	struct trial_counts counts;
	struct trial_rule list[TRIAL_RULES_MAX];
	size_t count;
};

const char *trial_change_text(enum trial_change change)
{
	static const char *const texts[] = {
#define TRIAL_TEXT(id, text) [id] = text,
		TRIAL_CHANGE_LIST(TRIAL_TEXT)
#undef TRIAL_TEXT
	};

	return texts[change];
}

/* An alert is made, now or later, of a finding that this rule has decided. */
static void made(void *arg, void *about, unsigned level)
{
	struct trial *t = arg;
	struct trial_rule *rule = about;

	rule->alerts++;
	t->counts.now[level]++;
}

struct trial *trial_new(const struct rules *rules, const struct conf *conf)
{
	struct trial *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->rules = rules;
	t->sequel = sequel_new(conf, made, t);
	if (t->sequel)
		return t;
	free(t);
	return NULL;
}

void trial_free(struct trial *t)
{
	if (!t)
		return;
	sequel_free(t->sequel);
	free(t);
}

static struct trial_rule *rule_of(struct trial *t, const struct rules_verdict *verdict)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		/* Lines of several files may have one number. */
		if (t->list[i].line == verdict->line && t->list[i].rule == verdict->rule)
			return &t->list[i];
	/* Those that find no place are counted with the last one, whose line is none. */
	if (t->count == TRIAL_RULES_MAX) {
		t->list[t->count - 1].rule = "others";
		t->list[t->count - 1].file = "";
		return &t->list[t->count - 1];
	}
	t->list[t->count] = (struct trial_rule){ .line = verdict->line,
						 .file = verdict->file,
						 .rule = verdict->rule };
	return &t->list[t->count++];
}

static enum trial_change change_of(unsigned then, unsigned now)
{
	if (then == now)
		return TRIAL_SAME;
	if (!then)
		return TRIAL_ADDED;
	if (!now)
		return TRIAL_SILENCED;
	return now > then ? TRIAL_RAISED : TRIAL_LOWERED;
}

int trial_take(struct trial *t, const struct store_judgement *row, struct rules_verdict *out)
{
	struct trial_counts *n = &t->counts;
	const struct rules_facts facts = facts_then(row);
	struct rules_verdict verdict;
	struct sequel_step step = { row, &verdict, facts.owner, NULL };
	struct trial_rule *rule;
	enum trial_change change;
	unsigned now;
	int rc = sequel_until(t->sequel, row->time_us);

	if (rc)
		return rc;
	rules_judge_with(t->rules, &row->finding, &facts, &verdict);
	rule = step.about = rule_of(t, &verdict);
	if ((rc = sequel_take(t->sequel, &step, &now)))
		return rc;
	rule->findings++;
	n->findings++;
	change = change_of(row->level, now);
	n->changes[change]++;
	n->unprobed +=
		*row->finding.vantage && !rules_may_probe(t->rules, &row->finding.service, NULL);
	n->first_us = n->first_us ? n->first_us : row->time_us;
	n->last_us = row->time_us;
	if (out) {
		*out = verdict;
		out->level = (enum level)now;
	}
	return change;
}

int trial_finish(struct trial *t)
{
	struct trial_counts *n = &t->counts;
	int rc = sequel_finish(t->sequel);
	uint64_t alerts = 0;
	unsigned i;

	for (i = LEVEL_NONE + 1; i < LEVEL_END; i++)
		alerts += n->now[i];
	n->now[LEVEL_NONE] = n->findings - alerts;
	n->jobs_forgotten = sequel_forgotten(t->sequel);
	return rc;
}

const struct trial_counts *trial_counts(const struct trial *t)
{
	return &t->counts;
}

/* The implied last rule comes last. */
static int order(const void *a, const void *b)
{
	const struct trial_rule *x = a, *y = b;
	uint32_t i = x->line - 1, k = y->line - 1;

	return (i > k) - (i < k);
}

const struct trial_rule *trial_rules(struct trial *t, size_t *count)
{
	for (size_t i = 0; i < t->count; i++)
		t->list[i].silent = t->list[i].findings - t->list[i].alerts;
	qsort(t->list, t->count, sizeof(t->list[0]), order);
	*count = t->count;
	return t->list;
}
