/* SPDX-License-Identifier: Apache-2.0 */
/* The store is looked at again as soon as much was written, not only every ten minutes. */
#include "flowd/core/vitals/trim.h"
#include "store/expire.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define T0 (1700000000 * MONO_SECOND)
#define MANY 20000

static void put_many(struct store *store, wall_t from)
{
	int i;

	for (i = 0; i < MANY; i++) {
		struct event_row e = { .time_us = from + i };

		/* Rows that do not compress to nothing. */
		e.finding.service.port = (uint16_t)(i * 7919);
		store_put_event(store, &e, NULL);
	}
	assert_int_equal(store_commit(store, false), 0);
}

static void looks_when_much_was_written(void **state)
{
	static const struct conf conf = { .store_cap = 1 << 18 };
	char dir[] = "/tmp/flowd-trim-XXXXXX", command[64], error[STORE_ERROR_MAX];
	struct trim trim = { .last = 0 };
	struct store *store;
	uint64_t first;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_open(dir, &store, error), 0);
	assert_int_equal(trim_tick(&trim, store, &conf, T0), 0);
	assert_int_equal(store_given_up(store)->history, 0);
	/* Not at once: looks would be all that it does. */
	put_many(store, T0);
	trim.last = mono_now();
	assert_int_equal(trim_tick(&trim, store, &conf, T0 + MANY), 0);
	assert_int_equal(store_given_up(store)->history, 0);
	/* As if a look had been some seconds ago; what was written has no size before it is in
	 * files. */
	trim.last = mono_now() - 30 * MONO_SECOND;
	store_close(store);
	assert_int_equal(store_open(dir, &store, error), 0);
	put_many(store, T0 + MANY);
	trim.written = 0;
	trim_tick(&trim, store, &conf, T0 + 2 * MANY);
	first = store_given_up(store)->history;
	assert_true(first > 0);
	/* Nothing was written since. */
	trim.last = mono_now() - 30 * MONO_SECOND;
	put_many(store, T0 + 3 * MANY);
	trim.written = store_written(store);
	trim_tick(&trim, store, &conf, T0 + 4 * MANY);
	assert_int_equal(store_given_up(store)->history, first);
	store_close(store);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(looks_when_much_was_written) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
