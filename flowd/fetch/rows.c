/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/fetch/rows.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

bool rows_map(struct rows *r, const char *fields)
{
	int i;

	for (i = 0; i < ASSET_FIELD_END; i++)
		record_text_set(r->names[i], ROWS_NAME_MAX, record_field_text((unsigned)i));
	while (*(fields += strspn(fields, ", "))) {
		size_t len = strcspn(fields, ", ");
		const char *is = memchr(fields, '=', len);
		size_t name = is ? (size_t)(is - fields) : 0;
		int field = is ? record_field_parse(fields, name) : ERR_UNKNOWN;

		if (field < 0 || len - name - 1 >= ROWS_NAME_MAX || len == name + 1)
			return false;
		memset(r->names[field], 0, ROWS_NAME_MAX);
		memcpy(r->names[field], is + 1, len - name - 1);
		fields += len;
	}
	return true;
}

void rows_free(struct rows *r)
{
	free(r->list);
	r->list = NULL;
	r->count = r->room = 0;
}

bool rows_wrong(struct rows *r, uint64_t number, enum asset_field field, int rc)
{
	snprintf(r->error, sizeof(r->error), "row %llu: %s: %s", (unsigned long long)number,
		 record_field_text(field), err_text(rc));
	return false;
}

bool rows_add(struct rows *r, const struct asset *row, uint64_t number)
{
	struct asset *list;
	size_t room = r->room ? 2 * r->room : 256;

	if (!record_asset_is_whole(row)) {
		snprintf(r->error, sizeof(r->error),
			 "row %llu: a port or an address outside is of one host only",
			 (unsigned long long)number);
		return false;
	}
	if (r->count == r->most) {
		snprintf(r->error, sizeof(r->error), "more than %llu rows",
			 (unsigned long long)r->most);
		return false;
	}
	if (r->count == r->room) {
		list = realloc(r->list, room * sizeof(*list));
		if (!list) {
			snprintf(r->error, sizeof(r->error), "out of memory");
			return false;
		}
		r->list = list;
		r->room = room;
	}
	r->list[r->count] = *row;
	r->list[r->count++].source = (uint8_t)r->source;
	return true;
}
