/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first words of both sides of a conversation, and how well they fit a protocol. A side's words
 * are put in the order of their sequence numbers, so that what was sent twice or padded is read
 * once.
 */
#ifndef FLOWD_SENSOR_NAME_WORDS_H
#define FLOWD_SENSOR_NAME_WORDS_H

#include "base/wire.h"

#include <string.h>

#define WORDS_MAX 320

/* All zero: that side has not spoken. */
struct words {
	uint8_t bytes[WORDS_MAX];
	uint16_t len;	/* bytes kept, without a gap from the first */
	uint32_t first; /* bytes of the first payload, as it was on the wire */
	uint32_t base;	/* sequence number of the first byte */
};

/*
 * Adds a payload that begins at `seq`; UDP has no such numbers and keeps the first datagram. `size`
 * is its length on the wire, `len` what was captured.
 */
void words_note(struct words *w, uint32_t seq, const uint8_t *bytes, size_t len, uint32_t size);

static inline struct wire words_wire(const struct words *w)
{
	return wire_open(w->bytes, w->len);
}

/* Do they begin with the text? The first byte alone says no nearly always, and costs no call. */
static inline bool words_start(const struct words *w, const char *text)
{
	size_t len = strlen(text);

	return w->len >= len && w->bytes[0] == (uint8_t)*text && !memcmp(w->bytes, text, len);
}

/* With the text, or with the part of it that has come? */
static inline bool words_may_start(const struct words *w, const char *text)
{
	size_t len = strlen(text);

	return !w->len || (w->bytes[0] == (uint8_t)*text &&
			   !memcmp(w->bytes, text, len < w->len ? len : w->len));
}

/* Is the text in them, upper and lower case being the same? */
bool words_have(const struct words *w, const char *text);

/* Are the first `count` bytes, or as many as have come, text of one or more lines? */
bool words_are_text(const struct words *w, size_t count);

/* How well one side's words fit a protocol. */
enum fit {
	FIT_NO,	   /* this side does not speak it */
	FIT_SHORT, /* too little has come to say */
	FIT_MAY,   /* it looks like it: with the other side's words, that is proof */
	FIT_YES	   /* nothing else looks like it */
};

typedef enum fit (*fit_fn)(const struct words *words);

/* Do question and answer belong together? FIT_NO: not in this protocol. */
typedef enum fit (*fit_pair_fn)(const struct words *client, const struct words *server);

enum {
	FIT_STRICT = 1,	 /* nDPI's name falls when the words say no */
	FIT_CARRIER = 2, /* others ride on it: nDPI may know better */
	FIT_HINTS = 4,	 /* nDPI reads more in it than a name */
};

/* A protocol: how its clients ask and its servers answer. Transport 0: any. NULL: says nothing. */
struct fit_row {
	const char *name;
	uint8_t proto;
	uint8_t flags;
	fit_fn asks, says;
	fit_pair_fn pair;
};

struct fit_table {
	const struct fit_row *rows;
	size_t count;
};

/* Yes, when it is, or else no; too short when the reader has gone past the end. */
static inline enum fit fit_if(const struct wire *w, bool yes, enum fit what)
{
	return w->bad ? FIT_SHORT : yes ? what : FIT_NO;
}

#endif
