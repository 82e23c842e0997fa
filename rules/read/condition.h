/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a statement asks.
 */
#ifndef RULES_READ_CONDITION_H
#define RULES_READ_CONDITION_H

#include "rules/read/reader.h"

/* The conditions behind the verb, none as well; leaves the token behind them. */
int condition_read(struct reader *p, struct clause *clause);

/* Those up to an "or", a parenthesis that closes, or the end; at least one. */
int condition_read_all(struct reader *p, struct clause *clause);

#endif
