/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/book/approvals.h"
#include "store/book/baseline.h"
#include "tests/unit/life.h"

#define MANY 5000 /* entries: more than are looked at in a turn, and told in one */

static void put(struct world *w, uint16_t port, wall_t expires)
{
	struct baseline b = { .service = sighting(port, 0, 0).service,
			      .source = ENTRY_PERSON,
			      .expires_us = expires,
			      .state = APPROVAL_OPEN };

	assert_true(store_put_baseline(w->store, &b));
	lapse_expect(&w->life.lapse, expires);
	assert_int_equal(store_commit(w->store, false), 0);
}

static void turns(struct world *w, wall_t now, unsigned count)
{
	for (; count; count--) {
		assert_int_equal(lifecycle_tick(&w->life, now), 0);
		assert_int_equal(store_commit(w->store, false), 0);
	}
}

/* An approval that ends is told when it ends, with what it was, once; a new one ends anew. */
static void is_told(void **state)
{
	struct world *w = *state;
	wall_t end = T0 + MONO_DAY;

	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	see(w, 23, EVIDENCE_FULL, T0, "");
	turns(w, T0 + 60 * MONO_SECOND, 1);
	w->said[0] = 0;
	put(w, 22, end);
	put(w, 23, 0);
	turns(w, end - 1, 3);
	expect(w, "");
	turns(w, end, 3);
	expect(w, "drift:22 alert-low:22#3 ");
	turns(w, end + MONO_DAY, 3);
	expect(w, "");
	put(w, 22, end + 2 * MONO_DAY);
	reopen(w, "alert medium event drift\nalert low");
	turns(w, end + 2 * MONO_DAY, 2);
	expect(w, "drift:22 alert-medium:22#4 ");
	reopen(w, "alert medium event drift\nalert low");
	turns(w, end + 2 * MONO_DAY, 2);
	expect(w, "");
}

/* What ended while flowd was away is told at the start; what was never seen is nobody's news. */
static void while_away(void **state)
{
	struct world *w = *state;

	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	turns(w, T0 + 60 * MONO_SECOND, 1);
	put(w, 22, T0 + MONO_DAY);
	put(w, 99, T0 + MONO_DAY);
	reopen(w, "alert low");
	turns(w, T0 + 2 * MONO_DAY, 3);
	expect(w, "drift:22 alert-low:22#2 ");
}

static int count_told(void *arg, const struct baseline *b)
{
	*(unsigned *)arg += b->void_us != 0;
	return 0;
}

/* Many at once are told some at a time, also without a commit between, each once. */
static void many(void **state)
{
	struct world *w = *state;
	unsigned told = 0, port;

	for (port = 1; port <= MANY; port++)
		put(w, (uint16_t)port, T0 + MONO_DAY + (port % 2 ? 0 : MONO_DAY));
	see(w, 7, EVIDENCE_FULL, T0, "");
	turns(w, T0 + 60 * MONO_SECOND, 2);
	w->said[0] = 0;
	assert_int_equal(lifecycle_tick(&w->life, T0 + MONO_DAY), 0);
	assert_int_equal(lifecycle_tick(&w->life, T0 + MONO_DAY), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	turns(w, T0 + MONO_DAY, 1);
	assert_int_equal(store_walk_baseline(w->store, NULL, count_told, &told), 0);
	assert_in_range(told, LAPSE_AT_ONCE, 3 * LAPSE_AT_ONCE);
	turns(w, T0 + MONO_DAY, MANY / LAPSE_AT_ONCE + 2);
	told = 0;
	assert_int_equal(store_walk_baseline(w->store, NULL, count_told, &told), 0);
	assert_int_equal(told, MANY / 2);
	expect(w, "drift:7 alert-low:7#1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(is_told),
		CASE(while_away),
		CASE(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
