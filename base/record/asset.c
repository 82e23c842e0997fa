/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record.h"

#include "base/err.h"
#include "base/prefix.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT_OF(id, text) [id] = text,
static const char *const sources[] = { RECORD_SOURCE_LIST(TEXT_OF) };
static const char *const fields[] = { RECORD_ASSET_FIELD_LIST(TEXT_OF) };

const char *record_source_text(unsigned source)
{
	return source < ASSET_END ? sources[source] : "?";
}

const char *record_field_text(unsigned field)
{
	return field < ASSET_FIELD_END ? fields[field] : "?";
}

static int find(const char *const *list, int count, const char *text, size_t len)
{
	int i;

	for (i = 0; i < count; i++)
		if (strlen(list[i]) == len && !memcmp(list[i], text, len))
			return i;
	return ERR_UNKNOWN;
}

int record_source_parse(const char *text, size_t len)
{
	return find(sources, ASSET_END, text, len);
}

int record_field_parse(const char *text, size_t len)
{
	return find(fields, ASSET_FIELD_END, text, len);
}

/* ---- fields ---- */

static int set_address(struct asset *a, const char *text, size_t len)
{
	struct prefix_range range;
	int rc = prefix_parse(text, len, &range), i;

	if (rc)
		return rc;
	a->network = range.low;
	for (i = 0; i < 128 && !((range.low.b[i / 8] ^ range.high.b[i / 8]) >> (7 - i % 8) & 1);
	     i++)
		;
	a->bits = (uint8_t)i;
	return 0;
}

static int set_port(uint16_t *out, const char *text, size_t len)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_SYNTAX;
		n = n * 10 + (unsigned)(text[i] - '0');
		if (n > UINT16_MAX)
			return ERR_RANGE;
	}
	*out = (uint16_t)n;
	return 0;
}

/* "203.0.113.7", "203.0.113.7:8443", "2001:db8::7", "[2001:db8::7]:8443". */
static int set_outside(struct asset *a, const char *text, size_t len)
{
	const char *end = len && *text == '[' ? memchr(text, ']', len) : NULL;
	const char *colon = memrchr(text, ':', len);
	size_t host = len, port = len;

	if (end) {
		host = (size_t)(end - text);
		port = host + 2;
		if (host + 1 < len && end[1] != ':')
			return ERR_SYNTAX;
		text++;
		host--;
		len--;
		port--;
	} else if (colon && memchr(text, ':', len) == colon) {
		host = (size_t)(colon - text);
		port = host + 1;
	}
	a->outside_port = 0;
	if (port < len && set_port(&a->outside_port, text + port, len - port))
		return ERR_SYNTAX;
	return addr_parse(text, host, &a->outside);
}

static int set_tags(struct asset *a, const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		bool gap = strchr(" \t,;", text[i]) != NULL;

		if (gap && (!n || a->tags[n - 1] == ','))
			continue;
		if (n == sizeof(a->tags) - 1)
			return ERR_RANGE;
		a->tags[n++] = gap ? ',' : text[i];
	}
	while (n && a->tags[n - 1] == ',')
		n--;
	memset(a->tags + n, 0, sizeof(a->tags) - n);
	return 0;
}

static int set_text(char *out, size_t size, const char *text, size_t len)
{
	size_t i;

	if (len >= size)
		return ERR_RANGE;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return ERR_SYNTAX;
	memset(out, 0, size);
	memcpy(out, text, len);
	return 0;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !strncasecmp(text, word, len);
}

static int set_probe(struct asset *a, const char *text, size_t len)
{
	bool no = is_word(text, len, "no") || is_word(text, len, "false");

	a->noprobe = no;
	return no || is_word(text, len, "yes") || is_word(text, len, "true") ? 0 : ERR_SYNTAX;
}

