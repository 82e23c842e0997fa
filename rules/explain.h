/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rule decides about a finding, and why those before it do not.
 */
#ifndef RULES_EXPLAIN_H
#define RULES_EXPLAIN_H

#include "rules/rules.h"

#define EXPLAIN_WHY_MAX 160

/* A statement that was asked, in the order of the file; borrowed until the function returns. */
struct explain_step {
	uint32_t line;	  /* 0: the implied last rule */
	const char *file; /* that was included and has it; "" the text itself */
	const char *rule; /* its canonical text */
	bool decides;
	char why[EXPLAIN_WHY_MAX]; /* of the first condition that does not hold; "" it decides */
};

typedef void (*explain_fn)(void *arg, const struct explain_step *step);

/* Calls `fn` for each statement up to the one that decides, as rules_judge does. */
void explain_finding(const struct rules *rules, const struct finding *finding, explain_fn fn,
		     void *arg);

/* The same with more to go by, as rules_judge_with. */
void explain_with(const struct rules *rules, const struct finding *finding,
		  const struct rules_facts *facts, explain_fn fn, void *arg);

#endif
