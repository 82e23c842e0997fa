/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/parse.h"
#include "rules/rule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BACK 20000	   /* statements before one that are held against it */
#define LOOK_BACK_MANY 300 /* the same where several together may hide it */
#define REST_MOST 256	   /* pieces of what is left of a condition */
#define REST_LINES 6	   /* named in a note */

struct notes {
	const struct rules *rules;
	wall_t now;
	rules_note_fn fn;
	void *arg;
};

static void __attribute__((format(printf, 4, 5)))
note(const struct notes *n, uint32_t file, const uint32_t place[2], const char *format, ...)
{
	struct rules_error e = { .line = place[0], .column = place[1] };
	va_list args;

	if (file)
		snprintf(e.file, sizeof(e.file), "%s", n->rules->files[file - 1]);
	va_start(args, format);
	vsnprintf(e.text, sizeof(e.text), format, args);
	va_end(args);
	n->fn(n->arg, &e, false);
}

#define PLACE(of)                        \
	(of)->file, (const uint32_t[])   \
	{                                \
		(of)->line, (of)->column \
	}

/* ---- does one condition follow from another? ---- */

static bool has_item(const struct set *wide, const struct set *narrow, size_t i)
{
	const struct set_range *r = (const struct set_range *)narrow->all->items + i, *w;
	const struct prefix_range *p = (const struct prefix_range *)narrow->all->items + i, *v;
	size_t k;

	for (k = 0; k < wide->all->count; k++) {
		if (wide->kind == SET_PREFIXES) {
			v = (const struct prefix_range *)wide->all->items + k;
			if (addr_order(&v->low, &p->low) <= 0 &&
			    addr_order(&p->high, &v->high) <= 0)
				return true;
		} else {
			w = (const struct set_range *)wide->all->items + k;
			if (w->low <= r->low && r->high <= w->high)
				return true;
		}
	}
	return false;
}

static bool is_names(const struct set *set)
{
	return set->kind == SET_APPS || set->kind == SET_TEXTS || set->kind == SET_COUNTRIES;
}

/* A glob is in another one only if they are the same. */
static bool has_name(const struct set *wide, const char *name)
{
	const struct set_name *names = wide->all->items;
	size_t i;

	if (!strchr(name, '*'))
		return set_has_name(wide, name);
	for (i = 0; i < wide->all->count; i++)
		if (!strcmp(names[i].text, name) || !strcmp(names[i].text, "*"))
			return true;
	return false;
}

/* Whatever is in `narrow` is in `wide`, surely. */
static bool is_within(const struct set *narrow, const struct set *wide)
{
	const struct set_name *names = narrow->all->items;
	size_t i;

	if (narrow->assets || (narrow->home && !wide->home) || set_is_void(narrow))
		return false;
	if (narrow->all->count && narrow->kind != wide->kind)
		return false;
	for (i = 0; i < narrow->all->count; i++)
		if (is_names(narrow) ? !has_name(wide, names[i].text) : !has_item(wide, narrow, i))
			return false;
	return true;
}

/* Does condition `n` of `wide` hold wherever the conditions of `narrow` do, its choices apart? */
static bool follows_plainly(const struct clause *narrow, const struct clause *wide, unsigned n)
{
	bool negated = wide->negated >> n & 1;
	uint32_t a = narrow->masks[n], b = wide->masks[n];

	if (!(narrow->has >> n & 1))
		return false;
	switch (word_condition_form(n)) {
	case WORD_LISTED:
		if (narrow->negated >> n & 1)
			return negated && !(b & ~a);
		return negated ? !(a & b) : !(a & ~b);
	case WORD_SET:
		if (negated != (bool)(narrow->negated >> n & 1))
			return false;
		return negated ? is_within(wide->sets[n], narrow->sets[n])
			       : is_within(narrow->sets[n], wide->sets[n]);
	case WORD_COMPARED:
		if (negated != (bool)(narrow->negated >> n & 1) ||
		    (narrow->less ^ wide->less) >> n & 1)
			return false;
		if (negated)
			return a == b;
		return wide->less >> n & 1 ? a <= b : a >= b;
	default:
		return negated == (bool)(narrow->negated >> n & 1);
	}
}

static bool follows(const struct clause *narrow, const struct clause *wide, unsigned n)
{
	size_t i, k;

	if (follows_plainly(narrow, wide, n))
		return true;
	for (i = 0; i < narrow->choice_count; i++) {
		const struct clause_choice *c = &narrow->choices[i];

		for (k = 0; k < c->count && !c->negated && follows(&c->clauses[k], wide, n); k++)
			;
		if (k && k == c->count)
			return true;
	}
	return false;
}