int record_asset_set(struct asset *a, enum asset_field field, const char *text, size_t len)
{
	int n;

	for (n = 0; (size_t)n < len; n++)
		if ((unsigned char)text[n] < ' ')
			return ERR_SYNTAX;
	if (!len)
		return field == ASSET_FIELD_ADDRESS ? ERR_SYNTAX : 0;
	switch (field) {
	case ASSET_FIELD_ADDRESS:
		return set_address(a, text, len);
	case ASSET_FIELD_NAME:
		return set_text(a->name, sizeof(a->name), text, len);
	case ASSET_FIELD_OWNER:
		return set_text(a->owner, sizeof(a->owner), text, len);
	case ASSET_FIELD_TAGS:
		return set_tags(a, text, len);
	case ASSET_FIELD_ZONE:
		return set_text(a->zone, sizeof(a->zone), text, len);
	case ASSET_FIELD_PORT:
		return set_port(&a->port, text, len);
	case ASSET_FIELD_PROTO:
		n = record_proto_parse(text, len);
		if (n <= PROTO_NONE)
			return ERR_SYNTAX;
		a->proto = (uint8_t)n;
		return 0;
	case ASSET_FIELD_OUTSIDE:
		return set_outside(a, text, len);
	case ASSET_FIELD_PROBE:
		return set_probe(a, text, len);
	default:
		return ERR_UNKNOWN;
	}
}

bool record_asset_is_whole(const struct asset *a)
{
	static const struct addr none;
	bool host = a->bits == 128;

	if (addr_is_same(&a->network, &none) && host)
		return false;
	if (a->proto && !a->port)
		return false;
	return host || (!a->port && !asset_is_mapped(a));
}

/* ---- lists of the configuration ---- */

static int set_word(struct asset *a, const char *word, size_t len)
{
	const char *is = memchr(word, '=', len);
	size_t name = is ? (size_t)(is - word) : 0;
	int field = is ? record_field_parse(word, name) : ASSET_FIELD_ADDRESS;

	if (field < 0 || (is && field == ASSET_FIELD_ADDRESS))
		return ERR_SYNTAX;
	return is ? record_asset_set(a, (enum asset_field)field, is + 1, len - name - 1)
		  : record_asset_set(a, ASSET_FIELD_ADDRESS, word, len);
}

int record_asset_next(const char **text, struct asset *out)
{
	const char *at = *text + strspn(*text, "\n \t");
	struct asset a = { .source = ASSET_CONF };
	unsigned words = 0;
	int rc = 0;

	if (!*at)
		return 0;
	while (!rc && *at && *at != '\n') {
		size_t len = strcspn(at, " \t\n");

		/* The address stands first. */
		rc = !words++ == (memchr(at, '=', len) != NULL) ? ERR_SYNTAX
								: set_word(&a, at, len);
		at += len;
		at += strspn(at, " \t");
	}
	if (rc)
		return rc;
	*text = at;
	if (!record_asset_is_whole(&a))
		return ERR_RANGE;
	*out = a;
	return 1;
}

char *record_asset_text(const struct asset *a, char *out)
{
	bool four = addr_is_v4(&a->network) && a->bits >= 96;
	size_t len;

	addr_text(&a->network, out);
	len = strlen(out);
	if (a->bits < 128)
		snprintf(out + len, ASSET_TEXT_MAX - len, "/%d", four ? a->bits - 96 : a->bits);
	return out;
}

static bool has_stray_bits(const struct asset *a)
{
	int i;

	for (i = a->bits; i < 128; i++)
		if (a->network.b[i / 8] >> (7 - i % 8) & 1)
			return true;
	return false;
}

bool record_mend_asset(struct asset *a, wall_t latest)
{
	a->name[sizeof(a->name) - 1] = 0;
	a->owner[sizeof(a->owner) - 1] = 0;
	a->zone[sizeof(a->zone) - 1] = 0;
	a->tags[sizeof(a->tags) - 1] = 0;
	a->noprobe = a->noprobe != 0;
	a->changed_us = record_time_most(a->changed_us, latest);
	return a->bits <= 128 && a->source > ASSET_NONE && a->source < ASSET_END &&
	       !has_stray_bits(a) && record_asset_is_whole(a);
}
