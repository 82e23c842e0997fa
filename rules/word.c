/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/word.h"

#include "base/err.h"
#include "rules/rules.h"

#define TEXT_OF(id, text, ...) [id] = text,

static const char *const verbs[] = { WORD_VERB_LIST(TEXT_OF) };
static const char *const levels[] = { RECORD_LEVEL_LIST(TEXT_OF) };

#define CONDITION_OF(id, ...) [id] = { __VA_ARGS__ },
static const struct condition {
	const char *text;
	enum word_form form;
	enum set_kind kind;
	bool early, told;
} conditions[] = { WORD_CONDITION_LIST(CONDITION_OF) };

static const char *const actions[] = { WORD_ACTION_LIST(TEXT_OF) };

/* Behind those of the records: outcomes. */
#define OUTCOME_TEXT(id, text) text,
static const char *const events[] = { RECORD_EVENT_LIST(TEXT_OF) WORD_OUTCOME_LIST(OUTCOME_TEXT)
					      NULL };
#define OUTCOME_STATE(id, text) id,
static const uint8_t outcomes[] = { WORD_OUTCOME_LIST(OUTCOME_STATE) };
static const char *const states[] = { RECORD_STATE_LIST(TEXT_OF) NULL };
static const char *const evidences[] = { RECORD_EVIDENCE_LIST(TEXT_OF) NULL };

#define DAY_TEXT(text) text,
static const char *const days[] = { WORD_DAY_LIST(DAY_TEXT) NULL };
static const char *const tunnels[] = { RECORD_TUNNEL_LIST(TEXT_OF) NULL };

/* Protocol numbers are too far apart for a mask: these go by their place in the list. */
#define PROTO_TEXT(id, text, number) text,
#define PROTO_NUMBER(id, text, number) number,
static const char *const protos[] = { RECORD_PROTO_LIST(PROTO_TEXT) NULL };
static const uint8_t proto_numbers[] = { RECORD_PROTO_LIST(PROTO_NUMBER) };

static const char *const *const values[WORD_CONDITION_END] = {
	[WORD_EVENT] = events,	     [WORD_PROTO] = protos,   [WORD_STATE] = states,
	[WORD_EVIDENCE] = evidences, [WORD_TUNNEL] = tunnels, [WORD_DAY] = days,
};

#define UNNAMED 31

_Static_assert(EVENT_END + sizeof(outcomes) < UNNAMED && STATE_END < UNNAMED &&
		       EVIDENCE_END < UNNAMED && TUNNEL_END < UNNAMED,
	       "values of a condition fit a mask of 32 bits");

const char *word_verb_text(enum word_verb verb)
{
	return verbs[verb];
}

const char *word_condition_text(enum word_condition condition)
{
	return conditions[condition].text;
}

enum word_form word_condition_form(enum word_condition condition)
{
	return conditions[condition].form;
}

enum set_kind word_condition_kind(enum word_condition condition)
{
	return conditions[condition].kind;
}

bool word_is_known_early(enum word_condition condition)
{
	return conditions[condition].early;
}

bool word_is_told(enum word_condition condition)
{
	return conditions[condition].told;
}

const char *word_action_text(enum word_action action)
{
	return actions[action];
}

int word_action_find(const struct lex_token *token)
{
	unsigned i;

	for (i = 0; i < WORD_ACTION_END; i++)
		if (lex_is(token, actions[i]))
			return (int)i;
	return -1;
}

int word_verb_parse(const struct lex_token *token, struct rules_error *error)
{
	struct fault_near near = fault_near_new(token);
	unsigned i;

	for (i = 0; i < WORD_VERB_END; i++) {
		if (lex_is(token, verbs[i]))
			return (int)i;
		fault_near_offer(&near, verbs[i]);
	}
	if (!near.best)
		return fault_at(error, token, ERR_UNKNOWN,
				"unknown statement '%.*s'; there are group, include, ignore, alert "
				"and noprobe",
				FAULT_WORD(token));
	return fault_unknown(error, "statement", &near);
}

