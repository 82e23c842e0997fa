/* SPDX-License-Identifier: Apache-2.0 */
/* The catalog over a reader of the store that lags behind the news. */
#include "base/loop.h"
#include "tests/unit/unit.h"
#include "web/catalog/catalog.h"
#include "web/view.h"

#include <string.h>

#define PATIENCE (8 * MONO_SECOND)
#define COUNT 252

/* What the catalog sees of the store: the row of the news is not in it before `until`. */
struct view {
	struct store *before, *after;
	mono_t until;
};

static struct view lagging;

struct store *view_peek(const struct view *view)
{
	return mono_now() < view->until ? view->before : view->after;
}

struct store *view_store(struct view *view)
{
	return view_peek(view);
}

static struct store_service row_of(uint16_t port)
{
	static const uint8_t bytes[4] = { 10, 77, 0, 2 };
	struct store_service row = { .state = STATE_OPEN };

	row.service.host = addr_v4(bytes);
	row.service.proto = PROTO_TCP;
	row.service.port = port;
	return row;
}

static struct store *store_of(unsigned count)
{
	char error[STORE_ERROR_MAX];
	struct store_service row;
	struct store *store;
	unsigned i;

	assert_int_equal(store_open(NULL, &store, error), 0);
	for (i = 1; i <= count; i++) {
		row = row_of((uint16_t)i);
		store_put_service(store, &row);
	}
	assert_int_equal(store_commit(store, false), 0);
	return store;
}

struct wait {
	struct loop *loop;
	struct loop_event *tick;
	struct catalog *catalog;
	uint32_t want;
	mono_t until;
};

static void on_tick(void *arg, int what)
{
	struct wait *w = arg;

	(void)what;
	if (catalog_look(w->catalog).count == w->want || mono_now() > w->until)
		loop_stop(w->loop);
	else
		loop_timer_set(w->tick, 10 * MONO_MS);
}

static mono_t wait_for(struct wait *w, uint32_t want)
{
	mono_t from = mono_now();

	w->want = want;
	w->until = from + PATIENCE;
	loop_timer_set(w->tick, 0);
	loop_run(w->loop);
	assert_int_equal(catalog_look(w->catalog).count, want);
	return mono_now() - from;
}

/* Read too early, a service is found a little later, and not only by the next reading of all. */
static void lag(void **state)
{
	struct wait w = { .loop = loop_new() };
	struct store_service row = row_of(COUNT);

	(void)state;
	lagging = (struct view){ store_of(COUNT - 1), store_of(COUNT), mono_now() + PATIENCE };
	w.catalog = catalog_new(w.loop, &lagging);
	w.tick = loop_timer_new(w.loop, on_tick, &w);
	catalog_begin(w.catalog);
	wait_for(&w, COUNT - 1);
	lagging.until = mono_now() + 500 * MONO_MS;
	catalog_note(w.catalog, &row.service);
	catalog_catch_up(w.catalog);
	assert_int_equal(catalog_look(w.catalog).count, COUNT - 1);
	assert_true(wait_for(&w, COUNT) < 3 * MONO_SECOND);
	catalog_free(w.catalog);
	loop_event_free(w.tick);
	loop_free(w.loop);
	store_close(lagging.before);
	store_close(lagging.after);
}

/* More news than are kept at once are no harm: the next reading has them. */
static void flood(void **state)
{
	struct wait w = { .loop = loop_new() };
	struct store_service row;
	unsigned i, turn;

	(void)state;
	lagging = (struct view){ store_of(COUNT), store_of(65535), mono_now() + PATIENCE };
	w.catalog = catalog_new(w.loop, &lagging);
	w.tick = loop_timer_new(w.loop, on_tick, &w);
	catalog_begin(w.catalog);
	wait_for(&w, COUNT);
	lagging.until = 0;
	for (turn = 0; turn < 4; turn++) {
		for (i = 1; i <= 65535; i++) {
			row = row_of((uint16_t)i);
			catalog_note(w.catalog, &row.service);
		}
		catalog_catch_up(w.catalog);
	}
	wait_for(&w, 65535);
	catalog_free(w.catalog);
	loop_event_free(w.tick);
	loop_free(w.loop);
	store_close(lagging.before);
	store_close(lagging.after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lag),
		cmocka_unit_test(flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
