/* SPDX-License-Identifier: Apache-2.0 */
#include "store/known.h"

#include "base/err.h"
#include "store/inside.h"
#include "store/key.h"

#include <errno.h>

_Static_assert(sizeof(struct store_known) == 28, "layout");

void known_put(struct store *s, const struct rocks_key *key, const struct store_service *row)
{
	struct store_known known = { .evidence = row->evidence,
				     .ephemeral = row->ephemeral,
				     .delivered = row->delivered,
				     .named = row->named };

	if (s->memory)
		return;
	memcpy(known.app, row->app, sizeof(known.app));
	rocks_put(s->rocks, ROCKS_KNOWN, *key, &known, sizeof(known));
}

void known_delete(struct store *s, const struct rocks_key *key)
{
	if (!s->memory)
		rocks_delete(s->rocks, ROCKS_KNOWN, *key);
}

uint64_t store_count_known(struct store *s)
{
	return rocks_count(s->rocks, ROCKS_KNOWN);
}

int store_walk_known(struct store *s, store_known_fn fn, void *arg)
{
	struct rocks_cursor *cursor =
		rocks_cursor_new(s->rocks, ROCKS_KNOWN, (struct rocks_key){ "", 0 });
	const void *key, *value;
	size_t key_len, size;
	struct store_known known;
	struct service service;
	int rc = cursor ? 0 : -ENOMEM, end;

	while (!rc && rocks_cursor_next(cursor, &key, &key_len, &value, &size)) {
		if (key_len != KEY_SERVICE || size != sizeof(known)) {
			rc = ERR_CORRUPT;
			break;
		}
		service = key_service_of(key);
		memcpy(&known, value, sizeof(known));
		rc = fn(arg, &service, &known);
	}
	end = rocks_cursor_free(cursor);
	return rc ? rc : end;
}
