/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/doc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A doc is jansson's value; the type keeps jansson in this file. */
static json_t *value_of(struct doc *doc)
{
	return (json_t *)doc;
}

/* Takes the value. Keys are ours, so that nobody has to look whether they are UTF-8. */
static void set(struct doc *doc, const char *key, json_t *value)
{
	json_object_set_new_nocheck(value_of(doc), key, value);
}

struct doc *doc_new(void)
{
	return (struct doc *)json_object();
}

struct doc *doc_new_list(void)
{
	return (struct doc *)json_array();
}

void doc_free(struct doc *doc)
{
	json_decref(value_of(doc));
}

char *doc_text(struct doc *doc)
{
	char *text = json_dumps(value_of(doc), JSON_COMPACT | JSON_REAL_PRECISION(12));

	doc_free(doc);
	return text;
}

static json_t *latin_json(const uint8_t *from, size_t len)
{
	char *copy = malloc(2 * len), *to = copy;
	json_t *text;
	size_t i;

	if (!copy)
		return NULL;
	for (i = 0; i < len; i++) {
		if (from[i] >= 0x80)
			*to++ = (char)(0xc0 | from[i] >> 6);
		*to++ = (char)(from[i] < 0x80 ? from[i] : 0x80 | (from[i] & 0x3f));
	}
	text = json_stringn(copy, (size_t)(to - copy));
	free(copy);
	return text;
}

static json_t *bytes_json(const uint8_t *from, size_t len)
{
	json_t *text = len ? json_stringn((const char *)from, len) : json_null();

	return text ? text : latin_json(from, len);
}

void doc_set_bytes(struct doc *doc, const char *key, const uint8_t *from, size_t len)
{
	set(doc, key, bytes_json(from, len));
}

void doc_set_text(struct doc *doc, const char *key, const char *text, size_t size)
{
	doc_set_bytes(doc, key, (const uint8_t *)text, strnlen(text, size));
}

void doc_set_word(struct doc *doc, const char *key, const char *word)
{
	set(doc, key, json_string(word));
}

void doc_set_number(struct doc *doc, const char *key, uint64_t n)
{
	set(doc, key, json_integer((json_int_t)n));
}

void doc_set_known(struct doc *doc, const char *key, uint64_t n)
{
	set(doc, key, n ? json_integer((json_int_t)n) : json_null());
}

void doc_set_real(struct doc *doc, const char *key, double n)
{
	set(doc, key, json_real(n));
}

void doc_set_bool(struct doc *doc, const char *key, bool value)
{
	set(doc, key, json_boolean(value));
}

void doc_set_time(struct doc *doc, const char *key, wall_t time)
{
	char stamp[MONO_STAMP_MAX];

	doc_set_word(doc, key, mono_stamp(time, stamp));
}

void doc_set_null(struct doc *doc, const char *key)
{
	set(doc, key, json_null());
}

void doc_set_child(struct doc *doc, const char *key, struct doc *child)
{
	set(doc, key, value_of(child));
}

void doc_add(struct doc *list, struct doc *row)
{
	json_array_append_new(value_of(list), value_of(row));
}

void doc_add_text(struct doc *list, const char *text, size_t size)
{
	json_array_append_new(value_of(list),
			      bytes_json((const uint8_t *)text, strnlen(text, size)));
}

struct doc *doc_child(struct doc *doc, const char *key)
{
	return (struct doc *)json_object_get(value_of(doc), key);
}

uint64_t doc_number_in(const char *line, size_t len, const char *key)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	json_int_t n = json_integer_value(json_object_get(o, key));

	json_decref(o);
	return n > 0 ? (uint64_t)n : 0;
}
