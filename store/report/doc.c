/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 1024     /* bytes that most docs need */
#define NUMBER_MAX 32 /* bytes of a number */

/* A child and where its text belongs, behind its key. */
struct hole {
	size_t at, key_at, key_len;
	struct doc *child; /* owned */
};

/* Text from the first bracket on, without the last one. */
struct doc {
	char *text;
	size_t len, room;
	struct hole *holes;
	size_t hole_count;
	bool list;
	bool broken; /* memory was short */
};

static struct doc *new_doc(bool list)
{
	struct doc *d = malloc(sizeof(*d));
	char *text = d ? malloc(ROOM) : NULL;

	if (!text) {
		free(d);
		return NULL;
	}
	*d = (struct doc){ .text = text, .len = 1, .room = ROOM, .list = list };
	text[0] = list ? '[' : '{';
	return d;
}

struct doc *doc_new(void)
{
	return new_doc(false);
}

struct doc *doc_new_list(void)
{
	return new_doc(true);
}

void doc_free(struct doc *d)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; i < d->hole_count; i++)
		doc_free(d->holes[i].child);
	free(d->holes);
	free(d->text);
	free(d);
}

/* Room for `len` more bytes; NULL: memory is short. */
static char *more(struct doc *d, size_t len)
{
	size_t room = d->room;
	char *text;

	while (room - d->len < len)
		room *= 2;
	if (room != d->room) {
		text = realloc(d->text, room);
		if (!text) {
			d->broken = true;
			return NULL;
		}
		d->text = text;
		d->room = room;
	}
	return d->text + d->len;
}

static void put(struct doc *d, const char *bytes, size_t len)
{
	char *to = more(d, len);

	if (!to)
		return;
	memcpy(to, bytes, len);
	d->len += len;
}

/* The key, or the comma between two rows (`key` NULL). */
static void put_key(struct doc *d, const char *key)
{
	size_t len = key ? strlen(key) : 0;
	char *to = more(d, len + 4);

	if (!to)
		return;
	if (d->len > 1)
		*to++ = ',';
	if (key) {
		*to++ = '"';
		memcpy(to, key, len);
		to += len;
		*to++ = '"';
		*to++ = ':';
	}
	d->len = (size_t)(to - d->text);
}

/* One character that may not stand for itself (RFC 8259 section 7); behind it. */
static char *put_escape(char *to, uint8_t c)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	size_t i;

	*to++ = '\\';
	for (i = 0; i + 1 < sizeof(shorts); i += 2)
		if ((uint8_t)shorts[i] == c) {
			*to++ = shorts[i + 1];
			return to;
		}
	memcpy(to, "u00", 3);
	to[3] = hex[c >> 4];
	to[4] = hex[c & 15];
	return to + 5;
}

/* The bytes at the beginning that are ASCII and stand for themselves, eight at a time: a byte of
 * `odd` has its high bit where one of the word's is less than 0x20, a quote, a backslash or above
 * 0x7f. */
static size_t plain_len(const uint8_t *from, size_t len)
{
	const uint64_t ones = 0x0101010101010101ULL, high = 0x80 * ones;
	uint64_t word, odd;
	size_t n = 0;

	for (; len - n >= 8; n += 8) {
		memcpy(&word, from + n, 8);
		odd = word | (word - 0x20 * ones) | ((word ^ '"' * ones) - ones) |
		      ((word ^ '\\' * ones) - ones);
		if (odd & high)
			break;
	}
	while (n < len && from[n] >= 0x20 && from[n] < 0x80 && from[n] != '"' && from[n] != '\\')
		n++;
	return n;
}

/* A string of bytes; as Latin-1: each of them is a character of its own. */
static void put_string(struct doc *d, const uint8_t *from, size_t len, bool latin)
{
	char *to = more(d, 6 * len + 2);
	size_t i = plain_len(from, len);

	if (!to)
		return;
	*to++ = '"';
	memcpy(to, from, i);
	for (to += i; i < len; i++) {
		uint8_t c = from[i];

		if (c < 0x20 || c == '"' || c == '\\') {
			to = put_escape(to, c);
		} else if (c >= 0x80 && latin) {
			*to++ = (char)(0xc0 | c >> 6);
			*to++ = (char)(0x80 | (c & 0x3f));
		} else {
			*to++ = (char)c;
		}
	}
	*to++ = '"';
	d->len = (size_t)(to - d->text);
}

