/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "tests/unit/unit.h"
#include "verify/budget.h"

#include <errno.h>
#include <stdlib.h>

static struct budget b;
static struct addr inside, outside;

static void set_up(uint64_t rate, mono_t now)
{
	struct prefix_set targets = { NULL, 0 };

	assert_int_equal(prefix_set_parse(&targets, "10.0.0.0/8,224.0.0.0/4,2001:db8::/32", NULL),
			 0);
	budget_open(&b, targets, rate, now);
	assert_int_equal(addr_parse("10.1.2.3", 8, &inside), 0);
	assert_int_equal(addr_parse("192.0.2.1", 9, &outside), 0);
}

/* Takes as early as it may, for a number of seconds; no second of them holds more than the rate. */
static void never_over(uint64_t rate, mono_t start, mono_t pause_each)
{
	mono_t *times, now = start, end = start + 3 * MONO_SECOND;
	size_t n = 0, first = 0, most = 0;
	uint64_t state = rate;

	set_up(rate, start);
	times = calloc(rate * 4 + 8, sizeof(*times));
	assert_non_null(times);
	while (now < end) {
		if (budget_take(&b, &inside, now)) {
			assert_true(budget_wait(&b, now) > 0);
			now += budget_wait(&b, now);
			assert_int_equal(budget_wait(&b, now), 0);
			continue;
		}
		assert_true(n < rate * 4 + 8);
		times[n++] = now;
		while (times[first] <= now - MONO_SECOND)
			first++;
		most = n - first > most ? n - first : most;
		if (pause_each && !unit_below(&state, 50))
			now += unit_below(&state, (uint32_t)pause_each);
	}
	assert_true(most <= rate);
	if (!pause_each)
		assert_true(n >= rate * 3 * 8 / 10);
	free(times);
	budget_close(&b);
}

static void rate_is_held(void **state)
{
	static const uint64_t rates[] = { 1, 2, 3, 9, 10, 11, 19, 200, 1000, 99999 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		never_over(rates[i], 0, 0);
		never_over(rates[i], 123456789, 300000);
	}
	never_over(1000000, 5, 0);
}

/* A long rest gives a small burst, not a flood; a clock that stands or goes back gives nothing. */
static void rest_gives_no_flood(void **state)
{
	int i, n = 0;

	(void)state;
	set_up(200, 0);
	while (!budget_take(&b, &inside, 0))
		n++;
	assert_int_equal(n, 21);
	for (n = 0; !budget_take(&b, &inside, 365 * MONO_DAY);)
		n++;
	assert_int_equal(n, 21);
	for (i = 0; i < 1000; i++)
		assert_int_equal(budget_take(&b, &inside, 365 * MONO_DAY - i), -EAGAIN);
	budget_close(&b);
}

static void targets_only(void **state)
{
	static const char *const groups[] = { "224.0.0.1", "239.1.2.3", "ff02::1",
					      "0.0.0.0",   "::",	"255.255.255.255" };
	struct addr a;
	size_t i;

	(void)state;
	set_up(10, 0);
	assert_true(budget_may(&b, &inside));
	assert_false(budget_may(&b, &outside));
	assert_int_equal(budget_take(&b, &outside, 0), ERR_DENIED);
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		assert_int_equal(addr_parse(groups[i], strlen(groups[i]), &a), 0);
		assert_false(budget_may(&b, &a));
		assert_int_equal(budget_take(&b, &a, 0), ERR_DENIED);
	}
	/* A refusal costs nothing. */
	assert_int_equal(budget_take(&b, &inside, 0), 0);
	assert_int_equal(budget_take(&b, &inside, 0), 0);
	assert_int_equal(budget_take(&b, &inside, 0), -EAGAIN);
	assert_int_equal(budget_take(&b, &outside, 0), ERR_DENIED);
	budget_close(&b);
	assert_false(budget_may(&b, &inside));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_is_held),
		cmocka_unit_test(rest_gives_no_flood),
		cmocka_unit_test(targets_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
