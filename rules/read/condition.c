/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read/condition.h"

#include "base/err.h"
#include "rules/read/values.h"

#include <stdlib.h>

#define DEPTH_MAX 8 /* parentheses in one another */

static bool takes_not(const struct reader *p)
{
	return lex_is(&p->token, "not");
}

/* "peer country", "peer as": the token is what follows "peer". */
static int refine(struct reader *p, enum word_condition *c)
{
	if (*c != WORD_PEER)
		return 0;
	if (lex_is(&p->token, "country"))
		*c = WORD_COUNTRY;
	else if (lex_is(&p->token, "as"))
		*c = WORD_AS;
	return *c == WORD_PEER ? 0 : reader_step(p);
}

/* "not" behind the word of a condition. */
static int read_not(struct reader *p, bool *negated)
{
	if (!takes_not(p))
		return 0;
	if (*negated)
		return reader_fail(p, &p->token, ERR_SYNTAX, "one 'not' is enough");
	*negated = true;
	return reader_step(p);
}

/* The word of a condition, with or without "not" on either side; leaves the token behind it. */
static int read_word(struct reader *p, enum word_condition *out, bool *negated)
{
	int rc, c;

	if (p->token.kind != LEX_WORD)
		return reader_fail(p, &p->token, ERR_SYNTAX,
				   *negated ? "'not' wants a condition"
					    : "a condition is wanted here");
	c = word_condition_parse(&p->token, p->error);
	if (c < 0)
		return c;
	*out = c;
	if ((rc = reader_step(p)) || (rc = refine(p, out)))
		return rc;
	if (word_condition_form(*out) == WORD_ALONE || word_condition_form(*out) == WORD_COMPARED)
		return 0;
	rc = read_not(p, negated);
	return rc ? rc : refine(p, out);
}

/* May the condition, whose word stood at `word`, be added? */
static int check(struct reader *p, const struct clause *clause, enum word_condition c,
		 const struct lex_token *word)
{
	if (clause->has >> c & 1)
		return fault_at(p->error, word, ERR_SYNTAX,
				"%s is there twice; several values are written { a b }",
				word_condition_text(c));
	if (p->early && !word_is_known_early(c))
		return fault_at(p->error, word, ERR_SYNTAX,
				"%s is not known before a probe; noprobe takes host, port, proto",
				word_condition_text(c));
	return 0;
}

/* Digits, and where a time is wanted its unit. */
static int read_amount(struct reader *p, bool time, uint32_t *out)
{
	const struct lex_token *t = &p->token;
	uint64_t n = 0, unit = 1;
	size_t i;

	for (i = 0; i < t->len && t->text[i] >= '0' && t->text[i] <= '9' && n <= UINT32_MAX; i++)
		n = n * 10 + (uint64_t)(t->text[i] - '0');
	if (time && t->kind == LEX_WORD && i && i + 1 == t->len) {
		unit = t->text[i] == 'm'   ? 60
		       : t->text[i] == 'h' ? 3600
		       : t->text[i] == 'd' ? 86400
					   : 0;
		i++;
	} else if (time) {
		unit = 0;
	}
	if (t->kind != LEX_WORD || !i || i != t->len || !unit)
		return reader_fail(p, t, ERR_SYNTAX,
				   time ? "a time is wanted here: 30m, 12h, 14d"
					: "a number is wanted here");
	if (n * unit > UINT32_MAX)
		return reader_fail(p, t, ERR_RANGE, "the number is too large");
	*out = (uint32_t)(n * unit);
	return reader_step(p);
}

/* "> 10", "< 14d" */
static int read_comparison(struct reader *p, struct clause *clause, enum word_condition c)
{
	bool less = lex_is(&p->token, "<");
	int rc;

	if (!less && !lex_is(&p->token, ">"))
		return fault_at(p->error, &p->token, ERR_SYNTAX,
				"%s wants '<' or '>', blanks around it, and a number",
				word_condition_text(c));
	clause->less |= (uint32_t)less << c;
	if ((rc = reader_step(p)))
		return rc;
	return read_amount(p, c == WORD_EXPIRES, &clause->masks[c]);
}

