/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the language: statements, conditions, and the values of those conditions that choose
 * from a list. A value's index is its bit in the mask a rule keeps.
 */
#ifndef RULES_WORD_H
#define RULES_WORD_H

#include "base/mono.h"
#include "rules/fault.h"
#include "rules/set.h"

struct finding;
struct rules_facts;

/* X(constant, text): "group" is none, it names a set. */
#define WORD_VERB_LIST(X)          \
	X(WORD_IGNORE, "ignore")   \
	X(WORD_ALERT, "alert")     \
	X(WORD_NOPROBE, "noprobe") \
	X(WORD_GROUP, "group")     \
	X(WORD_INCLUDE, "include")

/* X(state): findings of services that end in it are events of its name, too. */
#define WORD_OUTCOME_LIST(X) X(STATE_REFUSES, "refuses") X(STATE_RESTRICTED, "restricted")

/* How the value of a condition is kept. */
enum word_form {
	WORD_LISTED,   /* a mask: values are chosen from a list */
	WORD_SET,      /* a set */
	WORD_ALONE,    /* it has none */
	WORD_COMPARED, /* "> 10", "< 14d" */
};

/* X(constant, text, form, kind of the set, known before a probe, somebody tells it), in canonical
   order. */
#define WORD_CONDITION_LIST(X)                                                \
	X(WORD_EVENT, "event", WORD_LISTED, SET_NONE, false, true)            \
	X(WORD_HOST, "host", WORD_SET, SET_PREFIXES, true, true)              \
	X(WORD_PORT, "port", WORD_SET, SET_PORTS, true, true)                 \
	X(WORD_PROTO, "proto", WORD_LISTED, SET_NONE, true, true)             \
	X(WORD_APP, "app", WORD_SET, SET_APPS, false, true)                   \
	X(WORD_PRODUCT, "product", WORD_SET, SET_TEXTS, false, true)          \
	X(WORD_VERSION, "version", WORD_SET, SET_TEXTS, false, true)          \
	X(WORD_STATE, "state", WORD_LISTED, SET_NONE, false, true)            \
	X(WORD_EVIDENCE, "evidence", WORD_LISTED, SET_NONE, false, true)      \
	X(WORD_PEER, "peer", WORD_SET, SET_PREFIXES, false, true)             \
	X(WORD_COUNTRY, "peer country", WORD_SET, SET_COUNTRIES, false, true) \
	X(WORD_AS, "peer as", WORD_SET, SET_NUMBERS, false, true)             \
	X(WORD_VLAN, "vlan", WORD_SET, SET_NUMBERS, false, true)              \
	X(WORD_TUNNEL, "tunnel", WORD_LISTED, SET_NONE, false, true)          \
	X(WORD_NOAUTH, "noauth", WORD_ALONE, SET_NONE, false, true)           \
	X(WORD_WEAK_TLS, "weak-tls", WORD_ALONE, SET_NONE, false, true)       \
	X(WORD_SELFSIGNED, "selfsigned", WORD_ALONE, SET_NONE, false, true)   \
	X(WORD_AMPLIFIES, "amplifies", WORD_COMPARED, SET_NONE, false, true)  \
	X(WORD_EXPIRES, "expires", WORD_COMPARED, SET_NONE, false, true)      \
	X(WORD_OWNER, "owner", WORD_SET, SET_TEXTS, false, true)              \
	X(WORD_TAGGED, "tagged", WORD_SET, SET_TEXTS, false, true)            \
	X(WORD_ZONE, "zone", WORD_SET, SET_TEXTS, false, true)                \
	X(WORD_TIME, "time", WORD_SET, SET_TIMES, false, true)                \
	X(WORD_DAY, "day", WORD_LISTED, SET_NONE, false, true)                \
	X(WORD_VANTAGE, "vantage", WORD_SET, SET_APPS, false, true)

/* X(constant, text), in canonical order. */
#define WORD_ACTION_LIST(X)          \
	X(WORD_TO, "to")             \
	X(WORD_TAG, "tag")           \
	X(WORD_THROTTLE, "throttle") \
	X(WORD_GROUP_BY, "group")    \
	X(WORD_DELAY, "delay")       \
	X(WORD_QUIET, "quiet")       \
	X(WORD_SCAN, "scan")         \
	X(WORD_UNTIL, "until")       \
	X(WORD_BECAUSE, "because")

/* Sunday is day 0, as in struct tm. */
#define WORD_DAY_LIST(X) X("sun") X("mon") X("tue") X("wed") X("thu") X("fri") X("sat")

#define WORD_ENUM(id, ...) id,
enum word_verb { WORD_VERB_LIST(WORD_ENUM) WORD_VERB_END };
enum word_condition { WORD_CONDITION_LIST(WORD_ENUM) WORD_CONDITION_END };
enum word_action { WORD_ACTION_LIST(WORD_ENUM) WORD_ACTION_END };
#undef WORD_ENUM

/* What is judged, and when. */
struct word_case {
	const struct finding *finding;
	const struct rules_facts *facts; /* never NULL */
	wall_t now_us;
	unsigned minute, day; /* of the day and the week, where the clock on the wall is */
	/* In lower case; "" not known, the application "unknown". */
	char app[RECORD_APP_MAX], product[48], version[32];
	char country[RECORD_COUNTRY_MAX];
};

const char *word_verb_text(enum word_verb verb);
const char *word_condition_text(enum word_condition condition);
enum word_form word_condition_form(enum word_condition condition);
enum set_kind word_condition_kind(enum word_condition condition);
bool word_is_known_early(enum word_condition condition);
bool word_is_told(enum word_condition condition);

const char *word_action_text(enum word_action action);

/* The constant; ERR_UNKNOWN and `error`, with the word that was probably meant. */
int word_verb_parse(const struct lex_token *token, struct rules_error *error);
int word_condition_parse(const struct lex_token *token, struct rules_error *error);

/* The action of this word; -1 none. */
int word_action_find(const struct lex_token *token);

/* The level of an alert; ERR_UNKNOWN and `error`. */
int word_level_parse(const struct lex_token *token, struct rules_error *error);

/* The index of a value of a condition that chooses from a list; ERR_UNKNOWN and `error`. */
int word_value_parse(enum word_condition condition, const struct lex_token *token,
		     struct rules_error *error);

/* The text of the value with this index; NULL behind the last. */
const char *word_value_text(enum word_condition condition, unsigned index);

/* The index of what the case says; 31, which is no value's, for what has no name. */
unsigned word_value_of(enum word_condition condition, const struct word_case *c);

/* What else the case says of the event: that a service refuses, or is restricted. 31: nothing. */
unsigned word_outcome_of(const struct word_case *c);

#endif
