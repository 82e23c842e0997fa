/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sets are made of: how an item of each kind is written, sorted, joined with its neighbour.
 */
#ifndef RULES_ITEM_H
#define RULES_ITEM_H

#include "rules/set.h"

#define ITEM_DAY (24 * 60) /* minutes */

union item {
	struct prefix_range prefix;
	struct set_range range;
	struct set_name name;
};

struct item_kind {
	const char *text;
	size_t size;
	int (*order)(const void *a, const void *b);
	bool (*merge)(void *into, const void *next); /* false: a gap is between them */
};

const struct item_kind *item_kind(enum set_kind kind);

/*
 * Reads what is written as one item into at most two: a time past midnight. How many; ERR_SYNTAX,
 * ERR_RANGE.
 */
int item_parse(enum set_kind kind, const char *text, size_t len, union item *out);

/* "22:00-07:00" in minutes of the day; the end does not belong to it. 0, ERR_SYNTAX, ERR_RANGE. */
int item_parse_span(const char *text, size_t len, uint32_t *from, uint32_t *to);

/* Prints a blank and the item; not for addresses, which sets print by prefixes. */
void item_print(enum set_kind kind, const void *item, FILE *out);

bool item_is_glob(const struct set_name *name);
char item_lower(char c);

#endif
