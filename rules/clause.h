/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a statement asks, compiled: conditions that must all hold, masks for what chooses from a
 * list and sets for the rest, and beside them what stands in parentheses.
 */
#ifndef RULES_CLAUSE_H
#define RULES_CLAUSE_H

#include "base/record.h"
#include "rules/set.h"
#include "rules/word.h"

struct clause_choice;

struct clause {
	uint32_t has;	  /* bit n: there is a condition n of enum word_condition */
	uint32_t negated; /* bit n: it is to fail */
	uint32_t masks[WORD_CONDITION_END];   /* bit n: the n-th value; what is compared with */
	uint32_t less;			      /* bit n: "<", not ">" */
	struct set *sets[WORD_CONDITION_END]; /* owned; NULL where a mask serves */
	struct clause_choice *choices;	      /* owned */
	size_t choice_count;
};

/* "( a or b )": one of its clauses suffices. */
struct clause_choice {
	bool negated;
	struct clause *clauses; /* owned */
	size_t count;
};

/* All of it holds. */
bool clause_matches(const struct clause *clause, const struct word_case *c);

/* Does condition `n` of those it has hold, `not` included? */
bool clause_holds(const struct clause *clause, unsigned n, const struct word_case *c);

/* Does the choice hold, `not` included? */
bool clause_chooses(const struct clause_choice *choice, const struct word_case *c);

/* Prints it, a blank before each part. 0 or -ENOMEM. */
int clause_print(const struct clause *clause, FILE *out);

/* Frees what it owns, not itself. */
void clause_clear(struct clause *clause);

#endif
