/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/judge/trial.h"

#include "flowd/facts.h"

#include <errno.h>
#include <stdlib.h>

/* A job that made an alert makes another one of a higher level only. */
struct job_level {
	uint64_t job; /* 0: the place is free */
	uint8_t level;
};

struct trial {
	const struct rules *rules;
	struct trial_counts counts;
	struct trial_rule list[TRIAL_RULES_MAX];
	size_t count;
	struct job_level *jobs; /* open addressing; a power of two */
	size_t room, used;
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

struct trial *trial_new(const struct rules *rules)
{
	struct trial *t = calloc(1, sizeof(*t));

	if (t)
		t->rules = rules;
	return t;
}

void trial_free(struct trial *t)
{
	if (!t)
		return;
	free(t->jobs);
	free(t);
}

/* Ids are given one after the other: multiplied, neighbours lie apart. */
static struct job_level *find_job(struct job_level *jobs, size_t room, uint64_t job)
{
	size_t i = (size_t)(job * 0x9e3779b97f4a7c15ULL) & (room - 1);

	while (jobs[i].job && jobs[i].job != job)
		i = (i + 1) & (room - 1);
	return &jobs[i];
}

static int grow(struct trial *t)
{
	size_t room = t->room ? t->room * 2 : 1024, i;
	struct job_level *jobs = calloc(room, sizeof(*jobs));

	if (!jobs)
		return -ENOMEM;
	for (i = 0; i < t->room; i++)
		if (t->jobs[i].job)
			*find_job(jobs, room, t->jobs[i].job) = t->jobs[i];
	free(t->jobs);
	t->jobs = jobs;
	t->room = room;
	return 0;
}

/* The level that a job's alerts have reached; NULL: it is about none, or none can be remembered. */
static int level_of(struct trial *t, uint64_t job, struct job_level **out)
{
	int rc;

	*out = NULL;
	if (!job)
		return 0;
	if (t->used >= TRIAL_JOBS_MAX) {
		*out = find_job(t->jobs, t->room, job);
		if (!(*out)->job) {
			*out = NULL;
			t->counts.jobs_forgotten++;
		}
		return 0;
	}
	if (t->used * 2 >= t->room && (rc = grow(t)))
		return rc;
	*out = find_job(t->jobs, t->room, job);
	t->used += !(*out)->job;
	(*out)->job = job;
	return 0;
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
	struct job_level *job;
	struct trial_rule *rule;
	enum trial_change change;
	unsigned now = LEVEL_NONE;
	int rc = level_of(t, row->job, &job);

	if (rc)
		return rc;
	rules_judge_with(t->rules, &row->finding, &facts, &verdict);
	/* As core's tell_judge does. */
	if (verdict.level > (job ? job->level : LEVEL_NONE) &&
	    (verdict.level >= LEVEL_HIGH || !row->quiet))
		now = verdict.level;
	if (job && now)
		job->level = (uint8_t)now;
	rule = rule_of(t, &verdict);
	rule->findings++;
	rule->alerts += now != LEVEL_NONE;
	rule->silent += now == LEVEL_NONE;
	n->findings++;
	n->then[row->level < LEVEL_END ? row->level : LEVEL_NONE]++;
	n->now[now]++;
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
	qsort(t->list, t->count, sizeof(t->list[0]), order);
	*count = t->count;
	return t->list;
}