int word_condition_parse(const struct lex_token *token, struct rules_error *error)
{
	struct fault_near near = fault_near_new(token);
	unsigned i;

	for (i = 0; i < WORD_CONDITION_END; i++) {
		if (lex_is(token, conditions[i].text))
			return (int)i;
		fault_near_offer(&near, conditions[i].text);
	}
	for (i = 0; i < WORD_ACTION_END; i++)
		fault_near_offer(&near, actions[i]);
	/* "port 80 443" */
	if (!near.best && set_kind_guess(token->text, token->len) != SET_APPS)
		return fault_at(error, token, ERR_UNKNOWN,
				"'%.*s' follows no condition; several values are written { a b }",
				FAULT_WORD(token));
	return fault_unknown(error, "condition", &near);
}

int word_level_parse(const struct lex_token *token, struct rules_error *error)
{
	struct fault_near near = fault_near_new(token);
	unsigned i;

	if (lex_is(token, levels[LEVEL_NONE]))
		return fault_at(error, token, ERR_UNKNOWN,
				"an alert of level none would be silent, that is 'ignore'");
	for (i = LEVEL_NONE + 1; i < LEVEL_END; i++) {
		if (lex_is(token, levels[i]))
			return (int)i;
		fault_near_offer(&near, levels[i]);
	}
	if (!near.best)
		return fault_at(error, token, ERR_UNKNOWN,
				"alert wants a level first (low, medium, high or critical), "
				"not '%.*s'",
				FAULT_WORD(token));
	return fault_unknown(error, "level", &near);
}

/* "unknown state 'x'; there are a, b and so on". */
static int fail_value(const struct lex_token *token, enum word_condition condition,
		      struct rules_error *error)
{
	char list[128];
	size_t i, len = 0;

	for (i = 0; values[condition][i]; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
					values[condition][i]);
	return fault_at(error, token, ERR_UNKNOWN, "unknown %s '%.*s'; there are %s",
			conditions[condition].text, FAULT_WORD(token), list);
}

int word_value_parse(enum word_condition condition, const struct lex_token *token,
		     struct rules_error *error)
{
	struct fault_near near = fault_near_new(token);
	const char *const *list = values[condition];
	unsigned i;

	for (i = 0; list[i]; i++) {
		if (lex_is(token, list[i]))
			return (int)i;
		fault_near_offer(&near, list[i]);
	}
	return near.best ? fault_unknown(error, conditions[condition].text, &near)
			 : fail_value(token, condition, error);
}

const char *word_value_text(enum word_condition condition, unsigned index)
{
	return values[condition][index];
}

unsigned word_value_of(enum word_condition condition, const struct word_case *c)
{
	const struct finding *f = c->finding;
	unsigned i;

	switch (condition) {
	case WORD_EVENT:
		i = f->event;
		break;
	case WORD_STATE:
		i = f->state;
		break;
	case WORD_EVIDENCE:
		i = f->evidence;
		break;
	case WORD_TUNNEL:
		i = c->facts->tunnel;
		break;
	case WORD_DAY:
		i = c->day;
		break;
	default:
		for (i = 0; i < sizeof(proto_numbers); i++)
			if (proto_numbers[i] == f->service.proto)
				return i;
		return UNNAMED;
	}
	return i < UNNAMED ? i : UNNAMED;
}

unsigned word_outcome_of(const struct word_case *c)
{
	const struct finding *f = c->finding;
	unsigned i;

	/* Health is no service's; gone ends whatever it was. */
	if (f->event != EVENT_NEW && f->event != EVENT_CHANGED && f->event != EVENT_RETURNED &&
	    f->event != EVENT_VERDICT)
		return UNNAMED;
	for (i = 0; i < sizeof(outcomes); i++)
		if (outcomes[i] == f->state)
			return EVENT_END + i;
	return UNNAMED;
}
