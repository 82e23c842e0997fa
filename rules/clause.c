/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/clause.h"

#include "rules/item.h"
#include "rules/rules.h"

#include <stdlib.h>

_Static_assert(WORD_CONDITION_END <= 32, "conditions fit clause.has");

/* A name of `len` bytes, in whatever case. Sets of names are in lower case. */
static bool has_name(const struct set *set, const char *name, size_t len)
{
	char text[SET_TEXT_MAX];
	size_t i;

	for (i = 0; i < len && i + 1 < sizeof(text); i++)
		text[i] = item_lower(name[i]);
	text[i] = '\0';
	return i && set_has_name(set, text);
}

/* Any of the names that commas separate. */
static bool has_any(const struct set *set, const char *at, size_t size)
{
	const char *end = at + strnlen(at, size), *comma;
	size_t len;

	for (; at < end; at += len + 1) {
		comma = memchr(at, ',', (size_t)(end - at));
		len = (size_t)((comma ? comma : end) - at);
		if (has_name(set, at, len))
			return true;
	}
	return false;
}

/* Is it the asset of a group's, however deep? */
static bool has_asset(const struct set *set, const struct rules_facts *facts)
{
	size_t i;

	if (set->owner)
		return facts->owner && has_name(set->owner, facts->owner, strlen(facts->owner));
	if (set->tagged)
		return facts->tags && has_any(set->tagged, facts->tags, SIZE_MAX);
	for (i = 0; i < set->group_count; i++)
		if (set->groups[i]->set->assets && has_asset(set->groups[i]->set, facts))
			return true;
	return false;
}

static bool compares(const struct clause *clause, unsigned condition, const struct word_case *c)
{
	const struct rules_facts *facts = c->facts;
	int64_t with = clause->masks[condition], left;
	bool less = clause->less >> condition & 1;

	if (condition == WORD_EXPIRES) {
		left = (facts->not_after_us - c->now_us) / 1000000;
		return facts->not_after_us && (less ? left < with : left > with);
	}
	with *= facts->asked;
	return facts->asked && (less ? facts->answered < with : facts->answered > with);
}

static bool has_value(const struct set *set, unsigned condition, const struct word_case *c)
{
	const struct finding *f = c->finding;
	const struct rules_facts *facts = c->facts;

	switch ((enum word_condition)condition) {
	case WORD_HOST:
		return set_has_addr(set, &f->service.host) ||
		       (set->assets && has_asset(set, facts));
	case WORD_PORT:
		return set_has_number(set, f->service.port);
	case WORD_APP:
		return set_has_name(set, c->app);
	case WORD_PRODUCT:
		return *c->product && set_has_name(set, c->product);
	case WORD_VERSION:
		return *c->version && set_has_name(set, c->version);
	case WORD_VANTAGE:
		return has_any(set, f->open_from, sizeof(f->open_from));
	case WORD_PEER:
		return (set->home && f->peer_home) || set_has_addr(set, &f->peer);
	case WORD_COUNTRY:
		return *c->country && set_has_name(set, c->country);
	case WORD_AS:
		return f->peer_origin.as_number && set_has_number(set, f->peer_origin.as_number);
	case WORD_VLAN:
		return facts->vlan && set_has_number(set, facts->vlan);
	case WORD_OWNER:
		return facts->owner && has_name(set, facts->owner, strlen(facts->owner));
	case WORD_ZONE:
		return facts->zone && has_name(set, facts->zone, strlen(facts->zone));
	case WORD_TAGGED:
		return facts->tags && has_any(set, facts->tags, SIZE_MAX);
	default:
		return set_has_number(set, c->minute);
	}
}

static bool holds(const struct clause *clause, unsigned condition, const struct word_case *c)
{
	switch (word_condition_form(condition)) {
	case WORD_LISTED:
		if (condition == WORD_EVENT && clause->masks[condition] >> word_outcome_of(c) & 1)
			return true;
		return clause->masks[condition] >> word_value_of(condition, c) & 1;
	case WORD_SET:
		return has_value(clause->sets[condition], condition, c);
	case WORD_COMPARED:
		return compares(clause, condition, c);
	default:
		return condition == WORD_NOAUTH	    ? c->facts->noauth
		       : condition == WORD_WEAK_TLS ? c->facts->weak_tls
						    : c->facts->selfsigned;
	}
}

