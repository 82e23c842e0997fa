/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read/values.h"

#include "base/err.h"
#include "rules/read/files.h"

#include <errno.h>

static int fail_group(struct reader *p)
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
static int parse_group_use(struct reader *p, struct set *set)
{
	const struct set_group *group =
		reader_find_group(p->rules, p->token.text + 1, p->token.len - 1);

	if (!group)
		return fail_group(p);
	if (set->kind == SET_NONE)
		set->kind = group->set->kind;
	if (group->set->assets && (p->early || !p->hosts))
		return fault_at(p->error, &p->token, ERR_SYNTAX,
				p->early ? "group '%.40s' is of assets, which noprobe does not ask"
					 : "group '%.40s' is of assets: they can only be hosts",
				group->name);
	/* Of nothing, it is of any kind. */
	if (group->set->kind == SET_NONE)
		return set_add_group(set, group) ? reader_no_memory(p, &p->token) : 0;
	if (set->kind != group->set->kind)
		return fault_at(p->error, &p->token, ERR_SYNTAX,
				"group '%.40s' holds %s, but %s are wanted here", group->name,
				set_kind_text(group->set->kind), set_kind_text(set->kind));
	return set_add_group(set, group) ? reader_no_memory(p, &p->token) : 0;
}

/* Says what is wrong with an item that set_add refused. */
static int fail_item(struct reader *p, const struct set *set, int rc)
{
	static const char *const texts[] = {
		[SET_PREFIXES] = "is not an address or prefix",
		[SET_PORTS] = "is not a port (80) or a range of ports (8000-8010)",
		[SET_APPS] = "is not an app name; '*' stands for any",
		[SET_TEXTS] = "is not a text",
		[SET_COUNTRIES] = "is not a country: two letters of ISO 3166",
		[SET_NUMBERS] = "is not a number (64500) or a range of numbers",
		[SET_TIMES] = "is not a time of day: 22:00-06:00",
	};
	static const char *const range_texts[] = {
		[SET_PREFIXES] = "is too long a prefix: at most /32, for IPv6 /128",
		[SET_PORTS] = "is out of range: ports go from 0 to 65535, the lower one first",
		[SET_APPS] = "is too long: app names have at most 23 bytes",
		[SET_TEXTS] = "is too long: texts have at most 63 bytes",
		[SET_NUMBERS] = "is out of range: numbers have 32 bits, the lower one first",
		[SET_TIMES] = "is no span of a day: from 00:00 to 24:00, and not of nothing",
	};

	if (rc == -ENOMEM)
		return reader_no_memory(p, &p->token);
	return fault_at(p->error, &p->token, rc, "'%.*s' %s", FAULT_WORD(&p->token),
			(rc == ERR_RANGE ? range_texts : texts)[set->kind]);
}

/* One item of a set; `peer`: "home" may be one. */
static int parse_item(struct reader *p, struct set *set, bool peer)
{
	int rc = 0;

	if (p->token.kind == LEX_TEXT && set->kind != SET_TEXTS)
		return reader_fail(p, &p->token, ERR_SYNTAX, "a text in quotes has no place here");
	if (p->token.kind == LEX_WORD && p->token.text[0] == '@') {
		rc = parse_group_use(p, set);
	} else if (set->kind <= SET_APPS && lex_is(&p->token, "home")) {
		if (!peer)
			return reader_fail(
				p, &p->token, ERR_SYNTAX,
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

static int parse_value(struct reader *p, const struct values_target *to)
{
	int i;

	p->hosts = to->condition == WORD_HOST || to->condition == WORD_CONDITION_END;
	if (to->set)
		return parse_item(p, to->set, to->condition == WORD_PEER);
	if (p->token.kind == LEX_TEXT)
		return reader_fail(p, &p->token, ERR_SYNTAX, "a text in quotes has no place here");
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
int values_braces(struct reader *p, const struct values_target *to)
{
	struct lex_token open = p->token;
	bool empty = true;
	int rc;

	while (!(rc = reader_step(p)) && p->token.kind != LEX_CLOSE) {
		if (p->token.kind == LEX_OPEN)
			return reader_fail(p, &p->token, ERR_SYNTAX,
					   "sets do not nest; name one a group");
		if (p->token.kind == LEX_END)
			return reader_fail(p, &open, ERR_SYNTAX, "'{' is never closed");
		if (p->token.kind != LEX_WORD && p->token.kind != LEX_TEXT)
			return reader_fail(p, &p->token, ERR_SYNTAX,
					   "parentheses have no place in a set");
		if (p->token.line > open.line && reader_is_statement(&p->token))
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
	/* A group may be filled later; -n tells of it. */
	if (empty && to->condition != WORD_CONDITION_END)
		return reader_fail(p, &open, ERR_SYNTAX, "the set is empty");
	return 0;
}

static int read_items(struct reader *p, void *arg)
{
	const struct values_target *to = arg;
	bool first = true;
	int rc;

	while (!(rc = reader_step(p)) && p->token.kind != LEX_END) {
		if (p->token.kind == LEX_NEWLINE) {
			first = true;
			continue;
		}
		if (p->token.kind != LEX_WORD && p->token.kind != LEX_TEXT)
			return reader_fail(p, &p->token, ERR_SYNTAX,
					   "a file of a group has one item a line and no more");
		if (!first)
			return reader_fail(p, &p->token, ERR_SYNTAX, "one item a line");
		first = false;
		if ((rc = parse_value(p, to)))
			return rc;
	}
	return rc;
}

int values_file(struct reader *p, const struct values_target *to)
{
	struct values_target items = *to;

	return files_read(p, read_items, &items);
}

int values_close(struct reader *p, struct set *set, const struct lex_token *at)
{
	int rc = set_close(set, &p->budget);

	if (rc == ERR_RANGE)
		return reader_fail(p, at, rc,
				   "groups in sets unfold to more items than are allowed");
	return rc ? reader_no_memory(p, at) : 0;
}

int values_read(struct reader *p, const struct values_target *to)
{
	struct lex_token first = p->token;
	int rc;

	if (first.kind == LEX_OPEN)
		rc = values_braces(p, to);
	else if (first.kind == LEX_WORD || first.kind == LEX_TEXT)
		rc = parse_value(p, to);
	else
		return fault_at(p->error, &first, ERR_SYNTAX, "%s wants a value",
				word_condition_text(to->condition));
	if (!rc && to->set)
		rc = values_close(p, to->set, &first);
	return rc ? rc : reader_step(p);
}
