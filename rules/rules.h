/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules language: read, check, print, judge. Pure: no I/O, no clock. flowd.rules(5) is its
 * manual.
 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include "base/prefix.h"
#include "base/record.h"

#include <stdio.h>

struct rules; /* a read rules file; immutable */

/* What is wrong in a rules text, and where: line and column count from 1. */
struct rules_error {
	unsigned line, column;
	char text[200];
};

/* What the rules say of a finding. */
struct rules_verdict {
	enum level level; /* LEVEL_NONE: a rule says ignore */
	uint32_t line;	  /* of the rule that decided; 0: the implied last one */
	const char *rule; /* its canonical text; borrowed until rules_free */
};

/*
 * Reads a rules text of `len` bytes. 0 and the rules, the caller's to free; ERR_SYNTAX,
 * ERR_UNKNOWN, ERR_RANGE and `error`; -ENOMEM.
 */
int rules_read(const char *text, size_t len, struct rules **out, struct rules_error *error);
void rules_free(struct rules *rules);

/* Prints the rules in canonical form, which reads back to itself. */
void rules_print(const struct rules *rules, FILE *out);

/*
 * Judges a finding: the first statement that matches decides, at the end `alert low`. Of event
 * health only statements with an `event` say anything; at the end nothing does (LEVEL_NONE).
 */
void rules_judge(const struct rules *rules, const struct finding *finding,
		 struct rules_verdict *out);

/*
 * May the service be probed? The pass of its own: false when any noprobe statement matches, and its
 * `line` (may be NULL).
 */
bool rules_may_probe(const struct rules *rules, const struct service *service, uint32_t *line);

#endif
