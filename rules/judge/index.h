/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of many statements may speak of a finding: each is filed under the one of its conditions
 * that fewest findings meet, an address or port under its prefixes, a name under itself. What has
 * no such condition is asked always. The answer is that of asking all in their order.
 */
#ifndef RULES_JUDGE_INDEX_H
#define RULES_JUDGE_INDEX_H

#include "rules/rule.h"

struct index;

/* Of `list`, borrowed by index_find alone, without noprobe statements. NULL: no memory. */
struct index *index_new(const struct rule *list, size_t count);
void index_free(struct index *index);

/* The first of the list that speaks of the case; NULL none. */
const struct rule *index_find(const struct index *index, const struct rule *list,
			      const struct word_case *c);

#endif
