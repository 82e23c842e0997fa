/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/parse.h"

#include "base/err.h"
#include "rules/rules.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

#define NAME_MAX_LEN 64

struct parse {
	struct lex lex;
	struct lex_token token; /* the one to be looked at */
	struct rules *rules;
	struct rules_error *error;
	size_t budget; /* items that groups may still be copied to */
};

static int step(struct parse *p)
{
	return lex_next(&p->lex, &p->token, p->error);
}

static int fail(struct parse *p, const struct lex_token *at, int rc, const char *text)
{
	return fault_at(p->error, at, rc, "%s", text);
}

static int no_memory(struct parse *p, const struct lex_token *at)
{
	return fail(p, at, -ENOMEM, "out of memory");
}

/* Makes room for one more of `size` bytes. 0 or -ENOMEM. */
static int grow(void *array, size_t count, size_t *room, size_t size)
{
	void **items = array, *grown;

	if (count < *room)
		return 0;
	grown = realloc(*items, (*room * 2 + 8) * size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*room = *room * 2 + 8;
	return 0;
}

static bool is_statement(const struct lex_token *token)
{
	unsigned i;

	for (i = 0; i < WORD_VERB_END; i++)
		if (lex_is(token, word_verb_text(i)))
			return true;
	return false;
}

static bool is_name(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' &&
		    (!i || (!(c >= '0' && c <= '9') && c != '-' && c != '.')))
			return false;
	}
	return len > 0 && len <= NAME_MAX_LEN;
}

static const struct set_group *find_group(const struct rules *rules, const char *name, size_t len)
{
	char text[NAME_MAX_LEN + 1] = "";
	const struct set_group key = { .name = text };
	void *found;

	if (len > NAME_MAX_LEN)
		return NULL;
	memcpy(text, name, len);
	found = tfind(&key, &rules->names, rule_order_groups);
	return found ? *(struct set_group **)found : NULL;
}

static int fail_group(struct parse *p)
{
	struct lex_token name = p->token;
	struct fault_near near;
	size_t i;

	name.text++;
	name.len--;
	near = fault_near_new(&name);
	for (i = 0; i < p->rules->group_count; i++)
		fault_near_offer(&near, p->rules->groups[i]->name);
	if (!near.best)
		return fault_at(p->error, &p->token, ERR_UNKNOWN,
				"unknown group '%.*s'; a group is defined above its first use",
				FAULT_WORD(&name));
	near.word = &name;
	return fault_unknown(p->error, "group", &near);
}

/* "@name": takes the group into the set. */
static int parse_group_use(struct parse *p, struct set *set)
{
	const struct set_group *group = find_group(p->rules, p->token.text + 1, p->token.len - 1);

	if (!group)
		return fail_group(p);
	if (set->kind == SET_NONE)
		set->kind = group->set->kind;
	if (set->kind != group->set->kind)
		return fault_at(p->error, &p->token, ERR_SYNTAX,
				"group '%.40s' holds %s, but %s are wanted here", group->name,
				set_kind_text(group->set->kind), set_kind_text(set->kind));
	return set_add_group(set, group) ? no_memory(p, &p->token) : 0;
}

/* Says what is wrong with an item that set_add refused. */
static int fail_item(struct parse *p, const struct set *set, int rc)
{
	static const char *const texts[] = {
		[SET_PREFIXES] = "is not an address or prefix",
		[SET_PORTS] = "is not a port (80) or a range of ports (8000-8010)",
		[SET_APPS] = "is not an app name; '*' stands for any",
	};
	static const char *const range_texts[] = {
		[SET_PREFIXES] = "is too long a prefix: at most /32, for IPv6 /128",
		[SET_PORTS] = "is out of range: ports go from 0 to 65535, the lower one first",
		[SET_APPS] = "is too long: app names have at most 23 bytes",
	};

	if (rc == -ENOMEM)
		return no_memory(p, &p->token);
	return fault_at(p->error, &p->token, rc, "'%.*s' %s", FAULT_WORD(&p->token),
			(rc == ERR_RANGE ? range_texts : texts)[set->kind]);
}

/* One item of a set; `peer`: "home" may be one. */
static int parse_item(struct parse *p, struct set *set, bool peer)
{
	int rc = 0;

	if (p->token.text[0] == '@') {
		rc = parse_group_use(p, set);
	} else if (lex_is(&p->token, "home")) {
		if (!peer)
			return fail(p, &p->token, ERR_SYNTAX,
				    "'home' may only follow peer: hosts are always inside home");
		set->home = true;
	} else {
		if (set->kind == SET_NONE)
			set->kind = set_kind_guess(p->token.text, p->token.len);
		rc = set_add(set, p->token.text, p->token.len);
		if (rc)
			rc = fail_item(p, set, rc);
	}
	return rc;
}

