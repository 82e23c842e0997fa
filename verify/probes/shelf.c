/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/shelf.h"

#include "base/err.h"
#include "verify/probes/parse.h"
#include "verify/probes/stock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The whole file; it need not tell its size. */
static int read_all(FILE *in, char **text, size_t *len)
{
	size_t room = 1 << 16, n;
	char *more;

	*len = 0;
	*text = malloc(room);
	while (*text && (n = fread(*text + *len, 1, room - *len, in))) {
		*len += n;
		if (*len > SHELF_BYTES_MOST)
			return -EFBIG;
		if (*len < room)
			continue;
		room *= 2;
		more = realloc(*text, room);
		if (!more)
			return -ENOMEM;
		*text = more;
	}
	if (!*text)
		return -ENOMEM;
	return ferror(in) ? -EIO : 0;
}

static int read_file(struct shelf *shelf, const char *name)
{
	struct book_source *file = &shelf->files[shelf->count];
	char *text = NULL;
	FILE *in;
	int rc;

	if (shelf->count == SHELF_FILES_MOST)
		return -E2BIG;
	in = fopen(name, "rbe");
	if (!in)
		return -errno;
	rc = read_all(in, &text, &file->len);
	fclose(in);
	file->text = text;
	file->name = rc ? NULL : strdup(name);
	if (!file->name) {
		free(text);
		return rc ? rc : -ENOMEM;
	}
	shelf->count++;
	return 0;
}

int shelf_read(struct shelf *shelf, const char *names, char *bad, size_t size)
{
	char *all = strdup(names), *at = all, *name;
	int rc = all ? 0 : -ENOMEM;

	while (!rc && (name = strsep(&at, "\n")))
		if (*name && (rc = read_file(shelf, name)))
			snprintf(bad, size, "%s", name);
	free(all);
	return rc;
}

/* A source that says "Exclude", if it is to say anything. */
static int add_fragile(struct shelf *shelf, const char *ports, struct book *book)
{
	struct parse_ports list = { NULL, 0 };
	struct book_source source = { "verify.fragile", NULL, 0 };
	int rc = *ports ? parse_ports(ports, strlen(ports), 'T', &list) : 0;

	free(list.ranges);
	if (rc || !*ports)
		return rc;
	rc = asprintf(&shelf->fragile, "Exclude T:%s\n", ports);
	if (rc < 0) {
		shelf->fragile = NULL;
		return -ENOMEM;
	}
	source.text = shelf->fragile;
	source.len = (size_t)rc;
	return book_add(book, &source);
}

int shelf_open(struct shelf *shelf, const char *fragile, book_fn fault, void *arg,
	       struct book **out)
{
	struct book *book = stock_book(fault, arg);
	int rc = book ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !rc && i < shelf->count; i++)
		rc = book_add(book, &shelf->files[i]);
	if (!rc)
		rc = add_fragile(shelf, fragile, book);
	if (rc) {
		book_free(book);
		return rc;
	}
	*out = book;
	return 0;
}

void shelf_close(struct shelf *shelf)
{
	size_t i;

	for (i = 0; i < shelf->count; i++) {
		free((char *)shelf->files[i].name);
		free((char *)shelf->files[i].text);
	}
	free(shelf->fragile);
	memset(shelf, 0, sizeof(*shelf));
}
