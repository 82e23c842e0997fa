/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book/runs.h"

#include "store/inside.h"
#include "store/key.h"

#define KEY_RUN_OF (KEY_SERVICE + KEY_NUMBER)

_Static_assert(sizeof(struct tool_run) == 1584, "layout");

/* An id is the time it was made, or a little later. */
static void key_run(uint64_t id, uint8_t *out)
{
	key_numbered((wall_t)id, id, out);
}

/* The latest of a service comes first. */
static void key_run_of(const struct tool_run *row, uint8_t *out)
{
	key_service(&row->service, out);
	key_number(UINT64_MAX - row->id, out + KEY_SERVICE);
}

int store_get_run(struct store *s, uint64_t id, struct tool_run *out)
{
	uint8_t key[KEY_NUMBERED];

	key_run(id, key);
	return rocks_get(s->rocks, ROCKS_RUNS, KEY(key), out, sizeof(*out));
}

int store_get_run_output(struct store *s, const struct tool_run *run, char *out)
{
	uint8_t key[KEY_NUMBERED];

	key_run(run->id, key);
	return rocks_get(s->rocks, ROCKS_RUN_OUTPUT, KEY(key), out, run->output);
}

void store_put_run(struct store *s, const struct tool_run *row, const char *output)
{
	uint8_t key[KEY_NUMBERED], of[KEY_RUN_OF];

	if (s->memory)
		return;
	key_run(row->id, key);
	rocks_put(s->rocks, ROCKS_RUNS, KEY(key), row, sizeof(*row));
	if (output && row->output)
		rocks_put(s->rocks, ROCKS_RUN_OUTPUT, KEY(key), output, row->output);
	key_run_of(row, of);
	rocks_put(s->rocks, ROCKS_RUN_OF, KEY(of), &row->id, sizeof(row->id));
	if (run_is_over(row->state))
		rocks_delete(s->rocks, ROCKS_RUN_OPEN, KEY(key));
	else
		rocks_put(s->rocks, ROCKS_RUN_OPEN, KEY(key), &row->id, sizeof(row->id));
}

ROW_CALLER(run, tool_run, store_run_fn)

int store_walk_runs(struct store *s, uint64_t before, store_run_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct tool_run),
				    .before = before,
				    .call = call_run,
				    .fn = &fn,
				    .arg = arg };

	return row_walk(&w, rocks_cursor_new_last(s->rocks, ROCKS_RUNS));
}

struct lookup {
	struct store *store;
	store_run_fn fn;
	void *arg;
};

static int look_up(void *fn, void *arg, const void *id)
{
	struct lookup *l = arg;
	struct tool_run row;
	int rc = store_get_run(l->store, *(const uint64_t *)id, &row);

	(void)fn;
	return rc > 0 ? l->fn(l->arg, &row) : rc;
}

int store_walk_runs_of(struct store *s, const struct service *service, store_run_fn fn, void *arg)
{
	uint8_t key[KEY_SERVICE];
	struct lookup lookup = { s, fn, arg };
	const struct row_walk w = { .row_size = sizeof(uint64_t),
				    .prefix = key,
				    .prefix_len = sizeof(key),
				    .call = look_up,
				    .arg = &lookup };

	key_service(service, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_RUN_OF, KEY(key)));
}

int store_walk_open_runs(struct store *s, store_run_fn fn, void *arg)
{
	struct lookup lookup = { s, fn, arg };
	const struct row_walk w = { .row_size = sizeof(uint64_t), .call = look_up, .arg = &lookup };

	return row_walk(&w,
			rocks_cursor_new(s->rocks, ROCKS_RUN_OPEN, (struct rocks_key){ "", 0 }));
}

struct expiring {
	struct store *store;
	wall_t cut;
};

static int drop(void *arg, const struct tool_run *row)
{
	struct expiring *e = arg;
	uint8_t key[KEY_NUMBERED], of[KEY_RUN_OF];

	if ((wall_t)row->id >= e->cut)
		return 1;
	key_run(row->id, key);
	key_run_of(row, of);
	rocks_delete(e->store->rocks, ROCKS_RUN_OF, KEY(of));
	rocks_delete(e->store->rocks, ROCKS_RUN_OUTPUT, KEY(key));
	rocks_delete(e->store->rocks, ROCKS_RUNS, KEY(key));
	return 0;
}

int store_expire_runs(struct store *s, wall_t cut)
{
	struct expiring e = { s, cut };
	store_run_fn fn = drop;
	const struct row_walk w = {
		.row_size = sizeof(struct tool_run), .call = call_run, .fn = &fn, .arg = &e
	};
	int rc = row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_RUNS, (struct rocks_key){ "", 0 }));

	return rc < 0 ? rc : 0;
}
