/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book/ledger.h"

#include "base/err.h"

#include <stdlib.h>

#define ROOM 65536

static bool grow(struct ledger *l, size_t more)
{
	size_t room = l->room ? l->room : ROOM;
	char *bytes;

	while (room < l->len + more)
		room *= 2;
	if (room == l->room)
		return true;
	bytes = room > LEDGER_MOST ? NULL : realloc(l->bytes, room);
	if (!bytes) {
		l->full = true;
		return false;
	}
	l->bytes = bytes;
	l->room = room;
	if (!l->len)
		l->len = sizeof(struct ledger_head);
	return true;
}

void ledger_add(struct ledger *l, const struct baseline *row)
{
	uint16_t len = sizeof(*row);

	while (len && !((const char *)row)[len - 1])
		len--;
	if (!grow(l, sizeof(struct ledger_head) + sizeof(len) + len))
		return;
	memcpy(l->bytes + l->len, &len, sizeof(len));
	memcpy(l->bytes + l->len + sizeof(len), row, len);
	l->len += sizeof(len) + len;
	l->rows++;
}

bool ledger_close(struct ledger *l, struct ledger_head *head)
{
	if (l->full || !grow(l, sizeof(*head)))
		return false;
	head->rows = l->rows;
	memcpy(l->bytes, head, sizeof(*head));
	return true;
}

void ledger_free(struct ledger *l)
{
	free(l->bytes);
	*l = (struct ledger){ .bytes = NULL };
}

int ledger_head(const char *bytes, size_t len, size_t *at, struct ledger_head *out)
{
	if (len < sizeof(*out))
		return ERR_SHORT;
	memcpy(out, bytes, sizeof(*out));
	out->by[sizeof(out->by) - 1] = out->what[sizeof(out->what) - 1] = '\0';
	*at = sizeof(*out);
	return 0;
}

int ledger_next(const char *bytes, size_t len, size_t *at, struct baseline *out)
{
	uint16_t size;

	if (*at == len)
		return 0;
	if (len - *at < sizeof(size))
		return ERR_SHORT;
	memcpy(&size, bytes + *at, sizeof(size));
	if (size > sizeof(*out) || len - *at - sizeof(size) < size)
		return ERR_SHORT;
	memset(out, 0, sizeof(*out));
	memcpy(out, bytes + *at + sizeof(size), size);
	*at += sizeof(size) + size;
	return 1;
}
