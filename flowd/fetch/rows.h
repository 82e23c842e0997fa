/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The assets of a list that somebody else has written, as they are read: all of it is good, or
 * nothing is used. Pure.
 */
#ifndef FLOWD_FETCH_ROWS_H
#define FLOWD_FETCH_ROWS_H

#include "base/record.h"

#define ROWS_ERROR_MAX 96
#define ROWS_NAME_MAX 48

struct rows {
	enum asset_source source;
	uint64_t most; /* rows */
	/* How the list calls each field; of JSON, members of members with a dot between. */
	char names[ASSET_FIELD_END][ROWS_NAME_MAX];
	/* Its own: */
	struct asset *list;
	size_t count, room;
	char error[ROWS_ERROR_MAX]; /* "" none */
};

/*
 * `fields` as the option assets.fields has it: "address=ip,name=hostname"; what is not in it keeps
 * its name. `rows` is all zero but for `source` and `most`. False: it makes no sense.
 */
bool rows_map(struct rows *rows, const char *fields);
void rows_free(struct rows *rows);

/* Adds one row, the `number`th of the list. False: `error` is set. */
bool rows_add(struct rows *rows, const struct asset *row, uint64_t number);

/* Something is wrong with a field of a row: sets `error`; false. */
bool rows_wrong(struct rows *rows, uint64_t number, enum asset_field field, int rc);

/* Reads CSV (RFC 4180, without line breaks in fields) whose first line names the columns, as
 * the list or as flowd calls them; others are passed over. False: `error` is set. */
bool rows_read_sheet(struct rows *rows, const char *text, size_t len);

/*
 * Reads a page of JSON: the list is the member `where` ("a.b"; "" it is the page itself). `next`
 * becomes the text of the member `next_name`, "" if there is none; it has `next_size` bytes.
 */
struct rows_page {
	const char *text;
	size_t len;
	const char *where, *next_name;
	char next[1024];
};
bool rows_read_page(struct rows *rows, struct rows_page *page);

#endif
