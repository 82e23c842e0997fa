/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/explain.h"

#include "rules/rule.h"

/* What the finding has where a condition looks. */
static void value_text(unsigned condition, const struct finding *f, char *out, size_t size)
{
	const char *text = NULL;
	char addr[ADDR_TEXT_MAX];

	switch ((enum word_condition)condition) {
	case WORD_HOST:
		text = addr_text(&f->service.host, addr);
		break;
	case WORD_PEER:
		text = addr_text(&f->peer, addr);
		break;
	case WORD_PORT:
		snprintf(out, size, "%u", f->service.port);
		return;
	case WORD_APP:
		text = *f->app ? f->app : "unknown";
		break;
	case WORD_VANTAGE:
		text = *f->open_from ? f->open_from : "of none";
		break;
	default:
		text = word_value_text(condition, word_value_of(condition, f));
		break;
	}
	snprintf(out, size, "%.*s", RECORD_VANTAGES_MAX - 1, text ? text : "of none");
}

/* False, and why, when a condition does not hold. */
static bool is_met(const struct rule *rule, const struct finding *f, char *why)
{
	char value[RECORD_VANTAGES_MAX];
	unsigned i;

	for (i = 0; i < WORD_CONDITION_END; i++) {
		if (!(rule->has >> i & 1) || rule_holds(rule, i, f))
			continue;
		value_text(i, f, value, sizeof(value));
		snprintf(why, EXPLAIN_WHY_MAX, "%s is %.120s", word_condition_text(i), value);
		return false;
	}
	return true;
}

void explain_finding(const struct rules *rules, const struct finding *f, explain_fn fn, void *arg)
{
	struct explain_step step;
	struct rules_verdict last;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		step = (struct explain_step){ .line = rule->line, .rule = rule->text };
		if (rule->verb == WORD_NOPROBE)
			snprintf(step.why, sizeof(step.why), "it is about probes only");
		else if (is_met(rule, f, step.why) && f->event == EVENT_HEALTH &&
			 !(rule->has >> WORD_EVENT & 1))
			snprintf(step.why, sizeof(step.why), "health wants its event named");
		step.decides = !*step.why;
		fn(arg, &step);
		if (step.decides)
			return;
	}
	rules_judge(rules, f, &last);
	step = (struct explain_step){ .rule = *last.rule ? last.rule : "ignore", .decides = true };
	fn(arg, &step);
}
