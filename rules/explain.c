/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/explain.h"

#include "rules/rule.h"

/* What the case has where a condition looks. */
static void value_text(unsigned condition, const struct word_case *c, char *out, size_t size)
{
	const struct finding *f = c->finding;
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
	case WORD_AS:
		snprintf(out, size, "%u", f->peer_origin.as_number);
		return;
	case WORD_VLAN:
		snprintf(out, size, "%u", c->facts->vlan);
		return;
	case WORD_TIME:
		snprintf(out, size, "%02u:%02u", c->minute / 60, c->minute % 60);
		return;
	case WORD_COUNTRY:
		text = *f->peer_origin.country ? f->peer_origin.country : "unknown";
		break;
	case WORD_APP:
		text = *f->app ? f->app : "unknown";
		break;
	case WORD_PRODUCT:
		text = *f->product ? f->product : "unknown";
		break;
	case WORD_VERSION:
		text = *f->version ? f->version : "unknown";
		break;
	case WORD_VANTAGE:
		text = *f->open_from ? f->open_from : "of none";
		break;
	case WORD_OWNER:
		text = c->facts->owner ? c->facts->owner : "unknown";
		break;
	case WORD_ZONE:
		text = c->facts->zone ? c->facts->zone : "unknown";
		break;
	case WORD_TAGGED:
		text = c->facts->tags ? c->facts->tags : "unknown";
		break;
	default:
		text = word_value_text(condition, word_value_of(condition, c));
		break;
	}
	snprintf(out, size, "%.*s", RECORD_VANTAGES_MAX - 1, text ? text : "of none");
}

/* Why a condition does not hold. */
static void say(const struct rule *rule, unsigned i, const struct word_case *c, char *why)
{
	bool negated = rule->clause.negated >> i & 1;
	char value[RECORD_VANTAGES_MAX];

	if (word_condition_form(i) == WORD_ALONE) {
		snprintf(why, EXPLAIN_WHY_MAX, "%s is %s", word_condition_text(i),
			 negated ? "so" : "not known to be so");
	} else if (word_condition_form(i) == WORD_COMPARED) {
		snprintf(why, EXPLAIN_WHY_MAX, "%s is not so, or nothing is known of it",
			 word_condition_text(i));
	} else {
		value_text(i, c, value, sizeof(value));
		snprintf(why, EXPLAIN_WHY_MAX, "%s is %.120s", word_condition_text(i), value);
	}
}

/* False, and why, when something does not hold. */
static bool is_met(const struct rule *rule, const struct word_case *c, char *why)
{
	unsigned i;

	for (i = 0; i < WORD_CONDITION_END; i++) {
		if (!(rule->clause.has >> i & 1) || clause_holds(&rule->clause, i, c))
			continue;
		say(rule, i, c, why);
		return false;
	}
	for (i = 0; i < rule->clause.choice_count; i++) {
		if (clause_chooses(&rule->clause.choices[i], c))
			continue;
		snprintf(why, EXPLAIN_WHY_MAX, "%s in parentheses %u holds",
			 rule->clause.choices[i].negated ? "something" : "nothing", i + 1);
		return false;
	}
	if (rule_matches(rule, c))
		return true;
	snprintf(why, EXPLAIN_WHY_MAX, "%s",
		 c->finding->event == EVENT_HEALTH && !(rule->clause.has >> WORD_EVENT & 1)
			 ? "health wants its event named"
			 : "it has expired");
	return false;
}

void explain_with(const struct rules *rules, const struct finding *f,
		  const struct rules_facts *facts, explain_fn fn, void *arg)
{
	const struct word_case c = rule_case(f, facts);
	struct explain_step step;
	struct rules_verdict last;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		step = (struct explain_step){ .line = rule->line,
					      .file = rule_file(rules, rule),
					      .rule = rule->text };
		if (rule->verb == WORD_NOPROBE)
			snprintf(step.why, sizeof(step.why), "it is about probes only");
		else
			step.decides = is_met(rule, &c, step.why);
		fn(arg, &step);
		if (step.decides)
			return;
	}
	rules_judge_with(rules, f, facts, &last);
	step = (struct explain_step){ .file = "",
				      .rule = *last.rule ? last.rule : "ignore",
				      .decides = true };
	fn(arg, &step);
}

void explain_finding(const struct rules *rules, const struct finding *f, explain_fn fn, void *arg)
{
	explain_with(rules, f, NULL, fn, arg);
}