/* Whatever meets `narrow` and the conditions `given` of `wide` meets all of `wide`, surely. */
static bool is_covered(const struct clause *narrow, const struct clause *wide, uint32_t given)
{
	uint32_t left;
	size_t i, k;

	for (left = wide->has & ~given; left; left &= left - 1)
		if (!follows(narrow, wide, (unsigned)__builtin_ctz(left)))
			return false;
	for (i = 0; i < wide->choice_count; i++) {
		const struct clause_choice *c = &wide->choices[i];

		for (k = 0; k < c->count && !is_covered(narrow, &c->clauses[k], 0); k++)
			;
		if (c->negated || k == c->count)
			return false;
	}
	return true;
}

/* ---- statements ---- */

/* Health is met by those that name their event only. */
static bool may_be_health(const struct clause *clause)
{
	uint32_t health = UINT32_C(1) << EVENT_HEALTH;
	bool negated = clause->negated >> WORD_EVENT & 1;

	return clause->has >> WORD_EVENT & 1 && (negated ? !(clause->masks[WORD_EVENT] & health)
							 : clause->masks[WORD_EVENT] & health);
}

static wall_t end_of(const struct rule *rule)
{
	return rule->actions && rule->actions->until_us ? rule->actions->until_us : INT64_MAX;
}

/* Does the first decide wherever the other one would and the conditions `given` of it hold? */
static bool hides(const struct rule *first, const struct rule *rule, uint32_t given)
{
	if ((first->verb == WORD_NOPROBE) != (rule->verb == WORD_NOPROBE) ||
	    end_of(first) < end_of(rule))
		return false;
	if (may_be_health(&rule->clause) && !(first->clause.has >> WORD_EVENT & 1))
		return false;
	return is_covered(&rule->clause, &first->clause, given);
}

/* ---- hidden by several ---- */

/* What no statement before has decided yet of the one condition in which they differ. */
struct rest {
	unsigned condition;
	enum set_kind kind;
	uint32_t mask;			    /* of listed words */
	struct set_range ranges[REST_MOST]; /* of numbers */
	size_t count;
	uint32_t lines[REST_LINES]; /* of those that have decided some */
	size_t line_count, decided;
	bool lost; /* it is in too many pieces */
};

/* Ranges of numbers, and words of a list, can be taken apart. */
static bool rest_begin(struct rest *r, const struct rule *rule, unsigned condition)
{
	const struct clause *c = &rule->clause;
	const struct set *set = c->sets[condition];

	*r = (struct rest){ .condition = condition };
	if (!(c->has >> condition & 1) || c->negated >> condition & 1)
		return false;
	if (word_condition_form(condition) == WORD_LISTED) {
		r->mask = c->masks[condition];
		return r->mask & (r->mask - 1);
	}
	if (word_condition_form(condition) != WORD_SET || set->assets || set->home ||
	    set_is_void(set) || is_names(set) || set->kind == SET_PREFIXES ||
	    set->all->count > REST_MOST)
		return false;
	r->kind = set->kind;
	r->count = set->all->count;
	memcpy(r->ranges, set->all->items, r->count * sizeof(r->ranges[0]));
	return r->count;
}

static void keep(struct rest *r, struct set_range *kept, size_t *count, struct set_range piece)
{
	if (*count == REST_MOST)
		r->lost = true;
	else
		kept[(*count)++] = piece;
}

static void take_range(struct rest *r, const struct set_range *w)
{
	struct set_range kept[REST_MOST], one;
	size_t i, count = 0;

	for (i = 0; i < r->count; i++) {
		one = r->ranges[i];
		if (one.high < w->low || w->high < one.low) {
			keep(r, kept, &count, one);
			continue;
		}
		if (one.low < w->low)
			keep(r, kept, &count, (struct set_range){ one.low, w->low - 1 });
		if (w->high < one.high)
			keep(r, kept, &count, (struct set_range){ w->high + 1, one.high });
	}
	r->count = count;
	memcpy(r->ranges, kept, count * sizeof(kept[0]));
}

static uint64_t rest_size(const struct rest *r)
{
	uint64_t size = (uint64_t)__builtin_popcount(r->mask);
	size_t i;

	for (i = 0; i < r->count; i++)
		size += (uint64_t)r->ranges[i].high - r->ranges[i].low + 1;
	return size;
}

static void rest_take(struct rest *r, const struct rule *first)
{
	const struct clause *c = &first->clause;
	const struct set *set = c->sets[r->condition];
	uint64_t before = rest_size(r);
	size_t i;

	if (!(c->has >> r->condition & 1) || c->negated >> r->condition & 1)
		return;
	if (word_condition_form(r->condition) == WORD_LISTED)
		r->mask &= ~c->masks[r->condition];
	else if (set->kind != r->kind || set->all->count > REST_MOST)
		return;
	else
		for (i = 0; i < set->all->count && !r->lost; i++)
			take_range(r, (const struct set_range *)set->all->items + i);
	if (rest_size(r) == before)
		return;
	r->decided++;
	if (r->line_count < REST_LINES && !first->file)
		r->lines[r->line_count++] = first->line;
}

