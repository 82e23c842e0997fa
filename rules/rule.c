/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(WORD_CONDITION_END <= 16, "conditions fit rule.has");

static bool has_app(const struct set *set, const struct finding *finding)
{
	char app[RECORD_APP_MAX];

	/* The record came from another process: its NUL is not taken for granted. */
	memcpy(app, finding->app, sizeof(app));
	app[sizeof(app) - 1] = '\0';
	return set_has_app(set, app[0] ? app : "unknown");
}

/* Any of those who find it open. */
static bool has_vantage(const struct set *set, const struct finding *finding)
{
	const char *at = finding->open_from, *end = at + strnlen(at, sizeof(finding->open_from));
	const char *comma;
	char name[PROBE_VANTAGE_MAX];
	size_t len;

	for (; at < end; at += len + 1) {
		comma = memchr(at, ',', (size_t)(end - at));
		len = (size_t)((comma ? comma : end) - at);
		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		if (set_has_app(set, name))
			return true;
	}
	return false;
}

static bool holds(const struct rule *rule, unsigned condition, const struct finding *finding)
{
	const struct set *set = rule->sets[condition];

	switch ((enum word_condition)condition) {
	case WORD_HOST:
		return set_has_addr(set, &finding->service.host);
	case WORD_PORT:
		return set_has_port(set, finding->service.port);
	case WORD_APP:
		return has_app(set, finding);
	case WORD_VANTAGE:
		return has_vantage(set, finding);
	case WORD_PEER:
		return (set->home && finding->peer_home) || set_has_addr(set, &finding->peer);
	default:
		return rule->masks[condition] >> word_value_of(condition, finding) & 1;
	}
}

bool rule_holds(const struct rule *rule, unsigned n, const struct finding *finding)
{
	return holds(rule, n, finding) != (bool)(rule->negated >> n & 1);
}

bool rule_matches(const struct rule *rule, const struct finding *finding)
{
	unsigned i;

	for (i = 0; i < WORD_CONDITION_END; i++)
		if ((rule->has >> i & 1) && !rule_holds(rule, i, finding))
			return false;
	return true;
}

static void print_mask(const struct rule *rule, unsigned condition, FILE *out)
{
	uint32_t mask = rule->masks[condition];
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

static int print_rule(const struct rule *rule, FILE *out)
{
	unsigned i;
	int rc;

	fputs(word_verb_text(rule->verb), out);
	if (rule->verb == WORD_ALERT)
		fprintf(out, " %s", record_level_text(rule->level));
	for (i = 0; i < WORD_CONDITION_END; i++) {
		if (!(rule->has >> i & 1))
			continue;
		fprintf(out, " %s%s ", word_condition_text(i),
			rule->negated >> i & 1 ? " not" : "");
		if (!rule->sets[i])
			print_mask(rule, i, out);
		else if ((rc = set_print(rule->sets[i], false, out)))
			return rc;
	}
	return 0;
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
	unsigned i;

	for (i = 0; i < WORD_CONDITION_END; i++)
		set_free(rule->sets[i]);
	free(rule->text);
}

void rule_clear_group(struct set_group *group)
{
	set_free(group->set);
	free(group->name);
	free(group->text);
}
