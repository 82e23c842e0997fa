/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From words to statements.
 */
#ifndef RULES_PARSE_H
#define RULES_PARSE_H

#include "rules/rule.h"

/* What a file may be at most, so that whoever hands us one cannot have all the memory. */
#define PARSE_TEXT_MAX (1u << 20)   /* bytes */
#define PARSE_RULE_MAX 100000u	    /* statements */
#define PARSE_GROUP_MAX 4096u	    /* groups */
#define PARSE_UNFOLD_MAX (1u << 20) /* items that groups are copied to */

/*
 * Adds the statements of the text to `rules`. 0; ERR_SYNTAX, ERR_UNKNOWN, ERR_RANGE, -ENOMEM and
 * `error`: then `rules` is only good to be freed.
 */
int parse_text(const struct rules_source *source, struct rules *rules, struct rules_error *error);

/* The same, but goes on behind what is wrong and says all of it; returns the first. */
int parse_all(const struct rules_source *source, struct rules *rules, rules_note_fn fn, void *arg);

#endif
