/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as people read them: tables as wide as what is in them, words in colour on a terminal.
 * What strangers have said is printed so that a terminal takes it for text.
 */
#ifndef WEB_CTL_TABLE_H
#define WEB_CTL_TABLE_H

#include "store/report/reading.h"

#include <stdbool.h>
#include <stdio.h>

/* A column: a key, as it is called above, and how wide at most. */
struct table_column {
	const char *key, *title; /* a NULL key ends the list */
	int most;		 /* bytes; 0 any */
};

/* Prints the rows of a list; true: there were some. `title`: also the line of titles. */
bool table_print(const struct reading *list, const struct table_column *columns, bool title,
		 bool colour);

/* One row, without looking at others: for what comes one by one. */
void table_row(const struct reading *row, const struct table_column *columns, bool colour);

/* "key: value" of those keys that say something. */
void table_card(const struct reading *row, const struct table_column *columns, bool colour);

/* Control characters and what is no text become a dot. */
void table_safe(FILE *out, const char *text);

/* The value as a word; "-" of null, in `buffer` when it is a number. */
#define TABLE_WORD_MAX 32
const char *table_word(const struct reading *value, char buffer[TABLE_WORD_MAX]);

#endif
