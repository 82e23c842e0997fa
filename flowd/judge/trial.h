/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules tried on what was judged before: the alerts that they would have made, as core would have
 * made them, beside those that were made.
 */
#ifndef FLOWD_JUDGE_TRIAL_H
#define FLOWD_JUDGE_TRIAL_H

#include "rules/rules.h"
#include "store/history/judgements.h"

#define TRIAL_RULES_MAX 512 /* rules counted, the rest together */

/* How then and now differ about a finding. */
#define TRIAL_CHANGE_LIST(X)          \
	X(TRIAL_SAME, "same")         \
	X(TRIAL_ADDED, "added")       \
	X(TRIAL_SILENCED, "silenced") \
	X(TRIAL_RAISED, "raised")     \
	X(TRIAL_LOWERED, "lowered")

enum trial_change {
#define TRIAL_ENUM(id, text) id,
	TRIAL_CHANGE_LIST(TRIAL_ENUM)
#undef TRIAL_ENUM
		TRIAL_CHANGE_END
};

const char *trial_change_text(enum trial_change change);

/* What one rule would have done. */
struct trial_rule {
	uint32_t line;
	const char *file; /* that the rules include; "" the text itself; borrowed of the rules */
	const char *rule; /* likewise */
	uint64_t findings, alerts, silent;
};

struct trial_counts {
	uint64_t findings;
	uint64_t now[LEVEL_END];	    /* alerts made by their level; none: silent findings */
	uint64_t changes[TRIAL_CHANGE_END]; /* of findings */
	uint64_t unprobed; /* findings that rest on probes which these rules forbid */
	uint64_t jobs_forgotten;
	wall_t first_us, last_us; /* findings judged; 0 none */
};

struct conf;
struct trial;

/* `rules` is borrowed; `conf` says for how long groups and such hold. NULL when memory is short. */
struct trial *trial_new(const struct rules *rules, const struct conf *conf);
void trial_free(struct trial *trial);

/* What these rules would have chosen, in `out` (may be NULL). How it differs; -ENOMEM. */
int trial_take(struct trial *trial, const struct store_judgement *row, struct rules_verdict *out);

/* All was taken: makes what still waits, and counts. 0 or -ENOMEM. */
int trial_finish(struct trial *trial);

const struct trial_counts *trial_counts(const struct trial *trial);

/* The rules that matched, in the order of their lines; sets how many. */
const struct trial_rule *trial_rules(struct trial *trial, size_t *count);

#endif
