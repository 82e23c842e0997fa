/* SPDX-License-Identifier: Apache-2.0 */
/* The catalog over a reader of the store that lags behind the news. */
#include "base/loop.h"
#include "tests/unit/unit.h"
#include "web/catalog/catalog.h"
#include "web/catalog/order.h"
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

/* ---- what is found, and kept ---- */

#define ROUNDS 3
#define CHANGED 40 /* services a round: some anew, some again, some twice */

/* One way to ask, with all that must be right of the answer. */
struct asked {
	struct query query;
	struct order_page old, fresh;
};

static void ask(struct asked *a, const char *sort, bool descending, const char *app)
{
	query_open(&a->query, ~0U);
	assert_int_equal(query_set(&a->query, "sort", sort, strlen(sort)), 0);
	assert_int_equal(query_set(&a->query, "limit", "1000", 4), 0);
	if (descending)
		assert_int_equal(query_set(&a->query, "order", "desc", 4), 0);
	if (app)
		assert_int_equal(query_set(&a->query, "app", app, strlen(app)), 0);
}

/* What was kept and brought up to date is what is found anew. */
static void compare(struct catalog *catalog, struct order *kept, struct asked *a)
{
	struct order *fresh = order_new(catalog);
	int count = order_find(fresh, &a->query, NULL, &a->fresh), i;

	assert_true(count > 0);
	assert_int_equal(order_find(kept, &a->query, NULL, &a->old), count);
	assert_int_equal(a->old.total, a->fresh.total);
	for (i = 0; i < count; i++)
		assert_true(service_is_same(&a->old.services[i], &a->fresh.services[i]));
	order_free(fresh);
}

static void change(struct store *store, struct catalog *catalog, unsigned round)
{
	static const char *const apps[] = { "ssh", "http", "redis", "abba", "zabbix" };
	struct store_service row;
	unsigned i;

	for (i = 0; i < CHANGED; i++) {
		row = row_of((uint16_t)((round * 131 + i * 17) % (COUNT + round * 8) + 1));
		row.last_us = (wall_t)((round * 7919 + i * 104729) % 1000) * MONO_SECOND;
		record_text_set(row.app, sizeof(row.app), apps[(round + i) % (round + 2)]);
		store_put_service(store, &row);
		catalog_note(catalog, &row.service);
	}
	assert_int_equal(store_commit(store, false), 0);
	catalog_catch_up(catalog);
}

static void pause_loop(struct wait *w, mono_t time)
{
	w->want = UINT32_MAX;
	w->until = mono_now() + time;
	loop_timer_set(w->tick, 0);
	loop_run(w->loop);
}

static void results_follow(void **state)
{
	static struct asked asked[5];
	struct wait w = { .loop = loop_new() };
	struct order *order;
	unsigned i, round;

	(void)state;
	ask(&asked[0], "last_seen", true, NULL);
	ask(&asked[1], "app", false, NULL);
	ask(&asked[2], "address", false, "ssh");
	ask(&asked[3], "port", true, NULL);
	ask(&asked[4], "address", true, NULL);
	lagging = (struct view){ store_of(COUNT), NULL, INT64_MAX };
	w.catalog = catalog_new(w.loop, &lagging);
	w.tick = loop_timer_new(w.loop, on_tick, &w);
	order = order_new(w.catalog);
	catalog_begin(w.catalog);
	wait_for(&w, COUNT);
	for (round = 1; round <= ROUNDS; round++) {
		change(lagging.before, w.catalog, round);
		/* What is found is kept for a second. */
		pause_loop(&w, 1100 * MONO_MS);
		assert_true(catalog_look(w.catalog).generation >= round * CHANGED);
		for (i = 0; i < 5; i++)
			compare(w.catalog, order, &asked[i]);
	}
	order_free(order);
	catalog_free(w.catalog);
	loop_event_free(w.tick);
	loop_free(w.loop);
	store_close(lagging.before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lag),
		cmocka_unit_test(flood),
		cmocka_unit_test(results_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
