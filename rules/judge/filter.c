/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/judge/filter.h"

#include "base/err.h"
#include "rules/rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A statement around it: what is said of columns is said without. */
#define BEFORE "alert low ( "
#define BEHIND " )"
#define BIT(condition) (1U << (condition))
#define BRIEF                                                                                  \
	(BIT(WORD_HOST) | BIT(WORD_PORT) | BIT(WORD_PROTO) | BIT(WORD_APP) | BIT(WORD_STATE) | \
	 BIT(WORD_EVIDENCE))
#define OF_ROW \
	(BIT(WORD_PEER) | BIT(WORD_COUNTRY) | BIT(WORD_AS) | BIT(WORD_VLAN) | BIT(WORD_TUNNEL))
/* What is said of a service's place; of what happened once it is not kept. */
#define OF_ASSETS (BIT(WORD_OWNER) | BIT(WORD_TAGGED) | BIT(WORD_ZONE))
#define OF_EVENTS (BIT(WORD_EVENT) | BIT(WORD_TIME) | BIT(WORD_DAY))

struct filter {
	struct rules *rules;
	const struct clause *clause; /* of its one statement */
	uint32_t asks;		     /* bit n: condition n stands somewhere in it */
	struct finding finding;	     /* of filter_has_brief */
	struct word_case brief;
	struct rules_facts nothing;
};

static int fail(struct rules_error *error, unsigned column, int rc, const char *text)
{
	*error = (struct rules_error){ .line = 1, .column = column };
	snprintf(error->text, sizeof(error->text), "%s", text);
	return rc;
}

/* All conditions, however deep in parentheses. */
static uint32_t asked_by(const struct clause *clause)
{
	uint32_t asks = clause->has;
	size_t i, k;

	for (i = 0; i < clause->choice_count; i++)
		for (k = 0; k < clause->choices[i].count; k++)
			asks |= asked_by(&clause->choices[i].clauses[k]);
	return asks;
}

/* Where the word stands in the expression, from 1. */
static unsigned column_of(const char *text, size_t len, const char *word)
{
	const char *at = memmem(text, len, word, strlen(word));

	return at ? (unsigned)(at - text) + 1 : 1;
}

/* What no service can be asked. 0, or ERR_UNKNOWN. */
static int check_asks(const struct filter *f, const char *text, size_t len, bool events,
		      struct rules_error *error)
{
	uint32_t wrong = events ? 0 : f->asks & OF_EVENTS;
	unsigned condition = wrong ? (unsigned)__builtin_ctz(wrong) : 0;
	const char *word = word_condition_text(condition);

	if (!wrong)
		return 0;
	fail(error, column_of(text, len, word), ERR_UNKNOWN, "");
	snprintf(error->text, sizeof(error->text), "%s: is of what happens, not of services", word);
	return ERR_UNKNOWN;
}

/* Reads the statement that it is a part of. */
static int read_statement(struct filter *f, const char *text, size_t len, struct rules_error *error)
{
	char whole[sizeof(BEFORE) + FILTER_TEXT_MAX + sizeof(BEHIND)];
	int rc, n = snprintf(whole, sizeof(whole), BEFORE "%.*s" BEHIND, (int)len, text);

	rc = rules_read(whole, (size_t)n, &f->rules, error);
	if (rc) {
		error->line = 1;
		error->column -=
			error->column >= sizeof(BEFORE) ? sizeof(BEFORE) - 1 : error->column - 1;
		if (error->column > len + 1)
			error->column = (unsigned)len + 1;
		return rc;
	}
	if (f->rules->count != 1 || f->rules->group_count || f->rules->list[0].actions ||
	    f->rules->list[0].asked)
		return fail(error, 1, ERR_SYNTAX, "conditions only");
	f->clause = &f->rules->list[0].clause;
	f->asks = asked_by(f->clause);
	return 0;
}

/* The column of what would end the statement around it; 0 nothing does. */
static unsigned stray_of(const char *text, size_t len)
{
	bool quoted = false;
	size_t i, depth = 0;

	for (i = 0; i < len; i++) {
		if (text[i] == '\n' || text[i] == '\r' || !text[i])
			return (unsigned)i + 1;
		quoted ^= text[i] == '"';
		depth += !quoted && text[i] == '(';
		if (!quoted && text[i] == ')' && !depth--)
			return (unsigned)i + 1;
	}
	return 0;
}

int filter_read(const char *text, size_t len, bool events, struct filter **out,
		struct rules_error *error)
{
	struct filter *f;
	unsigned stray;
	int rc;

	if (len >= FILTER_TEXT_MAX)
		return fail(error, FILTER_TEXT_MAX, ERR_RANGE, "the expression is too long");
	stray = stray_of(text, len);
	if (stray)
		return fail(error, stray, ERR_SYNTAX,
			    text[stray - 1] == ')' ? "')' closes nothing"
						   : "an expression is one line");
	f = calloc(1, sizeof(*f));
	if (!f)
		return fail(error, 1, -ENOMEM, err_text(-ENOMEM));
	rc = read_statement(f, text, len, error);
	if (!rc)
		rc = check_asks(f, text, len, events, error);
	if (rc) {
		filter_free(f);
		return rc;
	}
	f->brief = rule_case(&f->finding, &f->nothing);
	*out = f;
	return 0;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	rules_free(f->rules);
	free(f);
}

enum filter_depth filter_depth(const struct filter *f)
{
	return !(f->asks & ~BRIEF)			    ? FILTER_BRIEF
	       : !(f->asks & ~(BRIEF | OF_ROW | OF_ASSETS)) ? FILTER_ROW
							    : FILTER_PROBES;
}

bool filter_asks_assets(const struct filter *f)
{
	return f->asks & OF_ASSETS;
}

bool filter_has(const struct filter *f, const struct finding *finding,
		const struct rules_facts *facts)
{
	const struct word_case c = rule_case(finding, facts);

	return clause_matches(f->clause, &c);
}

static void set_brief(struct filter *f, const struct filter_brief *brief)
{
	f->finding.service = *brief->service;
	f->finding.state = brief->state;
	f->finding.evidence = brief->evidence;
	record_text_set(f->brief.app, sizeof(f->brief.app), brief->app);
}

bool filter_has_brief(struct filter *f, const struct filter_brief *brief)
{
	uint32_t left;

	set_brief(f, brief);
	if (!(f->asks & ~BRIEF))
		return clause_matches(f->clause, &f->brief);
	/* What is in parentheses may ask for more. */
	for (left = f->clause->has & BRIEF; left; left &= left - 1)
		if (!clause_holds(f->clause, (unsigned)__builtin_ctz(left), &f->brief))
			return false;
	return true;
}
