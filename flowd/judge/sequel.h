/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of alerts that rules have chosen, as core's policy and casework would have it: they
 * wait for a verdict or for the end of quiet hours, are counted with a group, are too many, or say
 * what was said a moment ago. Nothing of it is stored.
 */
#ifndef FLOWD_JUDGE_SEQUEL_H
#define FLOWD_JUDGE_SEQUEL_H

#include "rules/rules.h"
#include "store/history/judgements.h"

#define SEQUEL_SLOTS_MAX (1 << 22) /* jobs, groups, throttles and repetitions remembered */

struct conf;
struct sequel;

/* An alert is made: `arg` is what was given with the finding that it tells. */
typedef void (*sequel_fn)(void *arg, void *about, unsigned level);

/* NULL when memory is short. */
struct sequel *sequel_new(const struct conf *conf, sequel_fn fn, void *arg);
void sequel_free(struct sequel *s);

/* Something that rules have judged, and what they said. */
struct sequel_step {
	const struct store_judgement *row;
	const struct rules_verdict *verdict;
	const char *owner; /* of the asset; NULL not known */
	void *about;	   /* for the function; as long as the sequel */
};

/* Makes what has waited until then. 0 or -ENOMEM. */
int sequel_until(struct sequel *s, wall_t time);

/* Sets the level of the alert that was chosen for it, none: there is none. 0 or -ENOMEM. */
int sequel_take(struct sequel *s, const struct sequel_step *step, unsigned *chosen);

/* Nothing more will come. 0 or -ENOMEM. */
int sequel_finish(struct sequel *s);

/* What found no room to be remembered. */
uint64_t sequel_forgotten(const struct sequel *s);

#endif
