/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/hints.h"

#include <strings.h>

/* Copies from `at` to the end of the text; false: it is empty, or has no end. */
static bool copy(const struct words *w, size_t at, char *out)
{
	size_t end = at, len;

	while (end < w->len && w->bytes[end] >= ' ' && w->bytes[end] != 0x7f)
		end++;
	if (end == w->len && end - at < RECORD_HINT_MAX)
		return false;
	while (end > at && w->bytes[end - 1] == ' ')
		end--;
	len = end - at < RECORD_HINT_MAX ? end - at : RECORD_HINT_MAX - 1;
	memset(out, 0, RECORD_HINT_MAX);
	memcpy(out, w->bytes + at, len);
	return len;
}

/* The start of the line after the one at `at`; the end of the words: there is none. */
static size_t next_line(const struct words *w, size_t at)
{
	while (at < w->len && w->bytes[at] != '\n')
		at++;
	return at < w->len ? at + 1 : at;
}

/* Is there a line without anything at `at`, the head's end? */
static bool is_end(const struct words *w, size_t at)
{
	return at < w->len && (w->bytes[at] == '\n' || w->bytes[at] == '\r');
}

bool hints_http_field(const struct words *w, const char *name, char *out)
{
	size_t len = strlen(name), at;

	for (at = next_line(w, 0); at < w->len && !is_end(w, at); at = next_line(w, at)) {
		if (at + len >= w->len || w->bytes[at + len] != ':' ||
		    strncasecmp((const char *)w->bytes + at, name, len))
			continue;
		for (at += len + 1; at < w->len && (w->bytes[at] == ' ' || w->bytes[at] == '\t');)
			at++;
		return copy(w, at, out);
	}
	return false;
}

bool hints_ssh_banner(const struct words *w, char *out)
{
	return words_start(w, "SSH-") && copy(w, 0, out);
}

bool hints_http_goes_on(const struct words *w)
{
	size_t at;

	for (at = next_line(w, 0); at < w->len; at = next_line(w, at))
		if (is_end(w, at))
			return false;
	return w->len < WORDS_MAX;
}

bool hints_is_server_hello(const struct words *words)
{
	struct wire w = words_wire(words);
	bool record = wire_u8(&w) == 22 && wire_u8(&w) == 3;

	wire_take(&w, 3); /* minor version, length */
	return record && wire_u8(&w) == 2 && !w.bad;
}
