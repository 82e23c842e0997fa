/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "flowd/fetch/rows.h"
#include "store/report/reading.h"

#include <stdio.h>

#define TEXT_MOST 512 /* bytes of a value */

static bool refuse(struct rows *r, const char *why)
{
	snprintf(r->error, sizeof(r->error), "%s", why);
	return false;
}

/* The member of a path with dots; NULL there is none. */
static const struct reading *member(const struct reading *value, const char *path)
{
	char key[ROWS_NAME_MAX];
	size_t len;

	while (value && *path) {
		len = strcspn(path, ".");
		if (len >= sizeof(key) || reading_kind(value) != READING_OBJECT)
			return NULL;
		memcpy(key, path, len);
		key[len] = 0;
		value = reading_child(value, key);
		path += len + (path[len] == '.');
	}
	return value;
}

/* A value as text, or a list of texts with commas between; its length, or ERR_SYNTAX. */
static int text_of(const struct reading *value, char out[TEXT_MOST])
{
	const char *text;
	size_t i, n = 0;
	const struct reading *item;

	switch (reading_kind(value)) {
	case READING_NOTHING:
		return 0;
	case READING_TRUE:
		return snprintf(out, TEXT_MOST, "yes");
	case READING_FALSE:
		return snprintf(out, TEXT_MOST, "no");
	case READING_NUMBER:
		return snprintf(out, TEXT_MOST, "%lld", (long long)reading_number(value));
	case READING_TEXT:
		text = reading_text(value);
		n = text ? strlen(text) : TEXT_MOST;
		if (n >= TEXT_MOST)
			return ERR_SYNTAX;
		memcpy(out, text, n);
		return (int)n;
	case READING_LIST:
		for (i = 0; (item = reading_item(value, i)); i++) {
			text = reading_text(item);
			if (!text || n + strlen(text) + 1 >= TEXT_MOST)
				return ERR_SYNTAX;
			n += (size_t)snprintf(out + n, TEXT_MOST - n, "%s%s", i ? "," : "", text);
		}
		return (int)n;
	default:
		return ERR_SYNTAX;
	}
}

static bool read_row(struct rows *r, const struct reading *value, uint64_t number)
{
	struct asset a = { .source = ASSET_NONE };
	char text[TEXT_MOST];
	int field, n, rc;

	for (field = 0; field < ASSET_FIELD_END; field++) {
		n = reading_kind(value) == READING_OBJECT
			    ? text_of(member(value, r->names[field]), text)
			    : ERR_SYNTAX;
		rc = n < 0 ? n : record_asset_set(&a, (enum asset_field)field, text, (size_t)n);
		if (rc)
			return rows_wrong(r, number, (enum asset_field)field, rc);
	}
	return rows_add(r, &a, number);
}

bool rows_read_page(struct rows *r, struct rows_page *p)
{
	struct reading *page = reading_new(p->text, p->len);
	const struct reading *list = page ? member(page, p->where) : NULL, *item;
	bool good = reading_kind(list) == READING_LIST;
	uint64_t number = r->count;
	const char *next;
	size_t i;

	if (!good)
		refuse(r, page ? "the answer has no list of assets" : "the answer is no JSON");
	for (i = 0; good && (item = reading_item(list, i)); i++)
		good = read_row(r, item, ++number);
	*p->next = 0;
	if (good && *p->next_name && reading_kind(page) == READING_OBJECT) {
		next = reading_text(member(page, p->next_name));
		if (next && strlen(next) >= sizeof(p->next))
			good = refuse(r, "the address of the next page is too long");
		else if (next)
			strcpy(p->next, next);
	}
	reading_free(page);
	return good;
}