static int read_condition(struct reader *p, struct clause *clause, bool negated)
{
	struct lex_token word = p->token;
	enum word_condition c = WORD_EVENT;
	struct values_target to;
	int rc = read_word(p, &c, &negated);

	if (rc || (rc = check(p, clause, c, &word)))
		return rc;
	clause->has |= UINT32_C(1) << c;
	clause->negated |= (uint32_t)negated << c;
	if (word_condition_form(c) == WORD_ALONE)
		return 0;
	if (word_condition_form(c) == WORD_COMPARED)
		return read_comparison(p, clause, c);
	to = (struct values_target){ .condition = c, .mask = &clause->masks[c] };
	if (word_condition_form(c) == WORD_SET) {
		clause->sets[c] = to.set = set_new(word_condition_kind(c));
		if (!to.set)
			return reader_no_memory(p, &word);
	}
	return values_read(p, &to);
}

/* Adds an empty clause to those one may choose from. */
static struct clause *add_clause(struct clause_choice *choice)
{
	struct clause *grown = realloc(choice->clauses, (choice->count + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	choice->clauses = grown;
	memset(&grown[choice->count], 0, sizeof(*grown));
	return &grown[choice->count++];
}

static struct clause_choice *add_choice(struct clause *clause, bool negated)
{
	size_t n = clause->choice_count;
	struct clause_choice *grown = realloc(clause->choices, (n + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	clause->choices = grown;
	grown[clause->choice_count++] = (struct clause_choice){ .negated = negated };
	return &grown[n];
}

/* "( a or b )", the token is the parenthesis. */
static int read_choice(struct reader *p, struct clause *clause, bool negated)
{
	struct lex_token left = p->token;
	struct clause_choice *choice = add_choice(clause, negated);
	int rc;

	if (!choice)
		return reader_no_memory(p, &left);
	if (++p->depth > DEPTH_MAX)
		return reader_fail(p, &left, ERR_RANGE, "too many parentheses in one another");
	if ((rc = reader_step(p)))
		return rc;
	for (;;) {
		struct clause *next = add_clause(choice);

		if (!next)
			return reader_no_memory(p, &left);
		if ((rc = condition_read_all(p, next)))
			return rc;
		if (!lex_is(&p->token, "or"))
			break;
		if ((rc = reader_step(p)))
			return rc;
	}
	if (p->token.kind != LEX_RIGHT)
		return reader_fail(p, &left, ERR_SYNTAX, "'(' is never closed");
	p->depth--;
	return reader_step(p);
}

static bool is_end(const struct reader *p)
{
	return p->token.kind == LEX_NEWLINE || p->token.kind == LEX_END ||
	       p->token.kind == LEX_RIGHT || lex_is(&p->token, "or") ||
	       (!p->depth && word_action_find(&p->token) >= 0);
}

int condition_read_all(struct reader *p, struct clause *clause)
{
	struct lex_token first = p->token, joint;
	bool negated;
	int rc;

	if (is_end(p))
		return reader_fail(p, &first, ERR_SYNTAX, "a condition is wanted here");
	while (!is_end(p)) {
		if (reader_is_statement(&p->token) && p->token.line > first.line)
			return reader_fail(p, &first, ERR_SYNTAX,
					   "parentheses are not closed before the next statement");
		negated = takes_not(p);
		if (negated && (rc = reader_step(p)))
			return rc;
		if (p->token.kind == LEX_LEFT)
			rc = read_choice(p, clause, negated);
		else
			rc = read_condition(p, clause, negated);
		if (rc)
			return rc;
		joint = p->token;
		if (!lex_is(&joint, "and"))
			continue;
		if ((rc = reader_step(p)))
			return rc;
		if (is_end(p))
			return reader_fail(p, &joint, ERR_SYNTAX, "'and' wants another condition");
	}
	return 0;
}

/* What "or" joins without parentheses becomes a choice, which is how it prints. */
int condition_read(struct reader *p, struct clause *clause)
{
	struct lex_token first = p->token;
	struct clause_choice *choice;
	struct clause *next;
	int rc;

	p->depth = 0;
	if (p->token.kind == LEX_NEWLINE || p->token.kind == LEX_END ||
	    word_action_find(&p->token) >= 0)
		return 0;
	if ((rc = condition_read_all(p, clause)) || !lex_is(&p->token, "or"))
		return rc;
	choice = calloc(1, sizeof(*choice));
	if (!choice || !(next = add_clause(choice))) {
		free(choice);
		return reader_no_memory(p, &first);
	}
	*next = *clause;
	*clause = (struct clause){ .choices = choice, .choice_count = 1 };
	while (!rc && lex_is(&p->token, "or")) {
		if (!(rc = reader_step(p)) && !(next = add_clause(choice)))
			rc = reader_no_memory(p, &first);
		if (!rc)
			rc = condition_read_all(p, next);
	}
	return rc;
}
