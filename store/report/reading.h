/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON that somebody else has written (RFC 8259), as values to look at.
 */
#ifndef STORE_REPORT_READING_H
#define STORE_REPORT_READING_H

#include <stddef.h>
#include <stdint.h>

struct reading;

enum reading_kind {
	READING_NOTHING,
	READING_TEXT,
	READING_NUMBER,
	READING_LIST,
	READING_OBJECT,
	READING_TRUE,
	READING_FALSE,
	READING_NULL,
	READING_OTHER
};

/* The value of `len` bytes, to be freed; NULL: they are none, or say a key twice. */
struct reading *reading_new(const char *text, size_t len);
void reading_free(struct reading *r);

/* What it is; whole numbers only are numbers, and NULL is nothing. */
enum reading_kind reading_kind(const struct reading *r);
const char *reading_text(const struct reading *r); /* without NULs in it; borrowed; NULL: no text */
int64_t reading_number(const struct reading *r);   /* 0: no number */

/* Borrowed; NULL: there is none. */
const struct reading *reading_child(const struct reading *object, const char *key);
const struct reading *reading_item(const struct reading *list, size_t i);

/* The first key of an object that is not in a list that ends with NULL; borrowed; NULL: none. */
const char *reading_stranger(const struct reading *object, const char *const *known);

/* The positive number of a key in a line of `len` bytes; 0: there is none. */
uint64_t reading_number_in(const char *line, size_t len, const char *key);

#endif
