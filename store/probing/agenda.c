/* SPDX-License-Identifier: Apache-2.0 */
#include "store/probing/agenda.h"

#include "base/err.h"
#include "store/inside.h"
#include "store/key.h"

#include <errno.h>

_Static_assert(sizeof(struct store_plan) == 40, "layout");
_Static_assert(sizeof(struct store_face) == 168, "layout");

int store_get_plan(struct store *s, const struct service *service, struct store_plan *out)
{
	uint8_t key[KEY_SERVICE];

	key_service(service, key);
	return rocks_get(s->rocks, ROCKS_PLANS, KEY(key), out, sizeof(*out));
}

int store_get_face(struct store *s, const struct service *service, const char *vantage,
		   struct store_face *out)
{
	uint8_t key[KEY_PROBE];

	key_probe(service, vantage, key);
	return rocks_get(s->rocks, ROCKS_FACES, KEY(key), out, sizeof(*out));
}

void store_delete_due(struct store *s, const struct service *service, wall_t due)
{
	uint8_t key[KEY_LOG];

	key_log(service, due, key);
	rocks_delete(s->rocks, ROCKS_AGENDA, KEY(key));
}

void store_put_plan(struct store *s, const struct service *service, wall_t was,
		    const struct store_plan *row)
{
	static const uint8_t nothing[1];
	uint8_t key[KEY_SERVICE], due[KEY_LOG];

	if (was && (!row || row->due_us != was))
		store_delete_due(s, service, was);
	key_service(service, key);
	if (!row) {
		rocks_delete(s->rocks, ROCKS_PLANS, KEY(key));
		return;
	}
	rocks_put(s->rocks, ROCKS_PLANS, KEY(key), row, sizeof(*row));
	if (!row->due_us || row->due_us == was)
		return;
	key_log(service, row->due_us, due);
	rocks_put(s->rocks, ROCKS_AGENDA, KEY(due), nothing, sizeof(nothing));
}

void store_put_face(struct store *s, const struct service *service, const char *vantage,
		    const struct store_face *row)
{
	uint8_t key[KEY_PROBE];

	key_probe(service, vantage, key);
	rocks_put(s->rocks, ROCKS_FACES, KEY(key), row, sizeof(*row));
}

int store_walk_agenda(struct store *s, wall_t from, store_due_fn fn, void *arg)
{
	struct rocks_cursor *cursor;
	const void *key, *value;
	size_t key_len, size;
	struct service service;
	uint8_t start[8];
	int rc, end;

	key_time(from, start);
	cursor = rocks_cursor_new(s->rocks, ROCKS_AGENDA, KEY(start));
	rc = cursor ? 0 : -ENOMEM;
	while (!rc && rocks_cursor_next(cursor, &key, &key_len, &value, &size)) {
		if (key_len != KEY_LOG || size != 1) {
			rc = ERR_CORRUPT;
			break;
		}
		service = key_service_of((const uint8_t *)key + 8);
		rc = fn(arg, &service, key_time_of(key));
	}
	end = rocks_cursor_free(cursor);
	return rc ? rc : end;
}
