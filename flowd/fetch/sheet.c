/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "flowd/fetch/rows.h"

#include <stdio.h>

#define LINE_MOST 4096
#define COLUMNS 64

/* The next cell of a line from `*at` on, unquoted into `out`; its length, or ERR_SYNTAX. */
static int next_cell(const char *line, size_t len, size_t *at, char *out)
{
	size_t i = *at, n = 0;
	bool quoted = i < len && line[i] == '"';

	for (i += quoted; i < len; i++) {
		if (quoted && line[i] == '"' && i + 1 < len && line[i + 1] == '"')
			i++;
		else if (quoted ? line[i] == '"' : line[i] == ',')
			break;
		out[n++] = line[i];
	}
	if (quoted && (i == len || (i + 1 < len && line[i + 1] != ',')))
		return ERR_SYNTAX;
	*at = i + quoted + 1;
	while (!quoted && n && out[n - 1] == ' ')
		n--;
	return (int)n;
}

static int field_of(const struct rows *r, const char *name, size_t len)
{
	int i;

	while (len && *name == ' ') {
		name++;
		len--;
	}
	for (i = 0; i < ASSET_FIELD_END; i++)
		if (strlen(r->names[i]) == len && !memcmp(r->names[i], name, len))
			return i;
	i = record_field_parse(name, len);
	return i < 0 ? -1 : i;
}

struct sheet {
	struct rows *rows;
	int fields[COLUMNS]; /* enum asset_field of each column; -1 another one */
	size_t columns;
	uint64_t number; /* of the row; 0: the head */
};

static bool refuse(struct sheet *s, const char *why)
{
	snprintf(s->rows->error, sizeof(s->rows->error), "row %llu: %s",
		 (unsigned long long)s->number, why);
	return false;
}

static bool read_line(struct sheet *s, const char *line, size_t len)
{
	struct asset a = { .source = ASSET_NONE };
	bool has_address = false;
	char cell[LINE_MOST];
	size_t at, column;
	int rc, n;

	if (len >= LINE_MOST)
		return refuse(s, "it is too long");
	for (at = column = 0; at <= len; column++) {
		n = next_cell(line, len, &at, cell);
		if (n < 0)
			return refuse(s, "a quotation mark has no end");
		if (column == COLUMNS || (s->number && column >= s->columns))
			return refuse(s, "it has too many columns");
		if (!s->number) {
			s->fields[column] = field_of(s->rows, cell, (size_t)n);
			has_address |= s->fields[column] == ASSET_FIELD_ADDRESS;
			continue;
		}
		if (s->fields[column] < 0)
			continue;
		has_address |= s->fields[column] == ASSET_FIELD_ADDRESS && n;
		rc = record_asset_set(&a, (enum asset_field)s->fields[column], cell, (size_t)n);
		if (rc)
			return rows_wrong(s->rows, s->number, (enum asset_field)s->fields[column],
					  rc);
	}
	if (!has_address)
		return refuse(s, s->number ? "it has no address" : "no column is called address");
	if (!s->number)
		s->columns = column;
	return !s->number || rows_add(s->rows, &a, s->number);
}

bool rows_read_sheet(struct rows *rows, const char *text, size_t len)
{
	struct sheet s = { .rows = rows };
	const char *end = text + len, *line, *stop;

	/* What some programs put before UTF-8. */
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	for (line = text; line < end; line = stop + 1) {
		size_t n;

		stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		n = (size_t)(stop - line);
		n -= n && line[n - 1] == '\r';
		if (!n || *line == '#')
			continue;
		if (!read_line(&s, line, n))
			return false;
		s.number++;
	}
	return true;
}
