/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/fault.h"

#include "base/err.h"
#include "rules/rules.h"

#include <stdarg.h>

int fault_at(struct rules_error *error, const struct lex_token *at, int rc, const char *format, ...)
{
	va_list args;

	if (!error)
		return rc;
	error->line = at->line;
	error->column = at->column;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return rc;
}

/* Longer words are typed wrong in more ways than a suggestion can mend. */
#define NEAR_MAX 32

struct fault_near fault_near_new(const struct lex_token *word)
{
	/* A suggestion further off is a guess, not a help. */
	unsigned limit = word->len < 5 ? 1 : word->len < 9 ? 2 : 3;

	return (struct fault_near){ .word = word, .distance = limit + 1 };
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Bytes to insert, drop, replace, or swap with their neighbour, to make `b` of `a`. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][NEAR_MAX + 1], *row = rows[0], *last = rows[1], *before = rows[2], *spare;
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (i = 1; i <= a_len; i++) {
		spare = before;
		before = last;
		last = row;
		row = spare;
		row[0] = (unsigned)i;
		for (j = 1; j <= b_len; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + !same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[b_len];
}

void fault_near_offer(struct fault_near *near, const char *candidate)
{
	size_t len = strlen(candidate);
	unsigned d;

	if (near->word->len > NEAR_MAX || len > NEAR_MAX)
		return;
	d = distance(near->word->text, near->word->len, candidate, len);
	/* Nothing of the word left: not a near miss, however short it is. */
	if (d >= near->distance || d >= near->word->len)
		return;
	near->distance = d;
	near->best = candidate;
}

int fault_unknown(struct rules_error *error, const char *noun, const struct fault_near *near)
{
	if (near->best)
		return fault_at(error, near->word, ERR_UNKNOWN,
				"unknown %s '%.*s', did you mean '%s'?", noun,
				FAULT_WORD(near->word), near->best);
	return fault_at(error, near->word, ERR_UNKNOWN, "unknown %s '%.*s'", noun,
			FAULT_WORD(near->word));
}