/* How long the character is that begins here, as RFC 3629 has it; 0: it is none. */
static size_t utf8_len(const uint8_t *p, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n = *p < 0x80 ? 1 : *p >> 5 == 6 ? 2 : *p >> 4 == 14 ? 3 : *p >> 3 == 30 ? 4 : 0;
	uint32_t c;

	if (n <= 1 || n > len)
		return n > len ? 0 : n;
	for (c = *p & (0x7f >> n), i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || c >> 11 == 0x1b ? 0 : n;
}

bool doc_is_utf8(const uint8_t *p, size_t len)
{
	size_t n = plain_len(p, len);

	for (p += n, len -= n; len; p += n, len -= n)
		if (!(n = utf8_len(p, len)))
			return false;
	return true;
}

static void put_bytes(struct doc *d, const uint8_t *from, size_t len)
{
	if (len)
		put_string(d, from, len, !doc_is_utf8(from, len));
	else
		put(d, "null", 4);
}

void doc_set_bytes(struct doc *d, const char *key, const uint8_t *from, size_t len)
{
	if (!d)
		return;
	put_key(d, key);
	put_bytes(d, from, len);
}

void doc_set_text(struct doc *d, const char *key, const char *text, size_t size)
{
	doc_set_bytes(d, key, (const uint8_t *)text, strnlen(text, size));
}

void doc_set_word(struct doc *d, const char *key, const char *word)
{
	if (!d)
		return;
	put_key(d, key);
	put_string(d, (const uint8_t *)word, strlen(word), false);
}

void doc_set_number(struct doc *d, const char *key, uint64_t n)
{
	char text[NUMBER_MAX], *at = text + sizeof(text);

	if (!d)
		return;
	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	put_key(d, key);
	put(d, at, (size_t)(text + sizeof(text) - at));
}

void doc_set_known(struct doc *d, const char *key, uint64_t n)
{
	if (n)
		doc_set_number(d, key, n);
	else
		doc_set_null(d, key);
}

/* In the C locale, which is the only one here; with a point, so that it stays a real. */
void doc_set_real(struct doc *d, const char *key, double n)
{
	char text[NUMBER_MAX];
	int len = snprintf(text, sizeof(text) - 2, "%.12g", n);

	if (!d)
		return;
	if (!strpbrk(text, ".en"))
		len += snprintf(text + len, 3, ".0");
	put_key(d, key);
	put(d, text, (size_t)len);
}

void doc_set_bool(struct doc *d, const char *key, bool value)
{
	if (!d)
		return;
	put_key(d, key);
	put(d, value ? "true" : "false", value ? 4 : 5);
}

void doc_set_time(struct doc *d, const char *key, wall_t time)
{
	char stamp[MONO_STAMP_MAX];

	doc_set_word(d, key, mono_stamp(time, stamp));
}

void doc_set_null(struct doc *d, const char *key)
{
	if (!d)
		return;
	put_key(d, key);
	put(d, "null", 4);
}

void doc_set_child(struct doc *d, const char *key, struct doc *child)
{
	struct hole *holes =
		d && child ? realloc(d->holes, (d->hole_count + 1) * sizeof(*holes)) : NULL;

	if (!holes) {
		doc_free(child);
		return;
	}
	d->holes = holes;
	put_key(d, key);
	holes[d->hole_count++] = (struct hole){ .at = d->len,
						.key_at = d->len - strlen(key) - 2,
						.key_len = strlen(key),
						.child = child };
}

struct doc *doc_child(struct doc *d, const char *key)
{
	size_t i, len = strlen(key);

	for (i = 0; d && i < d->hole_count; i++)
		if (d->holes[i].key_len == len && !memcmp(d->text + d->holes[i].key_at, key, len))
			return d->holes[i].child;
	return NULL;
}

/* Adds the whole text of a doc to another's, and frees it. */
static void put_doc(struct doc *to, struct doc *d)
{
	size_t i, at = 0;

	for (i = 0; i < d->hole_count; i++) {
		put(to, d->text + at, d->holes[i].at - at);
		at = d->holes[i].at;
		put_doc(to, d->holes[i].child);
		d->holes[i].child = NULL;
	}
	put(to, d->text + at, d->len - at);
	put(to, d->list ? "]" : "}", 1);
	to->broken |= d->broken;
	doc_free(d);
}

void doc_add(struct doc *list, struct doc *row)
{
	if (!list || !row) {
		doc_free(row);
		return;
	}
	put_key(list, NULL);
	put_doc(list, row);
}

void doc_add_text(struct doc *list, const char *text, size_t size)
{
	if (!list)
		return;
	put_key(list, NULL);
	put_bytes(list, (const uint8_t *)text, strnlen(text, size));
}

char *doc_text(struct doc *d)
{
	struct doc *whole = d ? doc_new() : NULL;
	char *text;

	if (!whole) {
		doc_free(d);
		return NULL;
	}
	whole->len = 0;
	put_doc(whole, d);
	put(whole, "", 1);
	text = whole->broken ? NULL : whole->text;
	if (text)
		whole->text = NULL;
	doc_free(whole);
	return text;
}