/* The items of a set go to one of these. */
struct target {
	enum word_condition condition; /* WORD_CONDITION_END: a group */
	struct set *set;	       /* NULL: the mask */
	uint32_t *mask;
};

static int parse_value(struct parse *p, const struct target *to)
{
	int i;

	if (to->set)
		return parse_item(p, to->set, to->condition == WORD_PEER);
	if (p->token.text[0] == '@')
		return fault_at(p->error, &p->token, ERR_SYNTAX, "%s takes no groups",
				word_condition_text(to->condition));
	i = word_value_parse(to->condition, &p->token, p->error);
	if (i < 0)
		return i;
	*to->mask |= UINT32_C(1) << i;
	return 0;
}

/* "{ a b c }", the token is the brace. */
static int parse_braces(struct parse *p, const struct target *to)
{
	struct lex_token open = p->token;
	bool empty = true;
	int rc;

	while (!(rc = step(p)) && p->token.kind != LEX_CLOSE) {
		if (p->token.kind == LEX_OPEN)
			return fail(p, &p->token, ERR_SYNTAX, "sets do not nest; name one a group");
		if (p->token.kind == LEX_END)
			return fail(p, &open, ERR_SYNTAX, "'{' is never closed");
		if (p->token.line > open.line && is_statement(&p->token))
			return fault_at(p->error, &open, ERR_SYNTAX,
					"'{' is not closed before the statement in line %u",
					p->token.line);
		rc = parse_value(p, to);
		if (rc)
			return rc;
		empty = false;
	}
	if (rc)
		return rc;
	if (empty)
		return fail(p, &open, ERR_SYNTAX, "the set is empty");
	return 0;
}

static int close_set(struct parse *p, struct set *set, const struct lex_token *at)
{
	int rc = set_close(set, &p->budget);

	if (rc == ERR_RANGE)
		return fail(p, at, rc, "groups in sets unfold to more items than are allowed");
	return rc ? no_memory(p, at) : 0;
}

/* A condition's value or set of values; leaves the token behind it. */
static int parse_values(struct parse *p, const struct target *to)
{
	struct lex_token first = p->token;
	int rc;

	if (first.kind == LEX_OPEN)
		rc = parse_braces(p, to);
	else if (first.kind == LEX_WORD)
		rc = parse_value(p, to);
	else
		return fault_at(p->error, &first, ERR_SYNTAX, "%s wants a value",
				word_condition_text(to->condition));
	if (!rc && to->set)
		rc = close_set(p, to->set, &first);
	return rc ? rc : step(p);
}

/* The word of a condition, with or without "not" on either side; leaves the token behind it. */
static int parse_condition_word(struct parse *p, struct rule *rule, enum word_condition *out)
{
	bool negated = lex_is(&p->token, "not");
	struct lex_token word;
	int rc, c;

	if (negated && (rc = step(p)))
		return rc;
	if (p->token.kind != LEX_WORD)
		return fail(p, &p->token, ERR_SYNTAX,
			    negated ? "'not' wants a condition" : "a condition is wanted here");
	word = p->token;
	c = word_condition_parse(&word, p->error);
	if (c < 0)
		return c;
	if (rule->has >> c & 1)
		return fault_at(p->error, &word, ERR_SYNTAX,
				"%s is there twice; several values are written { a b }",
				word_condition_text(c));
	if (rule->verb == WORD_NOPROBE && !word_is_known_early(c))
		return fault_at(p->error, &word, ERR_SYNTAX,
				"%s is not known before a probe; noprobe takes host, port, proto",
				word_condition_text(c));
	if ((rc = step(p)))
		return rc;
	if (lex_is(&p->token, "not")) {
		if (negated)
			return fail(p, &p->token, ERR_SYNTAX, "one 'not' is enough");
		negated = true;
		if ((rc = step(p)))
			return rc;
	}
	rule->has |= (uint16_t)(1u << c);
	rule->negated |= (uint16_t)((unsigned)negated << c);
	*out = c;
	return 0;
}

static int parse_condition(struct parse *p, struct rule *rule)
{
	enum word_condition c = WORD_EVENT;
	struct target to;
	int rc = parse_condition_word(p, rule, &c);

	if (rc)
		return rc;
	to = (struct target){ .condition = c, .mask = &rule->masks[c] };
	if (word_condition_kind(c) != SET_NONE) {
		rule->sets[c] = to.set = set_new(word_condition_kind(c));
		if (!to.set)
			return no_memory(p, &p->token);
	}
	return parse_values(p, &to);
}

/* What follows the verb of an ignore, alert or noprobe. */
static int parse_rule(struct parse *p, struct rule *rule)
{
	int rc;

	if (rule->verb == WORD_ALERT) {
		if (p->token.kind != LEX_WORD)
			return fail(p, &p->token, ERR_SYNTAX,
				    "alert wants a level: low, medium, high or critical");
		rc = word_level_parse(&p->token, p->error);
		if (rc < 0)
			return rc;
		rule->level = (uint8_t)rc;
		if ((rc = step(p)))
			return rc;
	}
	while (p->token.kind != LEX_NEWLINE && p->token.kind != LEX_END)
		if ((rc = parse_condition(p, rule)))
			return rc;
	return 0;
}

