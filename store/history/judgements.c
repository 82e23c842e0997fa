/* SPDX-License-Identifier: Apache-2.0 */
#include "store/history/judgements.h"

#include "store/inside.h"
#include "store/key.h"

/* row_walk has room for it. */
_Static_assert(sizeof(struct store_judgement) <= sizeof(struct alert), "layout");

void store_put_judgement(struct store *s, struct store_judgement *row)
{
	uint8_t key[KEY_NUMBERED];

	if (s->memory)
		return;
	row->number = ++s->numbers.judgement;
	key_numbered(row->time_us, row->number, key);
	rocks_put(s->rocks, ROCKS_JUDGEMENTS, KEY(key), row, sizeof(*row));
}

ROW_CALLER(judgement, store_judgement, store_judgement_fn)

int store_walk_judgements(struct store *s, wall_t since, store_judgement_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct store_judgement),
				    .call = call_judgement,
				    .fn = &fn,
				    .arg = arg };
	uint8_t key[KEY_NUMBERED];

	key_numbered(since, 0, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_JUDGEMENTS, KEY(key)));
}

struct search {
	const struct service *service;
	wall_t since;
	struct store_judgement *out;
};

static int look(void *arg, const struct store_judgement *row)
{
	const struct search *s = arg;

	if (row->time_us < s->since)
		return 2;
	if (!service_is_same(&row->finding.service, s->service))
		return 0;
	*s->out = *row;
	return 1;
}

int store_find_judgement(struct store *s, const struct service *service, wall_t since,
			 struct store_judgement *out)
{
	struct search search = { service, since, out };
	store_judgement_fn fn = look;
	const struct row_walk w = { .row_size = sizeof(struct store_judgement),
				    .call = call_judgement,
				    .fn = &fn,
				    .arg = &search };
	int rc = row_walk(&w, rocks_cursor_new_last(s->rocks, ROCKS_JUDGEMENTS));

	return rc == 2 ? 0 : rc;
}
