/* SPDX-License-Identifier: Apache-2.0 */
#include "store/policy/waiting.h"

#include "store/inside.h"
#include "store/key.h"

int store_get_waiting(struct store *s, uint64_t number, struct store_waiting *out)
{
	uint8_t key[KEY_NUMBER];

	key_number(number, key);
	return rocks_get(s->rocks, ROCKS_WAITING, KEY(key), out, sizeof(*out));
}

void store_put_waiting(struct store *s, const struct store_waiting *row)
{
	uint8_t key[KEY_NUMBER];

	key_number(row->number, key);
	rocks_put(s->rocks, ROCKS_WAITING, KEY(key), row, sizeof(*row));
}

void store_delete_waiting(struct store *s, uint64_t number)
{
	uint8_t key[KEY_NUMBER];

	key_number(number, key);
	rocks_delete(s->rocks, ROCKS_WAITING, KEY(key));
}

ROW_CALLER(waiting, store_waiting, store_waiting_fn)

int store_walk_waiting(struct store *s, store_waiting_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct store_waiting),
				    .table = ROCKS_WAITING,
				    .call = call_waiting,
				    .fn = &fn,
				    .arg = arg };
	uint8_t key[KEY_NUMBER] = { 0 };

	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_WAITING, KEY(key)));
}
