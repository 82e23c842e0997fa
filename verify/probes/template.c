/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/template.h"

#include "base/wire.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct paper {
	char *out;
	size_t len, most;
};

static bool is_plain(uint8_t c)
{
	return c >= ' ' && c < 0x7f;
}

static void put(struct paper *p, uint8_t c)
{
	if (p->len < p->most)
		p->out[p->len++] = is_plain(c) ? (char)c : ' ';
}

static void put_group(struct paper *p, const struct pattern_hit *hit, int group, bool only_plain)
{
	size_t i;

	for (i = 0; hit->at[group] && i < hit->len[group]; i++)
		if (!only_plain || is_plain(hit->at[group][i]))
			put(p, hit->at[group][i]);
}

static void put_substituted(struct paper *p, const struct pattern_hit *hit, int group,
			    struct parse_span from, struct parse_span to)
{
	const uint8_t *at = hit->at[group];
	size_t left = hit->len[group], i;

	while (at && left) {
		if (from.len && left >= from.len && !memcmp(at, from.at, from.len)) {
			for (i = 0; i < to.len; i++)
				put(p, (uint8_t)to.at[i]);
			at += from.len;
			left -= from.len;
			continue;
		}
		put(p, *at++);
		left--;
	}
}

static void put_number(struct paper *p, const struct pattern_hit *hit, int group, bool big)
{
	size_t len = hit->len[group], i;
	char text[24], *c = text;
	struct wire w;
	uint64_t n = 0;

	if (!hit->at[group] || len > 8)
		return;
	w = wire_open(hit->at[group], len);
	for (i = 0; i < len; i++)
		n = big ? n << 8 | wire_u8(&w) : n | (uint64_t)wire_u8(&w) << 8 * i;
	snprintf(text, sizeof(text), "%" PRIu64, n);
	while (*c)
		put(p, (uint8_t)*c++);
}

/* "(1,"a","b")": the group, and up to two strings. The place behind it; NULL: it is none. */
static const char *read_call(const char *at, const char *end, int *group,
			     struct parse_span strings[2])
{
	const char *stop;
	int n = 0;

	if (end - at < 3 || at[0] != '(' || !isdigit((unsigned char)at[1]))
		return NULL;
	*group = at[1] - '0';
	for (at += 2; at < end && *at == ',' && n < 2; n++, at = stop + 1) {
		if (++at == end || *at != '"')
			return NULL;
		stop = memchr(at + 1, '"', (size_t)(end - at - 1));
		if (!stop)
			return NULL;
		strings[n] = (struct parse_span){ at + 1, (uint32_t)(stop - at - 1) };
	}
	return at < end && *at == ')' ? at + 1 : NULL;
}

/* What stands behind a "$". The place behind it; NULL: nothing that is known. */
static const char *put_call(struct paper *p, const char *at, const char *end,
			    const struct pattern_hit *hit)
{
	struct parse_span strings[2] = { { "", 0 }, { "", 0 } };
	const char *after;
	int group = 0;

	if (at < end && isdigit((unsigned char)*at) && *at != '0') {
		put_group(p, hit, *at - '0', false);
		return at + 1;
	}
	if (at < end && *at == 'P' && (after = read_call(at + 1, end, &group, strings))) {
		put_group(p, hit, group, true);
		return after;
	}
	if (at < end && *at == 'I' && (after = read_call(at + 1, end, &group, strings))) {
		put_number(p, hit, group, strings[0].len && *strings[0].at == '>');
		return after;
	}
	if (end - at > 5 && !memcmp(at, "SUBST", 5) &&
	    (after = read_call(at + 5, end, &group, strings))) {
		put_substituted(p, hit, group, strings[0], strings[1]);
		return after;
	}
	return NULL;
}

void template_fill(struct parse_span text, const struct pattern_hit *hit, char *out, size_t size)
{
	const char *at = text.at, *end = text.at + text.len, *after;
	struct paper p = { out, 0, size - 1 };
	size_t first = 0;

	memset(out, 0, size);
	while (at && at < end) {
		after = *at == '$' ? put_call(&p, at + 1, end, hit) : NULL;
		if (!after)
			put(&p, (uint8_t)*at);
		at = after ? after : at + 1;
	}
	while (p.len && out[p.len - 1] == ' ')
		out[--p.len] = 0;
	while (out[first] == ' ')
		first++;
	if (first)
		memmove(out, out + first, size - first);
}
