/* SPDX-License-Identifier: Apache-2.0 */
#include "store/probing/sweeps.h"

#include "base/err.h"
#include "store/inside.h"
#include "store/key.h"

_Static_assert(sizeof(struct store_sweep_second) == 48, "layout");

int store_get_sweep(struct store *s, uint64_t id, struct sweep *out)
{
	uint8_t key[KEY_NUMBER];

	key_number(id, key);
	return rocks_get(s->rocks, ROCKS_SWEEPS, KEY(key), out, sizeof(*out));
}

void store_put_sweep(struct store *s, const struct sweep *row)
{
	uint8_t key[KEY_NUMBER];

	key_number(row->id, key);
	rocks_put(s->rocks, ROCKS_SWEEPS, KEY(key), row, sizeof(*row));
}

ROW_CALLER(sweep, sweep, store_sweep_fn)
ROW_CALLER(second, store_sweep_second, store_sweep_second_fn)

int store_walk_sweeps(struct store *s, store_sweep_fn fn, void *arg)
{
	const struct row_walk w = {
		.row_size = sizeof(struct sweep), .call = call_sweep, .fn = &fn, .arg = arg
	};
	uint8_t key[KEY_NUMBER] = { 0 };

	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_SWEEPS, KEY(key)));
}

bool store_sweep_is_over(const struct sweep *row)
{
	return row->state == SWEEP_DONE || row->state == SWEEP_CANCELLED ||
	       row->state == SWEEP_FAILED;
}

struct counting {
	unsigned rows;
	uint64_t oldest_over; /* 0 none */
};

static int count(void *arg, const struct sweep *row)
{
	struct counting *c = arg;

	c->rows++;
	if (!c->oldest_over && store_sweep_is_over(row))
		c->oldest_over = row->id;
	return 0;
}

int store_room_for_sweep(struct store *s)
{
	struct counting c = { 0 };
	uint8_t key[KEY_NUMBER];
	int rc = store_commit(s, false);

	if (!rc)
		rc = store_walk_sweeps(s, count, &c);
	if (rc || c.rows < STORE_SWEEPS_MAX)
		return rc;
	if (!c.oldest_over)
		return ERR_FULL;
	key_number(c.oldest_over, key);
	rocks_delete(s->rocks, ROCKS_SWEEPS, KEY(key));
	return 0;
}

void store_put_sweep_second(struct store *s, const struct store_sweep_second *row)
{
	uint8_t key[KEY_NUMBERED];

	if (s->memory)
		return;
	key_numbered(row->time_us, row->sweep, key);
	rocks_put(s->rocks, ROCKS_SWEEP_LOG, KEY(key), row, sizeof(*row));
}

int store_walk_sweep_seconds(struct store *s, wall_t from, store_sweep_second_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct store_sweep_second),
				    .call = call_second,
				    .fn = &fn,
				    .arg = arg };
	uint8_t key[KEY_NUMBERED];

	key_numbered(from, 0, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_SWEEP_LOG, KEY(key)));
}
