/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

#include "rules/item.h"
#include "rules/judge/index.h"
#include "rules/parse.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

int rules_read(const char *text, size_t len, struct rules **out, struct rules_error *error)
{
	const struct rules_source source = { .text = text, .len = len };

	return rules_read_from(&source, out, error);
}

int rules_read_from(const struct rules_source *source, struct rules **out,
		    struct rules_error *error)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	const struct lex_token start = { .line = 1, .column = 1 };
	int rc;

	if (!rules)
		return fault_at(error, &start, -ENOMEM, "out of memory");
	if (error)
		error->file[0] = 0;
	rc = parse_text(source, rules, error);
	if (!rc && !(rules->index = index_new(rules->list, rules->count)))
		rc = fault_at(error, &start, -ENOMEM, "out of memory");
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
	for (i = 0; i < rules->file_count; i++)
		free(rules->files[i]);
	free(rules->files);
	index_free(rules->index);
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

void rules_judge_with(const struct rules *rules, const struct finding *finding,
		      const struct rules_facts *facts, struct rules_verdict *out)
{
	const struct word_case c = rule_case(finding, facts);
	const struct rule *rule = index_find(rules->index, rules->list, &c);

	if (rule)
		*out = (struct rules_verdict){ .level = rule->level,
					       .line = rule->line,
					       .file = rule_file(rules, rule),
					       .rule = rule->text,
					       .actions = rule->actions };
	else if (finding->event == EVENT_HEALTH)
		*out = (struct rules_verdict){ .file = "", .rule = "" };
	else
		*out = (struct rules_verdict){ .level = LEVEL_LOW,
					       .file = "",
					       .rule = "alert low" };
}

void rules_judge(const struct rules *rules, const struct finding *finding,
		 struct rules_verdict *out)
{
	rules_judge_with(rules, finding, NULL, out);
}

void rules_facts_add(struct rules_facts *facts, const struct probe *probe)
{
	struct probe_fact fact;
	size_t at = 0;

	while (probe_next_fact(probe, &at, &fact)) {
		facts->noauth |= fact.kind == FACT_NOAUTH;
		facts->weak_tls |= fact.kind == FACT_WEAK_TLS;
	}
	facts->asked = probe->asked;
	facts->answered = probe->answered;
	facts->not_after_us = probe_not_after(probe);
	facts->selfsigned |= probe->certificate_count && probe->certificates[0].self_signed;
}

bool rules_may_probe(const struct rules *rules, const struct service *service, uint32_t *line)
{
	const struct finding early = { .service = *service };
	const struct word_case c = rule_case(&early, NULL);
	size_t i;

	for (i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		if (rule->verb != WORD_NOPROBE || !rule_matches(rule, &c))
			continue;
		if (line)
			*line = rule->line;
		return false;
	}
	return true;
}

const char *rules_sink(const struct rules *rules, size_t i, uint32_t *line)
{
	const struct rule *rule;

	for (rule = rules->list; rule < rules->list + rules->count; rule++) {
		size_t count = rule->actions ? rule->actions->sink_count : 0;

		if (i < count) {
			*line = rule->line;
			return rule->actions->sinks[i];
		}
		i -= count;
	}
	return NULL;
}

struct naming {
	struct rules_error place;
	rules_name_fn fn;
	void *arg;
};

static void name_vantages(const struct naming *n, const struct clause *clause)
{
	const struct set *set = clause->has >> WORD_VANTAGE & 1 ? clause->sets[WORD_VANTAGE] : NULL;
	const struct set_name *names = set ? set->all->items : NULL;
	size_t i, k;

	for (i = 0; set && i < set->all->count; i++)
		if (!item_is_glob(&names[i]))
			n->fn(n->arg, &n->place, names[i].text);
	for (i = 0; i < clause->choice_count; i++)
		for (k = 0; k < clause->choices[i].count; k++)
			name_vantages(n, &clause->choices[i].clauses[k]);
}

void rules_vantages(const struct rules *rules, rules_name_fn fn, void *arg)
{
	const struct rule *rule;

	for (rule = rules->list; rule < rules->list + rules->count; rule++) {
		struct naming n = { .place = { .line = rule->line, .column = rule->column },
				    .fn = fn,
				    .arg = arg };

		snprintf(n.place.file, sizeof(n.place.file), "%s", rule_file(rules, rule));
		name_vantages(&n, &rule->clause);
	}
}

wall_t rules_next_end(const struct rules *rules, wall_t time)
{
	const struct rule *rule;
	wall_t next = 0;

	for (rule = rules->list; rule < rules->list + rules->count; rule++) {
		wall_t end = rule->actions ? rule->actions->until_us : 0;

		if (end > time && (!next || end < next))
			next = end;
	}
	return next;
}
