/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What statements deny ("host not ..."): whoever meets a key of a denied set is none that the
 * statement speaks of. Of addresses, ports, times and values from lists the keys are those of
 * needs.h; of names they are the names themselves, since a hash may be another name's, too.
 */
#ifndef RULES_JUDGE_DENY_H
#define RULES_JUDGE_DENY_H

#include "rules/judge/needs.h"

/* Keys of what a clause denies in a field, as many as there is room for; none: it denies nothing
 * there. */
void deny_find(const struct clause *clause, size_t field, struct needs *out);

/* Is a field's key a name itself? */
bool deny_is_name(size_t field);

/* Calls `fn` with the keys of the names in a case. */
void deny_meet_names(const struct word_case *c, void (*fn)(void *arg, const struct need *key),
		     void *arg);

#endif
