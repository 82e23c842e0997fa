/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of text from outside, read word by word within its bounds.
 */
#ifndef FLOWD_SENSOR_TEXT_H
#define FLOWD_SENSOR_TEXT_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	const char *at, *end; /* borrowed */
};

/* Goes past `word` where it stands next, letters in either case; true when it did. */
bool text_word(struct text *t, const char *word);

/* Goes past one byte when it is `c`. */
bool text_byte(struct text *t, char c);

/* Goes past the digits of a number up to `most`; false, and nothing moved, when there is none. */
bool text_number(struct text *t, uint32_t most, uint32_t *out);

/* Goes past everything up to the next `c`, and past that; false at the end when there is none. */
bool text_past(struct text *t, char c);

/* Takes the word up to a blank, or the end. */
struct text text_take(struct text *t);

/* The address that the text is, as a whole. */
bool text_address(struct text t, struct addr *out);

#endif
