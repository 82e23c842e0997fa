/* SPDX-License-Identifier: Apache-2.0 */
#include "store/policy/groups.h"

#include "store/inside.h"
#include "store/key.h"

#define KEY_MEMBER (KEY_NUMBER + KEY_SERVICE) /* alert, service */

static const char exceptions[] = "exceptions";

_Static_assert(sizeof(struct store_window) == 184, "layout");
_Static_assert(sizeof(struct store_member) == 80, "layout");
_Static_assert(sizeof(struct store_exceptions) == 40, "layout");

/* ---- windows ---- */

int store_get_window(struct store *s, uint64_t number, struct store_window *out)
{
	uint8_t key[KEY_NUMBER];

	key_number(number, key);
	return rocks_get(s->rocks, ROCKS_WINDOWS, KEY(key), out, sizeof(*out));
}

void store_put_window(struct store *s, const struct store_window *row)
{
	uint8_t key[KEY_NUMBER];

	key_number(row->key, key);
	rocks_put(s->rocks, ROCKS_WINDOWS, KEY(key), row, sizeof(*row));
}

void store_delete_window(struct store *s, uint64_t number)
{
	uint8_t key[KEY_NUMBER];

	key_number(number, key);
	rocks_delete(s->rocks, ROCKS_WINDOWS, KEY(key));
}

ROW_CALLER(window, store_window, store_window_fn)

int store_walk_windows(struct store *s, store_window_fn fn, void *arg)
{
	const struct row_walk w = {
		.table = ROCKS_WINDOWS,
		.row_size = sizeof(struct store_window),
		.call = call_window,
		.fn = &fn,
		.arg = arg,
	};
	uint8_t key[KEY_NUMBER] = { 0 };

	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_WINDOWS, KEY(key)));
}

/* ---- members ---- */

static void key_member(uint64_t alert, const struct service *service, uint8_t *out)
{
	key_number(alert, out);
	key_service(service, out + KEY_NUMBER);
}

int store_get_member(struct store *s, uint64_t alert, const struct service *service,
		     struct store_member *out)
{
	uint8_t key[KEY_MEMBER];

	key_member(alert, service, key);
	return rocks_get(s->rocks, ROCKS_MEMBERS, KEY(key), out, sizeof(*out));
}

void store_put_member(struct store *s, const struct store_member *row)
{
	uint8_t key[KEY_MEMBER];

	key_member(row->alert, &row->service, key);
	rocks_put(s->rocks, ROCKS_MEMBERS, KEY(key), row, sizeof(*row));
}

ROW_CALLER(member, store_member, store_member_fn)

int store_walk_members(struct store *s, uint64_t alert, store_member_fn fn, void *arg)
{
	uint8_t key[KEY_MEMBER] = { 0 };
	const struct row_walk w = { .row_size = sizeof(struct store_member),
				    .prefix = key,
				    .prefix_len = KEY_NUMBER,
				    .call = call_member,
				    .fn = &fn,
				    .arg = arg };

	key_number(alert, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_MEMBERS, KEY(key)));
}

static int drop_member(void *arg, const struct store_member *row)
{
	struct store *s = arg;
	uint8_t key[KEY_MEMBER];

	key_member(row->alert, &row->service, key);
	rocks_delete(s->rocks, ROCKS_MEMBERS, KEY(key));
	return 0;
}

void store_delete_members(struct store *s, uint64_t alert)
{
	store_walk_members(s, alert, drop_member, s);
}

/* ---- tags ---- */

int store_get_tags(struct store *s, const struct service *service, char *out)
{
	uint8_t key[KEY_SERVICE];

	key_service(service, key);
	return rocks_get(s->rocks, ROCKS_TAGS, KEY(key), out, POLICY_NAMES_MAX);
}

void store_put_tags(struct store *s, const struct service *service, const char *tags)
{
	uint8_t key[KEY_SERVICE];
	char row[POLICY_NAMES_MAX] = "";

	if (s->memory)
		return;
	record_text_set(row, sizeof(row), tags);
	key_service(service, key);
	rocks_put(s->rocks, ROCKS_TAGS, KEY(key), row, sizeof(row));
}

void tags_delete(struct store *s, const struct rocks_key *key)
{
	rocks_delete(s->rocks, ROCKS_TAGS, *key);
}

/* ---- exceptions ---- */

int store_get_exceptions(struct store *s, struct store_exceptions *out)
{
	return rocks_get(s->rocks, ROCKS_META, KEY(exceptions), out, sizeof(*out));
}

void store_put_exceptions(struct store *s, const struct store_exceptions *row)
{
	rocks_put(s->rocks, ROCKS_META, KEY(exceptions), row, sizeof(*row));
}
