/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/words.h"

#include <ctype.h>
#include <strings.h>

#define EARLIER_MOST 65536 /* bytes */

/* Segments may change places on the way: what comes after the first one, but stands before it,
 * takes its place. A keep-alive repeats the byte before. */
static void take_earlier(struct words *w, uint32_t seq, size_t len, uint32_t size)
{
	uint32_t before = w->base - seq;
	size_t kept = before < WORDS_MAX ? WORDS_MAX - before : 0;

	if (!w->len || before - 1 >= EARLIER_MOST || size <= 1)
		return;
	if (kept > w->len)
		kept = w->len;
	if (len < before)
		kept = 0;
	memmove(w->bytes + (kept ? before : 0), w->bytes, kept);
	w->len = (uint16_t)(kept ? before + kept : 0);
	w->base = seq;
	w->first = size;
}

void words_note(struct words *w, uint32_t seq, const uint8_t *bytes, size_t len, uint32_t size)
{
	uint32_t at;

	if (!w->len) {
		w->base = seq;
		w->first = size;
	}
	take_earlier(w, seq, len, size);
	at = seq - w->base;
	/* Before the first, after a gap, or beyond what is kept. */
	if (at > w->len || at >= WORDS_MAX)
		return;
	/* The first segment was padding or a part that was sent again in full. */
	if (!at && size > w->first)
		w->first = size;
	if (len > WORDS_MAX - at)
		len = WORDS_MAX - at;
	memcpy(w->bytes + at, bytes, len);
	if (at + len > w->len)
		w->len = (uint16_t)(at + len);
}

bool words_have(const struct words *w, const char *text)
{
	size_t i, len = strlen(text);
	int first = tolower((unsigned char)*text);

	/* What begins with a sign is mostly ruled out by its absence. */
	if (!isalpha(first) && !memchr(w->bytes, first, w->len))
		return false;
	/* The first letter alone says no nearly always, and costs no call. */
	for (i = 0; i + len <= w->len; i++)
		if ((w->bytes[i] | 0x20) == (first | 0x20) &&
		    !strncasecmp((const char *)w->bytes + i, text, len))
			return true;
	return false;
}

bool words_are_text(const struct words *w, size_t count)
{
	size_t i;

	for (i = 0; i < w->len && i < count; i++)
		if (!isprint(w->bytes[i]) && !isspace(w->bytes[i]))
			return false;
	return w->len;
}
