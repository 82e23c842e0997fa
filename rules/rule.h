/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One statement, compiled: masks for what chooses from a list, sets for the rest.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include "base/record.h"
#include "rules/set.h"
#include "rules/word.h"

struct rule {
	uint8_t verb;	  /* enum word_verb, never WORD_GROUP */
	uint8_t level;	  /* enum level of an alert */
	uint16_t has;	  /* bit n: there is a condition n of enum word_condition */
	uint16_t negated; /* bit n: it is to fail */
	uint32_t line;
	uint32_t masks[WORD_CONDITION_END];   /* bit n: the n-th value */
	struct set *sets[WORD_CONDITION_END]; /* owned; NULL where a mask serves */
	char *text;			      /* owned: canonical */
};

/* What a rules file is made of. */
struct rules {
	struct rule *list; /* owned, in the order of the file */
	size_t count, room;
	struct set_group **groups; /* owned, in the order of the file */
	size_t group_count, group_room;
	void *names; /* the groups by name: a tree of tsearch(3) */
};

/* Every condition holds for the finding. */
bool rule_matches(const struct rule *rule, const struct finding *finding);

/* Does condition `n` of those it has hold, `not` included? */
bool rule_holds(const struct rule *rule, unsigned n, const struct finding *finding);

/* Makes the canonical text. 0 or -ENOMEM. */
int rule_print(struct rule *rule);
int rule_print_group(struct set_group *group);

/* The order of groups by name, for tsearch(3). */
int rule_order_groups(const void *a, const void *b);

/* Free what these own, not themselves. */
void rule_clear(struct rule *rule);
void rule_clear_group(struct set_group *group);

#endif
