/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

#include "rules/parse.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

int rules_read(const char *text, size_t len, struct rules **out, struct rules_error *error)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	const struct lex_token start = { .line = 1, .column = 1 };
	int rc;

	if (!rules)
		return fault_at(error, &start, -ENOMEM, "out of memory");
	rc = parse_text(text, len, rules, error);
	if (rc) {
		rules_free(rules);
		return rc;
	}
	*out = rules;
	return 0;
}

void rules_free(struct rules *rules)
{
	size_t i;

	if (!rules)
		return;
	for (i = 0; i < rules->count; i++)
		rule_clear(&rules->list[i]);
	free(rules->list);
	for (i = 0; i < rules->group_count; i++) {
		tdelete(rules->groups[i], &rules->names, rule_order_groups);
		rule_clear_group(rules->groups[i]);
		free(rules->groups[i]);
	}
	free(rules->groups);
	free(rules);
}

void rules_print(const struct rules *rules, FILE *out)
{
	size_t i;

	for (i = 0; i < rules->group_count; i++)
		fprintf(out, "%s\n", rules->groups[i]->text);
	for (i = 0; i < rules->count; i++)
		fprintf(out, "%s\n", rules->list[i].text);
}

void rules_judge(const struct rules *rules, const struct finding *finding,
		 struct rules_verdict *out)
{
	size_t i;

	for (i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		if (rule->verb == WORD_NOPROBE || !rule_matches(rule, finding))
			continue;
		/* Statements are about services unless they name the event. */
		if (finding->event == EVENT_HEALTH && !(rule->has >> WORD_EVENT & 1))
			continue;
		*out = (struct rules_verdict){ rule->level, rule->line, rule->text };
		return;
	}
	*out = finding->event == EVENT_HEALTH ? (struct rules_verdict){ LEVEL_NONE, 0, "" }
					      : (struct rules_verdict){ LEVEL_LOW, 0, "alert low" };
}

bool rules_may_probe(const struct rules *rules, const struct service *service, uint32_t *line)
{
	const struct finding early = { .service = *service };
	size_t i;

	for (i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		if (rule->verb != WORD_NOPROBE || !rule_matches(rule, &early))
			continue;
		if (line)
			*line = rule->line;
		return false;
	}
	return true;
}
