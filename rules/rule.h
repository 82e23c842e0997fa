/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One statement, compiled.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include "rules/clause.h"
#include "rules/rules.h"

struct rule {
	uint8_t verb;  /* enum word_verb, never WORD_GROUP */
	uint8_t level; /* enum level of an alert */
	uint32_t line, column;
	uint32_t file; /* in rules.files, from 1; 0 the text itself */
	struct clause clause;
	struct rules_actions *actions; /* owned; NULL none */
	uint32_t asked;		       /* bit n: action n of enum word_action is there */
	char *text;		       /* owned: canonical */
};

struct index;

/* What a rules file is made of. */
struct rules {
	struct rule *list; /* owned, in the order of the file */
	size_t count, room;
	struct set_group **groups; /* owned, in the order of the file */
	size_t group_count, group_room;
	char **files; /* owned, and the names: of what is included */
	size_t file_count, file_room;
	struct index *index; /* owned: of `list`, for rules_judge */
	void *names;	     /* the groups by name: a tree of tsearch(3) */
};

/* The case of a finding; `facts` may be NULL. */
struct word_case rule_case(const struct finding *finding, const struct rules_facts *facts);

/* It speaks of the case: every condition holds, it has not expired, and of health it names the
   event. */
bool rule_matches(const struct rule *rule, const struct word_case *c);

/* The name of the file that was included and has it; "" the text itself. */
const char *rule_file(const struct rules *rules, const struct rule *rule);

/* Makes the canonical text. 0 or -ENOMEM. */
int rule_print(struct rule *rule);
int rule_print_group(struct set_group *group);

/* The order of groups by name, for tsearch(3). */
int rule_order_groups(const void *a, const void *b);

/* Free what these own, not themselves. */
void rule_clear(struct rule *rule);
void rule_clear_group(struct set_group *group);

#endif
