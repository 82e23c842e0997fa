/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule.h"

#include "rules/action.h"
#include "rules/item.h"

#include <errno.h>
#include <stdlib.h>

/* The record came from another process: its NUL is not taken for granted. */
static void take_lower(char *out, const char *in, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && in[i]; i++)
		out[i] = item_lower(in[i]);
	out[i] = '\0';
}

struct word_case rule_case(const struct finding *finding, const struct rules_facts *facts)
{
	static const struct rules_facts nothing;
	struct word_case c = { .finding = finding, .facts = facts ? facts : &nothing };
	int64_t s;

	c.now_us = c.facts->now_us ? c.facts->now_us : finding->time_us;
	s = c.now_us / 1000000 + c.facts->utc_offset_s;
	/* The epoch began on a Thursday; a time before it is nobody's, but no crash. */
	c.day = (unsigned)(((s / 86400 + 4) % 7 + 7) % 7);
	c.minute = (unsigned)((s % 86400 + 86400) % 86400 / 60);
	take_lower(c.app, *finding->app ? finding->app : "unknown", sizeof(c.app));
	take_lower(c.product, finding->product, sizeof(c.product));
	take_lower(c.version, finding->version, sizeof(c.version));
	memcpy(c.country, finding->peer_origin.country, sizeof(c.country) - 1);
	return c;
}

const char *rule_file(const struct rules *rules, const struct rule *rule)
{
	return rule->file ? rules->files[rule->file - 1] : "";
}

bool rule_matches(const struct rule *rule, const struct word_case *c)
{
	/* Statements are about services unless they name the event. */
	if (c->finding->event == EVENT_HEALTH && !(rule->clause.has >> WORD_EVENT & 1))
		return false;
	if (rule->actions && rule->actions->until_us && c->now_us >= rule->actions->until_us)
		return false;
	return clause_matches(&rule->clause, c);
}

static int print_rule(const struct rule *rule, FILE *out)
{
	int rc;

	fputs(word_verb_text(rule->verb), out);
	if (rule->verb == WORD_ALERT)
		fprintf(out, " %s", record_level_text(rule->level));
	rc = clause_print(&rule->clause, out);
	if (!rc && rule->actions)
		action_print(rule->actions, rule->asked, out);
	return rc;
}

int rule_print(struct rule *rule)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int rc;

	if (!out)
		return -ENOMEM;
	rc = print_rule(rule, out);
	if (fclose(out))
		rc = -ENOMEM;
	if (rc)
		free(text);
	else
		rule->text = text;
	return rc;
}

int rule_print_group(struct set_group *group)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int rc;

	if (!out)
		return -ENOMEM;
	fprintf(out, "group %s ", group->name);
	if (group->set->owner || group->set->tagged)
		fprintf(out, "from assets %s ", group->set->owner ? "owner" : "tagged");
	if (group->set->owner)
		rc = set_print(group->set->owner, false, out);
	else if (group->set->tagged)
		rc = set_print(group->set->tagged, false, out);
	else
		rc = set_print(group->set, true, out);
	if (fclose(out))
		rc = -ENOMEM;
	if (rc)
		free(text);
	else
		group->text = text;
	return rc;
}

int rule_order_groups(const void *a, const void *b)
{
	const struct set_group *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void rule_clear(struct rule *rule)
{
	clause_clear(&rule->clause);
	free(rule->actions);
	free(rule->text);
}

void rule_clear_group(struct set_group *group)
{
	set_free(group->set);
	free(group->name);
	free(group->text);
}
