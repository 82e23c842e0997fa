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

/* The number of the text that is being read; 0 the one that all began with. */
static uint32_t file_of(const struct reader *p)
{
	return p->file && p->file->by ? p->file->number + 1 : 0;
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
	*rule = (struct rule){ .verb = (uint8_t)number,
			       .line = verb->line,
			       .column = verb->column,
			       .file = file_of(p) };
	rc = parse_rule(p, rule);
	if (!rc && rule_print(rule))
		rc = reader_no_memory(p, verb);
	if (rc) {
		rule_clear(rule);
		rules->count--;
	}
	return rc;
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

/* What could not be read stays as one that holds nothing, so that its uses are not wrong, too.
   False: it has no name. */
static bool keep_faulty(struct set_group *group)
{
	struct set *nothing = group->name ? set_new(SET_NONE) : NULL;
	size_t budget = 0;

	if (!nothing)
		return false;
	set_close(nothing, &budget);
	set_free(group->set);
	group->set = nothing;
	group->faulty = true;
	return true;
}

static int add_group(struct reader *p, const struct lex_token *verb)
{
	struct rules *rules = p->rules;
	struct set_group *group;
	int rc, wrong = 0;

	if (reader_grow(&rules->groups, rules->group_count, &rules->group_room, sizeof(group)))
		return reader_no_memory(p, verb);
	group = calloc(1, sizeof(*group));
	if (!group)
		return reader_no_memory(p, verb);
	group->number = (uint32_t)rules->group_count;
	group->line = verb->line;
	group->column = verb->column;
	group->file = file_of(p);
	/* Not among the others before it is whole: it cannot hold itself. */
	rc = parse_group(p, group);
	if (rc && p->note && keep_faulty(group))
		wrong = rc, rc = 0;
	if (!rc && !tsearch(group, &rules->names, rule_order_groups))
		rc = reader_no_memory(p, verb);
	if (rc) {
		rule_clear_group(group);
		free(group);
		return rc;
	}
	rules->groups[rules->group_count++] = group;
	return wrong;
}

static int parse_statement(struct reader *p);

/* Says what is wrong with a statement and goes behind it. False: it was one too many. */
static bool pass_over(struct reader *p)
{
	bool open = p->lex.in_set || p->lex.nested;
	struct rules_error ignored, *error = p->error;

	if (!error->file[0] && p->file && p->file->by)
		snprintf(error->file, sizeof(error->file), "%s", p->file->name);
	p->note(p->note_arg, error, true);
	if (++p->noted == RULES_NOTES_MAX)
		return false;
	error->file[0] = 0;
	p->depth = 0;
	p->error = &ignored;
	if (reader_is_statement(&p->token) && p->token.line > error->line && open) {
		/* It was met where something else was not closed. */
		p->lex.pos = (size_t)(p->token.text - p->lex.text);
		p->lex.line = p->token.line;
		p->lex.column = p->token.column;
		p->lex.in_set = false;
		p->lex.nested = 0;
		p->error = error;
		return true;
	}
	/* The end of the line may be what was wrong: then it is behind us. */
	if (p->lex.line == error->line || p->lex.column > 1)
		lex_skip_line(&p->lex);
	/* The rest of what was open is on the lines up to the next statement. */
	while (open) {
		struct lex at = p->lex;

		if (lex_next(&at, &p->token, &ignored)) {
			p->lex = at;
			lex_skip_line(&p->lex);
		} else if (p->token.kind == LEX_END || reader_is_statement(&p->token)) {
			break;
		} else {
			p->lex = at;
			if (p->token.kind != LEX_NEWLINE)
				lex_skip_line(&p->lex);
		}
	}
	p->error = error;
	return true;
}

static int parse_lines(struct reader *p, void *arg)
{
	int rc, first = 0;

	(void)arg;
	for (;;) {
		rc = reader_step(p);
		if (!rc && p->token.kind == LEX_END)
			break;
		if (!rc && p->token.kind != LEX_NEWLINE)
			rc = parse_statement(p);
		if (rc && (!p->note || rc == -ENOMEM || !pass_over(p)))
			return rc;
		first = first ? first : rc;
		if (!rc && p->token.kind == LEX_END)
			break;
	}
	/* What was said goes on as nobody's fault. */
	return p->file && p->file->by ? 0 : first;
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

static int parse(struct reader *p, const struct rules_source *source)
{
	const struct reader_file file = { source->name, 0, NULL };

	p->budget = PARSE_UNFOLD_MAX;
	p->source = source;
	p->file = source->name ? &file : NULL;
	lex_open(&p->lex, source->text, source->len);
	p->token = (struct lex_token){ .line = 1, .column = 1 };
	if (source->len > PARSE_TEXT_MAX)
		return fault_at(p->error, &p->token, ERR_RANGE, "the text is longer than %u bytes",
				PARSE_TEXT_MAX);
	return parse_lines(p, NULL);
}

int parse_text(const struct rules_source *source, struct rules *rules, struct rules_error *error)
{
	struct reader p = { .rules = rules, .error = error };

	return parse(&p, source);
}

int parse_all(const struct rules_source *source, struct rules *rules, rules_note_fn fn, void *arg)
{
	struct rules_error error = { .line = 0 };
	struct reader p = { .rules = rules, .error = &error, .note = fn, .note_arg = arg };
	int rc = parse(&p, source);

	/* Nobody has said it. */
	if (rc && !p.noted)
		fn(arg, &error, true);
	return !rc && p.noted ? ERR_SYNTAX : rc;
}
