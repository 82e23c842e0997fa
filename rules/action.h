/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a statement wants done: read and printed. rules.h says what it is.
 */
#ifndef RULES_ACTION_H
#define RULES_ACTION_H

#include "rules/read/reader.h"

/* The actions behind the conditions, none as well; leaves the token behind them. */
int action_read(struct reader *p, struct rule *rule);

/* Prints those `asked` for, a blank before each. */
void action_print(const struct rules_actions *actions, uint32_t asked, FILE *out);

#endif
