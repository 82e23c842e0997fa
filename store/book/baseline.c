/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book/baseline.h"

#include "store/inside.h"
#include "store/key.h"

#define COUNT ((struct rocks_key){ "baseline", 8 })

_Static_assert(sizeof(struct baseline) == 384, "layout");

int store_get_baseline(struct store *s, const struct service *service, struct baseline *out)
{
	uint8_t key[KEY_SERVICE];

	key_service(service, key);
	return rocks_get(s->rocks, ROCKS_BASELINE, KEY(key), out, sizeof(*out));
}

uint64_t store_count_baseline(struct store *s)
{
	uint64_t count = 0;

	rocks_get(s->rocks, ROCKS_META, COUNT, &count, sizeof(count));
	return count;
}

static void add_count(struct store *s, int more)
{
	uint64_t count = store_count_baseline(s) + (uint64_t)(int64_t)more;

	rocks_put(s->rocks, ROCKS_META, COUNT, &count, sizeof(count));
}

bool store_put_baseline(struct store *s, const struct baseline *row)
{
	uint8_t key[KEY_SERVICE];
	struct baseline before;

	if (store_get_baseline(s, &row->service, &before) <= 0) {
		if (store_count_baseline(s) >= STORE_BASELINE_MOST)
			return false;
		add_count(s, 1);
	}
	key_service(&row->service, key);
	rocks_put(s->rocks, ROCKS_BASELINE, KEY(key), row, sizeof(*row));
	return true;
}

void store_delete_baseline(struct store *s, const struct service *service)
{
	uint8_t key[KEY_SERVICE];
	struct baseline before;

	if (store_get_baseline(s, service, &before) <= 0)
		return;
	add_count(s, -1);
	key_service(service, key);
	rocks_delete(s->rocks, ROCKS_BASELINE, KEY(key));
}

ROW_CALLER(baseline, baseline, store_baseline_fn)

int store_walk_baseline(struct store *s, const struct service *from, store_baseline_fn fn,
			void *arg)
{
	const struct row_walk w = {
		.row_size = sizeof(struct baseline), .call = call_baseline, .fn = &fn, .arg = arg
	};
	uint8_t key[KEY_SERVICE] = { 0 };

	if (from)
		key_service(from, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_BASELINE, KEY(key)));
}
