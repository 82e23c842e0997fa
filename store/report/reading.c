/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/reading.h"

#include <jansson.h>
#include <string.h>

/* A reading is jansson's value; the type keeps jansson in this file. */
static json_t *value_of(const struct reading *r)
{
	return (json_t *)r;
}

struct reading *reading_new(const char *text, size_t len)
{
	return (struct reading *)json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
					    NULL);
}

void reading_free(struct reading *r)
{
	json_decref(value_of(r));
}

enum reading_kind reading_kind(const struct reading *r)
{
	const json_t *value = value_of(r);

	if (!value)
		return READING_NOTHING;
	if (json_is_string(value))
		return READING_TEXT;
	if (json_is_integer(value))
		return READING_NUMBER;
	if (json_is_array(value))
		return READING_LIST;
	if (json_is_boolean(value))
		return json_is_true(value) ? READING_TRUE : READING_FALSE;
	if (json_is_null(value))
		return READING_NULL;
	return json_is_object(value) ? READING_OBJECT : READING_OTHER;
}

const char *reading_text(const struct reading *r)
{
	return json_string_value(value_of(r));
}

int64_t reading_number(const struct reading *r)
{
	return json_integer_value(value_of(r));
}

const struct reading *reading_child(const struct reading *object, const char *key)
{
	return (const struct reading *)json_object_get(value_of(object), key);
}

const struct reading *reading_item(const struct reading *list, size_t i)
{
	return (const struct reading *)json_array_get(value_of(list), i);
}

const char *reading_stranger(const struct reading *object, const char *const *known)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(value_of(object), key, value)
	{
		for (i = 0; known[i] && strcmp(known[i], key); i++)
			;
		if (!known[i])
			return key;
	}
	return NULL;
}

uint64_t reading_number_in(const char *line, size_t len, const char *key)
{
	struct reading *r = reading_new(line, len);
	int64_t n = reading_number(reading_child(r, key));

	reading_free(r);
	return n > 0 ? (uint64_t)n : 0;
}
