/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book/trail.h"

#include "store/inside.h"
#include "store/key.h"

_Static_assert(sizeof(struct trail_row) == 272, "layout");

void store_put_trail(struct store *s, struct trail_row *row)
{
	uint8_t key[KEY_NUMBERED];

	if (s->memory)
		return;
	row->number = ++s->numbers.trail;
	key_numbered(row->time_us, row->number, key);
	rocks_put(s->rocks, ROCKS_TRAIL, KEY(key), row, sizeof(*row));
}

ROW_CALLER(trail, trail_row, trail_fn)

int store_walk_trail(struct store *s, uint64_t before, trail_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct trail_row),
				    .before = before,
				    .call = call_trail,
				    .fn = &fn,
				    .arg = arg };

	return row_walk(&w, rocks_cursor_new_last(s->rocks, ROCKS_TRAIL));
}