bool clause_holds(const struct clause *clause, unsigned n, const struct word_case *c)
{
	return holds(clause, n, c) != (bool)(clause->negated >> n & 1);
}

bool clause_chooses(const struct clause_choice *choice, const struct word_case *c)
{
	size_t i;

	for (i = 0; i < choice->count; i++)
		if (clause_matches(&choice->clauses[i], c))
			return !choice->negated;
	return choice->negated;
}

bool clause_matches(const struct clause *clause, const struct word_case *c)
{
	uint32_t left;
	size_t i;

	for (left = clause->has; left; left &= left - 1)
		if (!clause_holds(clause, (unsigned)__builtin_ctz(left), c))
			return false;
	for (i = 0; i < clause->choice_count; i++)
		if (!clause_chooses(&clause->choices[i], c))
			return false;
	return true;
}

static void print_mask(const struct clause *clause, unsigned condition, FILE *out)
{
	uint32_t mask = clause->masks[condition];
	bool several = mask & (mask - 1);
	const char *text;
	unsigned i;

	if (several)
		fputs("{", out);
	for (i = 0; (text = word_value_text(condition, i)); i++)
		if (mask >> i & 1)
			fprintf(out, "%s%s", several ? " " : "", text);
	if (several)
		fputs(" }", out);
}

/* "> 10", "< 14d" */
static void print_comparison(const struct clause *clause, unsigned condition, FILE *out)
{
	uint32_t n = clause->masks[condition];
	const char *unit = "";

	if (condition == WORD_EXPIRES) {
		unit = n % 3600 ? "m" : n % 86400 ? "h" : "d";
		n /= *unit == 'm' ? 60 : *unit == 'h' ? 3600 : 86400;
	}
	fprintf(out, " %c %u%s", clause->less >> condition & 1 ? '<' : '>', n, unit);
}

static int print_condition(const struct clause *clause, unsigned i, FILE *out)
{
	bool negated = clause->negated >> i & 1;
	enum word_form form = word_condition_form(i);

	if (form == WORD_ALONE || form == WORD_COMPARED) {
		fprintf(out, "%s %s", negated ? " not" : "", word_condition_text(i));
		if (form == WORD_COMPARED)
			print_comparison(clause, i, out);
		return 0;
	}
	fprintf(out, " %s%s ", word_condition_text(i), negated ? " not" : "");
	if (form == WORD_SET)
		return set_print(clause->sets[i], false, out);
	print_mask(clause, i, out);
	return 0;
}

static int print_choice(const struct clause_choice *choice, FILE *out)
{
	size_t i;
	int rc;

	fputs(choice->negated ? " not (" : " (", out);
	for (i = 0; i < choice->count; i++) {
		fputs(i ? " or" : "", out);
		if ((rc = clause_print(&choice->clauses[i], out)))
			return rc;
	}
	fputs(" )", out);
	return 0;
}

int clause_print(const struct clause *clause, FILE *out)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < WORD_CONDITION_END && !rc; i++)
		if (clause->has >> i & 1)
			rc = print_condition(clause, (unsigned)i, out);
	for (i = 0; i < clause->choice_count && !rc; i++)
		rc = print_choice(&clause->choices[i], out);
	return rc;
}

void clause_clear(struct clause *clause)
{
	size_t i, j;

	for (i = 0; i < WORD_CONDITION_END; i++)
		set_free(clause->sets[i]);
	for (i = 0; i < clause->choice_count; i++) {
		for (j = 0; j < clause->choices[i].count; j++)
			clause_clear(&clause->choices[i].clauses[j]);
		free(clause->choices[i].clauses);
	}
	free(clause->choices);
}
