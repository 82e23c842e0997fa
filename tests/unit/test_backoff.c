/* SPDX-License-Identifier: Apache-2.0 */
/* How long a receiver that fails is left alone: longer each time, and each in its own way. */
#include "relay/pace/backoff.h"
#include "tests/unit/unit.h"

#include <string.h>

#define MANY 500

static void waits_longer_each_time(void **state)
{
	struct backoff b = { .dice = 7 };
	mono_t most = BACKOFF_FIRST, wait;
	unsigned i;

	(void)state;
	for (i = 0; i < 40; i++) {
		wait = backoff_next(&b, 0);
		assert_in_range(wait, most / 2, most);
		most = 2 * most < BACKOFF_MOST ? 2 * most : BACKOFF_MOST;
	}
	assert_int_equal(most, BACKOFF_MOST);
	backoff_reset(&b);
	assert_in_range(backoff_next(&b, 0), BACKOFF_FIRST / 2, BACKOFF_FIRST);
}

/* Many that lose the same receiver at the same moment come back all over the time that there is. */
static void no_two_come_together(void **state)
{
	unsigned tenths[10] = { 0 }, i, k;
	struct backoff b[MANY];
	uint64_t dice = 41;
	mono_t wait;

	(void)state;
	for (i = 0; i < MANY; i++)
		b[i] = (struct backoff){ .dice = (uint64_t)unit_random(&dice) << 32 |
						 unit_random(&dice) };
	for (i = 0; i < MANY; i++) {
		wait = backoff_next(&b[i], 0) - BACKOFF_FIRST / 2;
		k = (unsigned)(wait * 10 / (BACKOFF_FIRST / 2 + 1));
		tenths[k]++;
	}
	/* 50 in each is the mean; a quarter of it has never been seen with a die. */
	for (k = 0; k < 10; k++)
		assert_in_range(tenths[k], 12, 200);
}

static void leaves_alone_who_asks_for_it(void **state)
{
	struct backoff b = { .dice = 1 };

	(void)state;
	assert_int_equal(backoff_next(&b, 30 * MONO_SECOND), 30 * MONO_SECOND);
	assert_int_equal(backoff_next(&b, INT64_MAX), BACKOFF_ASKED_MOST);
	/* Less than its turn it is not. */
	assert_in_range(backoff_next(&b, 1), BACKOFF_FIRST * 2, BACKOFF_FIRST * 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_longer_each_time),
		cmocka_unit_test(no_two_come_together),
		cmocka_unit_test(leaves_alone_who_asks_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
