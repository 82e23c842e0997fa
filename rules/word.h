/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the language: statements, conditions, and the values of those conditions that choose
 * from a list. A value's index is its bit in the mask a rule keeps.
 */
#ifndef RULES_WORD_H
#define RULES_WORD_H

#include "rules/fault.h"
#include "rules/set.h"

struct finding;

/* X(constant, text): "group" is none, it names a set. */
#define WORD_VERB_LIST(X)          \
	X(WORD_IGNORE, "ignore")   \
	X(WORD_ALERT, "alert")     \
	X(WORD_NOPROBE, "noprobe") \
	X(WORD_GROUP, "group")

/* X(constant, text, kind of the set or SET_NONE: a list, known before a probe), in canonical
   order. */
#define WORD_CONDITION_LIST(X)                        \
	X(WORD_EVENT, "event", SET_NONE, false)       \
	X(WORD_HOST, "host", SET_PREFIXES, true)      \
	X(WORD_PORT, "port", SET_PORTS, true)         \
	X(WORD_PROTO, "proto", SET_NONE, true)        \
	X(WORD_APP, "app", SET_APPS, false)           \
	X(WORD_STATE, "state", SET_NONE, false)       \
	X(WORD_EVIDENCE, "evidence", SET_NONE, false) \
	X(WORD_PEER, "peer", SET_PREFIXES, false)     \
	X(WORD_VANTAGE, "vantage", SET_APPS, false)

#define WORD_ENUM(id, ...) id,
enum word_verb { WORD_VERB_LIST(WORD_ENUM) WORD_VERB_END };
enum word_condition { WORD_CONDITION_LIST(WORD_ENUM) WORD_CONDITION_END };
#undef WORD_ENUM

const char *word_verb_text(enum word_verb verb);
const char *word_condition_text(enum word_condition condition);
enum set_kind word_condition_kind(enum word_condition condition);
bool word_is_known_early(enum word_condition condition);

/* The constant; ERR_UNKNOWN and `error`, with the word that was probably meant. */
int word_verb_parse(const struct lex_token *token, struct rules_error *error);
int word_condition_parse(const struct lex_token *token, struct rules_error *error);

/* The level of an alert; ERR_UNKNOWN and `error`. */
int word_level_parse(const struct lex_token *token, struct rules_error *error);

/* The index of a value of a condition that chooses from a list; ERR_UNKNOWN and `error`. */
int word_value_parse(enum word_condition condition, const struct lex_token *token,
		     struct rules_error *error);

/* The text of the value with this index; NULL behind the last. */
const char *word_value_text(enum word_condition condition, unsigned index);

/* The index of what the finding says; 31, which is no value's, for what has no name. */
unsigned word_value_of(enum word_condition condition, const struct finding *finding);

#endif
