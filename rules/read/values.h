/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of conditions and the items of groups.
 */
#ifndef RULES_READ_VALUES_H
#define RULES_READ_VALUES_H

#include "rules/read/reader.h"

/* The items of a set go to one of these. */
struct values_target {
	enum word_condition condition; /* WORD_CONDITION_END: a group */
	struct set *set;	       /* NULL: the mask */
	uint32_t *mask;
};

/* "{ a b c }", the token is the brace. */
int values_braces(struct reader *p, const struct values_target *to);

/* The items of a file that the token names, one a line. */
int values_file(struct reader *p, const struct values_target *to);

/* No more items will come: see set_close. */
int values_close(struct reader *p, struct set *set, const struct lex_token *at);

/* A condition's value or set of values; leaves the token behind it. */
int values_read(struct reader *p, const struct values_target *to);

#endif
