/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts as they are kept with what was judged, and as rules ask for them.
 */
#ifndef FLOWD_FACTS_H
#define FLOWD_FACTS_H

#include "rules/rules.h"
#include "store/history/judgements.h"

/* What rules are told at `now`; the texts are borrowed of `facts`. */
struct rules_facts facts_told(const struct store_facts *facts, wall_t now);

/* What rules are told of something that was judged before; likewise. */
struct rules_facts facts_then(const struct store_judgement *row);

#endif
