/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 4096

int body_take(struct body *b, const char *bytes, size_t len, size_t most)
{
	size_t room = b->room ? b->room : ROOM_FIRST, had = b->came;
	char *text;

	b->came += len;
	if (b->came > most)
		return 0;
	while (room < b->came)
		room *= 2;
	if (room != b->room) {
		text = realloc(b->text, room);
		if (!text)
			return -ENOMEM;
		b->text = text;
		b->room = room;
	}
	memcpy(b->text + had, bytes, len);
	return 0;
}

void body_free(struct body *b)
{
	free(b->text);
	*b = (struct body){ 0 };
}
