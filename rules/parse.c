/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/parse.h"

#include "base/err.h"
#include "rules/action.h"
#include "rules/read/condition.h"
#include "rules/read/files.h"
#include "rules/read/values.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

static bool is_name(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' &&
		    (!i || (!(c >= '0' && c <= '9') && c != '-' && c != '.')))
			return false;
	}
	return len > 0 && len <= READER_NAME_MAX;
}

/* What follows the verb of an ignore, alert or noprobe. */
static int parse_rule(struct reader *p, struct rule *rule)
{
	int rc;

	if (rule->verb == WORD_ALERT) {
		if (p->token.kind != LEX_WORD)
			return reader_fail(p, &p->token, ERR_SYNTAX,
					   "alert wants a level: low, medium, high or critical");
		rc = word_level_parse(&p->token, p->error);
		if (rc < 0)
			return rc;
		rule->level = (uint8_t)rc;
		if ((rc = reader_step(p)))
			return rc;
	}
	p->early = rule->verb == WORD_NOPROBE;
	if ((rc = condition_read(p, &rule->clause)) || (rc = action_read(p, rule)))
		return rc;
	if (p->token.kind == LEX_NEWLINE || p->token.kind == LEX_END)
		return 0;
	if (p->token.kind == LEX_RIGHT)
		return reader_fail(p, &p->token, ERR_SYNTAX, "')' closes nothing");
	return reader_fail(p, &p->token, ERR_SYNTAX, "conditions stand before the actions");
}

static int add_rule(struct reader *p, const struct lex_token *verb, enum word_verb number)
{
	struct rules *rules = p->rules;
	struct rule *rule;
	int rc;

	if (rules->count == PARSE_RULE_MAX)
		return reader_fail(p, verb, ERR_RANGE, "more statements than are allowed");
	if (reader_grow(&rules->list, rules->count, &rules->room, sizeof(*rules->list)))
		return reader_no_memory(p, verb);
	rule = &rules->list[rules->count++];
	*rule = (struct rule){ .verb = (uint8_t)number, .line = verb->line };
	if ((rc = parse_rule(p, rule)))
		return rc;
	return rule_print(rule) ? reader_no_memory(p, verb) : 0;
}

/* The name of a new group, checked. */
static int check_name(struct reader *p)
{
	const struct lex_token *token = &p->token;

	if (token->kind != LEX_WORD)
		return reader_fail(p, token, ERR_SYNTAX, "group wants a name");
	if (!is_name(token->text, token->len))
		return fault_at(p->error, token, ERR_SYNTAX,
				"'%.*s' is not a name: a letter, then letters, digits, . _ -",
				FAULT_WORD(token));
	if (reader_find_group(p->rules, token->text, token->len))
		return fault_at(p->error, token, ERR_SYNTAX, "there is a group '%.*s' already",
				FAULT_WORD(token));
	if (p->rules->group_count == PARSE_GROUP_MAX)
		return reader_fail(p, token, ERR_RANGE, "more groups than are allowed");
	return 0;
}

/* "assets owner TEXT", "assets tagged { a b }" */
static int parse_assets(struct reader *p, struct set *set)
{
	bool owner = lex_is(&p->token, "owner");
	struct values_target to = { .condition = owner ? WORD_OWNER : WORD_TAGGED };
	int rc;

	if (!owner && !lex_is(&p->token, "tagged"))
		return reader_fail(p, &p->token, ERR_SYNTAX,
				   "assets are chosen by owner or tagged");
	if (!(to.set = set_new(SET_TEXTS)))
		return reader_no_memory(p, &p->token);
	if (owner)
		set->owner = to.set;
	else
		set->tagged = to.set;
	set->kind = SET_PREFIXES;
	set->assets = true;
	rc = reader_step(p);
	return rc ? rc : values_read(p, &to);
}

/* "from file NAME", "from assets ..." */
static int parse_origin(struct reader *p, const struct values_target *to)
{
	int rc = reader_step(p);

	if (rc)
		return rc;
	if (lex_is(&p->token, "assets"))
		return (rc = reader_step(p)) ? rc : parse_assets(p, to->set);
	if (!lex_is(&p->token, "file"))
		return reader_fail(p, &p->token, ERR_SYNTAX, "a group is from file or from assets");
	return (rc = reader_step(p)) ? rc : values_file(p, to);
}

