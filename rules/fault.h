/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said about a faulty rules text, and which known word was probably meant.
 */
#ifndef RULES_FAULT_H
#define RULES_FAULT_H

#include "rules/lex.h"

struct rules_error;

/* Words are cut to this many bytes in messages: FAULT_WORD for printf's "%.*s". */
#define FAULT_WORD_MAX 40
#define FAULT_WORD(token) \
	(int)((token)->len < FAULT_WORD_MAX ? (token)->len : FAULT_WORD_MAX), (token)->text

/* Writes `error` (may be NULL) and returns `rc`. */
int fault_at(struct rules_error *error, const struct lex_token *at, int rc, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The known word nearest to one that is not known. */
struct fault_near {
	const struct lex_token *word; /* borrowed */
	const char *best;	      /* borrowed from who offered it; NULL none is near */
	unsigned distance;
};

struct fault_near fault_near_new(const struct lex_token *word);

/* Offers a known word. */
void fault_near_offer(struct fault_near *near, const char *candidate);

/* "unknown NOUN 'word', did you mean 'best'?": ERR_UNKNOWN. */
int fault_unknown(struct rules_error *error, const char *noun, const struct fault_near *near);

#endif