static int add_rule(struct parse *p, const struct lex_token *verb, enum word_verb number)
{
	struct rules *rules = p->rules;
	struct rule *rule;
	int rc;

	if (rules->count == PARSE_RULE_MAX)
		return fail(p, verb, ERR_RANGE, "more statements than are allowed");
	if (grow(&rules->list, rules->count, &rules->room, sizeof(*rules->list)))
		return no_memory(p, verb);
	rule = &rules->list[rules->count++];
	*rule = (struct rule){ .verb = (uint8_t)number, .line = verb->line };
	if ((rc = parse_rule(p, rule)))
		return rc;
	return rule_print(rule) ? no_memory(p, verb) : 0;
}

/* The name of a new group, checked. */
static int check_name(struct parse *p)
{
	const struct lex_token *token = &p->token;

	if (token->kind != LEX_WORD)
		return fail(p, token, ERR_SYNTAX, "group wants a name");
	if (!is_name(token->text, token->len))
		return fault_at(p->error, token, ERR_SYNTAX,
				"'%.*s' is not a name: a letter, then letters, digits, . _ -",
				FAULT_WORD(token));
	if (find_group(p->rules, token->text, token->len))
		return fault_at(p->error, token, ERR_SYNTAX, "there is a group '%.*s' already",
				FAULT_WORD(token));
	if (p->rules->group_count == PARSE_GROUP_MAX)
		return fail(p, token, ERR_RANGE, "more groups than are allowed");
	return 0;
}

/* "NAME { items }" */
static int parse_group(struct parse *p, struct set_group *group)
{
	struct lex_token name = p->token;
	struct target to = { .condition = WORD_CONDITION_END };
	int rc = check_name(p);

	if (rc)
		return rc;
	group->name = strndup(name.text, name.len);
	group->set = to.set = set_new(SET_NONE);
	if (!group->name || !group->set)
		return no_memory(p, &name);
	if ((rc = step(p)))
		return rc;
	if (p->token.kind != LEX_OPEN)
		return fail(p, &p->token, ERR_SYNTAX, "a group's items stand in braces: { a b c }");
	if ((rc = parse_braces(p, &to)) || (rc = close_set(p, group->set, &name)))
		return rc;
	if ((rc = step(p)))
		return rc;
	if (p->token.kind != LEX_NEWLINE && p->token.kind != LEX_END)
		return fail(p, &p->token, ERR_SYNTAX, "the statement ends with the group's '}'");
	return rule_print_group(group) ? no_memory(p, &name) : 0;
}

static int add_group(struct parse *p, const struct lex_token *verb)
{
	struct rules *rules = p->rules;
	struct set_group *group;
	int rc;

	if (grow(&rules->groups, rules->group_count, &rules->group_room, sizeof(group)))
		return no_memory(p, verb);
	group = calloc(1, sizeof(*group));
	if (!group)
		return no_memory(p, verb);
	group->number = (uint32_t)rules->group_count;
	/* Not among the others before it is whole: it cannot hold itself. */
	rc = parse_group(p, group);
	if (!rc && !tsearch(group, &rules->names, rule_order_groups))
		rc = no_memory(p, verb);
	if (rc) {
		rule_clear_group(group);
		free(group);
		return rc;
	}
	rules->groups[rules->group_count++] = group;
	return 0;
}

static int parse_statement(struct parse *p)
{
	struct lex_token verb = p->token;
	int rc, number;

	if (verb.kind != LEX_WORD)
		return fail(p, &verb, ERR_SYNTAX,
			    "a statement starts with group, ignore, alert or noprobe");
	number = word_verb_parse(&verb, p->error);
	if (number < 0)
		return number;
	if ((rc = step(p)))
		return rc;
	return number == WORD_GROUP ? add_group(p, &verb) : add_rule(p, &verb, number);
}

int parse_text(const char *text, size_t len, struct rules *rules, struct rules_error *error)
{
	struct parse p = { .rules = rules, .error = error, .budget = PARSE_UNFOLD_MAX };
	int rc;

	lex_open(&p.lex, text, len);
	p.token = (struct lex_token){ .line = 1, .column = 1 };
	if (len > PARSE_TEXT_MAX)
		return fault_at(error, &p.token, ERR_RANGE, "the text is longer than %u bytes",
				PARSE_TEXT_MAX);
	while (!(rc = step(&p)) && p.token.kind != LEX_END) {
		if (p.token.kind == LEX_NEWLINE)
			continue;
		if ((rc = parse_statement(&p)))
			return rc;
		if (p.token.kind == LEX_END)
			return 0;
	}
	return rc;
}
