/* SPDX-License-Identifier: Apache-2.0 */
#include "web/access/sessions.h"

#include "base/crypt/token.h"

#include <string.h>

bool sessions_is_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	volatile unsigned char differ = 0;
	size_t i;

	if (a_len != b_len)
		return false;
	for (i = 0; i < a_len; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return !differ;
}

const struct session *sessions_begin(struct sessions *s, uint64_t token, mono_t now)
{
	struct session *row = s->rows, *p;

	for (p = s->rows; p < s->rows + SESSIONS_MAX && *row->id; p++)
		if (!*p->id || p->seen < row->seen)
			row = p;
	*row = (struct session){ .token = token, .seen = now };
	if (token_random(SESSIONS_ID / 2, row->id) || token_random(SESSIONS_ID / 2, row->csrf)) {
		*row->id = '\0';
		return NULL;
	}
	return row;
}

static struct session *find(struct sessions *s, const char *id, size_t len)
{
	struct session *p;

	for (p = s->rows; p < s->rows + SESSIONS_MAX; p++)
		if (*p->id && sessions_is_same(p->id, SESSIONS_ID, id, len))
			return p;
	return NULL;
}

const struct session *sessions_find(struct sessions *s, const char *id, size_t len, mono_t now,
				    mono_t idle)
{
	struct session *row = find(s, id, len);

	if (!row)
		return NULL;
	if (now - row->seen > idle) {
		*row->id = '\0';
		return NULL;
	}
	row->seen = now;
	return row;
}

void sessions_end(struct sessions *s, const char *id, size_t len)
{
	struct session *row = find(s, id, len);

	if (row)
		*row->id = '\0';
}