static void note_many(const struct notes *n, const struct rule *rule, const struct rest *r)
{
	char lines[REST_LINES * 16] = "";
	size_t i, len = 0;

	/* Only so many are named, and those of the file itself. */
	for (i = 0; i < r->line_count && r->line_count == r->decided; i++)
		len += (size_t)snprintf(lines + len, sizeof(lines) - len, "%s%u",
					!i			 ? "lines "
					: i + 1 == r->line_count ? " and "
								 : ", ",
					r->lines[i]);
	note(n, PLACE(rule), "never decides: %s together always do before it",
	     len ? lines : "other statements");
}

/* Several statements before it that differ from it in one condition may decide all that it would.
 */
static void note_hidden_by_many(const struct notes *n, size_t i)
{
	const struct rule *list = n->rules->list, *rule = &list[i];
	struct rest r;
	unsigned c;
	size_t k;

	for (c = 0; c < WORD_CONDITION_END; c++) {
		if (!rest_begin(&r, rule, c))
			continue;
		for (k = i > LOOK_BACK_MANY ? i - LOOK_BACK_MANY : 0;
		     k < i && rest_size(&r) && !r.lost; k++)
			if (end_of(&list[k]) > n->now && list[k].clause.has >> c & 1 &&
			    hides(&list[k], rule, UINT32_C(1) << c))
				rest_take(&r, &list[k]);
		if (!r.lost && !rest_size(&r)) {
			note_many(n, rule, &r);
			return;
		}
	}
}

static void note_hidden(const struct notes *n, size_t i)
{
	const struct rule *list = n->rules->list, *rule = &list[i], *first;
	size_t k;

	for (k = i > LOOK_BACK ? i - LOOK_BACK : 0; k < i; k++) {
		first = &list[k];
		if (end_of(first) <= n->now || !hides(first, rule, 0))
			continue;
		note(n, PLACE(rule), "never decides: line %u%s%.80s always does before it",
		     first->line, first->file ? " of " : "",
		     first->file ? n->rules->files[first->file - 1] : "");
		return;
	}
	note_hidden_by_many(n, i);
}

static void note_rule(const struct notes *n, const struct rule *rule, bool whole)
{
	unsigned i;

	if (end_of(rule) <= n->now)
		note(n, PLACE(rule),
		     "the exception has ended, the statement says nothing any more");
	for (i = 0; i < WORD_CONDITION_END; i++) {
		const struct set *set = rule->clause.sets[i];

		if (rule->clause.has >> i & 1 && !word_is_told(i))
			note(n, PLACE(rule), "%s: nothing tells it, so that it never holds",
			     word_condition_text(i));
		if (whole && set && set_is_void(set) && !(rule->clause.negated >> i & 1))
			note(n, PLACE(rule), "never decides: the groups of its %s are empty",
			     word_condition_text(i));
	}
}

/* ---- groups ---- */

static void mark_set(const struct set *set, bool *used)
{
	size_t i;

	for (i = 0; set && i < set->group_count; i++)
		used[set->groups[i]->number] = true;
}

static void mark_clause(const struct clause *clause, bool *used)
{
	size_t i, k;

	for (i = 0; i < WORD_CONDITION_END; i++)
		mark_set(clause->sets[i], used);
	for (i = 0; i < clause->choice_count; i++)
		for (k = 0; k < clause->choices[i].count; k++)
			mark_clause(&clause->choices[i].clauses[k], used);
}

static int note_groups(const struct notes *n, bool unused)
{
	const struct rules *rules = n->rules;
	bool *used = calloc(rules->group_count + 1, sizeof(*used));
	size_t i;

	if (!used)
		return -ENOMEM;
	for (i = 0; i < rules->count; i++)
		mark_clause(&rules->list[i].clause, used);
	for (i = 0; i < rules->group_count; i++)
		mark_set(rules->groups[i]->set, used);
	for (i = 0; i < rules->group_count; i++) {
		const struct set_group *group = rules->groups[i];

		if (!group->faulty && set_is_void(group->set))
			note(n, PLACE(group), "group '%.40s' is empty", group->name);
		if (unused && !used[i])
			note(n, PLACE(group), "group '%.40s' is not used", group->name);
	}
	free(used);
	return 0;
}

int rules_check(const struct rules_source *source, wall_t now, rules_note_fn fn, void *arg)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	const struct notes n = { rules, now, fn, arg };
	size_t i;
	int rc, failed;

	if (!rules)
		return -ENOMEM;
	rc = parse_all(source, rules, fn, arg);
	/* What was not read may use them. */
	failed = note_groups(&n, !rc);
	for (i = 0; i < rules->count; i++) {
		note_rule(&n, &rules->list[i], !rc);
		note_hidden(&n, i);
	}
	rules_free(rules);
	return rc ? rc : failed;
}
