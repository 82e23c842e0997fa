/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/text.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_word(struct text *t, const char *word)
{
	const char *at = t->at;

	for (; *word; word++, at++)
		if (at == t->end || lower(*at) != lower(*word))
			return false;
	t->at = at;
	return true;
}

bool text_byte(struct text *t, char c)
{
	if (t->at == t->end || *t->at != c)
		return false;
	t->at++;
	return true;
}

bool text_number(struct text *t, uint32_t most, uint32_t *out)
{
	const char *at = t->at;
	uint64_t n = 0;

	for (; at < t->end && *at >= '0' && *at <= '9'; at++) {
		n = 10 * n + (uint64_t)(*at - '0');
		if (n > most)
			return false;
	}
	if (at == t->at)
		return false;
	t->at = at;
	*out = (uint32_t)n;
	return true;
}

bool text_past(struct text *t, char c)
{
	while (t->at < t->end)
		if (*t->at++ == c)
			return true;
	return false;
}

struct text text_take(struct text *t)
{
	struct text word = { t->at, t->at };

	while (word.end < t->end && *word.end != ' ')
		word.end++;
	t->at = word.end;
	text_byte(t, ' ');
	return word;
}

bool text_address(struct text t, struct addr *out)
{
	return !addr_parse(t.at, (size_t)(t.end - t.at), out);
}