/* "NAME { items }", "NAME from ..." */
static int parse_group(struct reader *p, struct set_group *group)
{
	struct lex_token name = p->token;
	struct values_target to = { .condition = WORD_CONDITION_END };
	int rc = check_name(p);

	if (rc)
		return rc;
	group->name = strndup(name.text, name.len);
	group->set = to.set = set_new(SET_NONE);
	if (!group->name || !group->set)
		return reader_no_memory(p, &name);
	if ((rc = reader_step(p)))
		return rc;
	if (lex_is(&p->token, "from"))
		rc = parse_origin(p, &to);
	else if (p->token.kind != LEX_OPEN)
		return reader_fail(p, &p->token, ERR_SYNTAX,
				   "a group's items stand in braces: { a b c }, or are from a file "
				   "or assets");
	else if (!(rc = values_braces(p, &to)))
		rc = reader_step(p);
	if (rc || (rc = values_close(p, group->set, &name)))
		return rc;
	if (p->token.kind != LEX_NEWLINE && p->token.kind != LEX_END)
		return reader_fail(p, &p->token, ERR_SYNTAX, "the statement ends with the group");
	return rule_print_group(group) ? reader_no_memory(p, &name) : 0;
}

static int add_group(struct reader *p, const struct lex_token *verb)
{
	struct rules *rules = p->rules;
	struct set_group *group;
	int rc;

	if (reader_grow(&rules->groups, rules->group_count, &rules->group_room, sizeof(group)))
		return reader_no_memory(p, verb);
	group = calloc(1, sizeof(*group));
	if (!group)
		return reader_no_memory(p, verb);
	group->number = (uint32_t)rules->group_count;
	/* Not among the others before it is whole: it cannot hold itself. */
	rc = parse_group(p, group);
	if (!rc && !tsearch(group, &rules->names, rule_order_groups))
		rc = reader_no_memory(p, verb);
	if (rc) {
		rule_clear_group(group);
		free(group);
		return rc;
	}
	rules->groups[rules->group_count++] = group;
	return 0;
}

static int parse_statement(struct reader *p);

static int parse_lines(struct reader *p, void *arg)
{
	int rc;

	(void)arg;
	while (!(rc = reader_step(p)) && p->token.kind != LEX_END) {
		if (p->token.kind == LEX_NEWLINE)
			continue;
		if ((rc = parse_statement(p)))
			return rc;
		if (p->token.kind == LEX_END)
			return 0;
	}
	return rc;
}

static int include(struct reader *p)
{
	int rc = files_read(p, parse_lines, NULL);

	if (rc || p->token.kind == LEX_NEWLINE || p->token.kind == LEX_END)
		return rc;
	return reader_fail(p, &p->token, ERR_SYNTAX, "the statement ends with the file's name");
}

static int parse_statement(struct reader *p)
{
	struct lex_token verb = p->token;
	int rc, number;

	if (verb.kind != LEX_WORD)
		return reader_fail(
			p, &verb, ERR_SYNTAX,
			"a statement starts with group, include, ignore, alert or noprobe");
	number = word_verb_parse(&verb, p->error);
	if (number < 0)
		return number;
	if ((rc = reader_step(p)))
		return rc;
	if (number == WORD_INCLUDE)
		return include(p);
	return number == WORD_GROUP ? add_group(p, &verb) : add_rule(p, &verb, number);
}

int parse_text(const struct rules_source *source, struct rules *rules, struct rules_error *error)
{
	const struct reader_file file = { source->name, NULL };
	struct reader p = { .rules = rules,
			    .error = error,
			    .source = source,
			    .file = source->name ? &file : NULL,
			    .budget = PARSE_UNFOLD_MAX };

	lex_open(&p.lex, source->text, source->len);
	p.token = (struct lex_token){ .line = 1, .column = 1 };
	if (source->len > PARSE_TEXT_MAX)
		return fault_at(error, &p.token, ERR_RANGE, "the text is longer than %u bytes",
				PARSE_TEXT_MAX);
	return parse_lines(&p, NULL);
}
