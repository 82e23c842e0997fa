/* SPDX-License-Identifier: Apache-2.0 */
/* Whom probes spare, and when: hours, shares of hosts and networks, who is left alone, waits. */
#include "base/conf/hours.h"
#include "base/err.h"
#include "flowd/core/probing/flights.h"
#include "tests/unit/unit.h"
#include "verify/budget.h"
#include "verify/gate/rtt.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define T0 (1000 * MONO_SECOND)
#define MINUTE (60 * MONO_SECOND)

static struct addr host_of(unsigned net, unsigned last)
{
	const uint8_t b[4] = { 10, 0, (uint8_t)net, (uint8_t)last };

	return addr_v4(b);
}

/* Monday 2023-11-13, 00:00 UTC. */
static const wall_t monday = 1699833600LL * MONO_SECOND;

static wall_t left(const char *text, int day, int minute)
{
	const wall_t now = monday + day * MONO_DAY + minute * MINUTE;
	struct hours h;
	wall_t until;

	assert_int_equal(hours_parse(&h, text, NULL), 0);
	until = hours_until(&h, now);
	return until ? (until - now) / MINUTE : 0;
}

/* The nights in which clocks are set: by the clock on the wall, over midnight, and for as long as
 * that takes. */
static void summer_and_winter(void)
{
	const wall_t spring = 1711839600LL * MONO_SECOND; /* Sunday 2024-03-31, 00:00 in Berlin */
	const wall_t autumn = 1729980000LL * MONO_SECOND; /* Sunday 2024-10-27, 00:00 */
	const wall_t hour = 60 * MINUTE;
	struct hours h;

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	hours_open();
	assert_int_equal(hours_parse(&h, "Sat 23:00-06:00", NULL), 0);
	assert_true(hours_until(&h, spring - hour) == spring + 5 * hour);
	assert_true(hours_until(&h, spring + 4 * hour) == spring + 5 * hour);
	assert_true(hours_until(&h, spring + 5 * hour) == 0);
	assert_true(hours_until(&h, autumn - hour) == autumn + 7 * hour);
	assert_true(hours_until(&h, autumn + 7 * hour - MINUTE) == autumn + 7 * hour);
	assert_true(hours_until(&h, autumn + 7 * hour) == 0);
	setenv("TZ", "UTC", 1);
	hours_open();
}

static void quiet_hours(void **state)
{
	static const char *const wrong[] = {
		"x",	       "Mon-",		"8:00-9:00",   "08:00",
		"08:00-25:00", "24:00-01:00",	"08:60-09:00", "08:00-09:00 x",
		"Mon 08:00-",  "08:00-09:00,,", "Mon"
	};
	struct hours h;
	size_t i;

	(void)state;
	setenv("TZ", "UTC", 1);
	hours_open();
	assert_int_equal(left("", 0, 0), 0);
	assert_int_equal(left("Mon-Fri 08:00-18:00", 0, 8 * 60), 600);
	assert_int_equal(left("mon-fri 08:00-18:00", 0, 8 * 60 - 1), 0);
	assert_int_equal(left("Mon-Fri 08:00-18:00", 0, 18 * 60), 0);
	assert_int_equal(left("Mon-Fri 08:00-18:00", 5, 9 * 60), 0);
	assert_int_equal(left("Sat 10:00-12:00, Mon 00:00-24:00", 0, 1439), 1);
	assert_int_equal(left("Sun 23:00-01:00", 6, 23 * 60 + 30), 90);
	assert_int_equal(left("Sun 23:00-01:00", 0, 30), 30);
	assert_int_equal(left("Sun 23:00-01:00", 1, 30), 0);
	assert_int_equal(left("Fri-Mon 10:00-11:00", 6, 600), 60);
	summer_and_winter();
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(hours_parse(&h, wrong[i], NULL), ERR_SYNTAX);
}

static struct budget open_budget(const struct budget_manners *manners, uint64_t rate)
{
	struct prefix_set targets = { NULL, 0 };
	struct budget b;

	assert_int_equal(prefix_set_parse(&targets, "10.0.0.0/8", NULL), 0);
	budget_open(&b, targets, rate, T0);
	assert_int_equal(budget_share(&b, manners, rate), 0);
	return b;
}

/* As fast as it may for three seconds, many hosts of few networks: how many may one have? */
static void shares(void **state)
{
	const struct budget_manners manners = { .host_rate = 5, .network_rate = 20 };
	struct budget b = open_budget(&manners, 1000);
	unsigned sent[4][64] = { { 0 } }, net, one, sum;
	mono_t now;

	(void)state;
	for (now = T0; now < T0 + MONO_SECOND; now += MONO_MS)
		for (net = 0; net < 4; net++)
			for (one = 0; one < 64; one++) {
				const struct addr host = host_of(net, one);
				int rc = budget_take(&b, &host, now);

				assert_true(!rc || rc == -EAGAIN);
				if (rc)
					assert_true(budget_wait(&b, now) > 0);
				sent[net][one] += !rc;
			}
	for (net = 0; net < 4; net++) {
		for (one = sum = 0; one < 64; one++) {
			assert_true(sent[net][one] <= 5);
			sum += sent[net][one];
		}
		assert_true(sum <= 20 && sum >= 18);
	}
	budget_close(&b);
}

/* More hosts than there are places: nobody gets more for it. */
static void full_table(void **state)
{
	const struct budget_manners manners = { .host_rate = 1 };
	struct budget b = open_budget(&manners, 1000000);
	struct addr first = host_of(0, 1), other;
	unsigned i;

	(void)state;
	assert_int_equal(budget_take(&b, &first, T0), 0);
	for (i = 0; i < 5000000; i++) {
		other = host_of(i >> 8 & 255, i & 255);
		other.b[13] = (uint8_t)(1 + (i >> 16));
		budget_take(&b, &other, T0 + 1);
	}
	assert_int_equal(budget_take(&b, &first, T0 + 2), -EAGAIN);
	budget_close(&b);
}

static void left_alone(void **state)
{
	const struct budget_manners manners = { .backoff = MINUTE };
	struct budget b = open_budget(&manners, 1000000);
	struct addr host = host_of(1, 1), beside = host_of(1, 2), far = host_of(2, 1);
	const struct rest_word admin = { host, 3, 13 }, net = { host, 3, 0 }, port = { host, 3, 3 };
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_false(rest_hear(&b.rest, &port, T0));
	for (i = 1; i < REST_AFTER; i++)
		assert_false(rest_hear(&b.rest, &admin, T0 + i));
	assert_int_equal(budget_take(&b, &host, T0 + 10), 0);
	assert_true(rest_hear(&b.rest, &admin, T0 + 10));
	assert_int_equal(budget_take(&b, &host, T0 + 11), ERR_REST);
	assert_int_equal(budget_take(&b, &beside, T0 + 11), 0);
	assert_int_equal(budget_take(&b, &host, T0 + 10 + MINUTE), 0);
	for (i = 0; i < REST_AFTER; i++)
		rest_hear(&b.rest, &net, T0 + 20);
	assert_int_equal(budget_take(&b, &beside, T0 + 21), ERR_REST);
	assert_int_equal(budget_take(&b, &far, T0 + 21), 0);
	budget_close(&b);
}

static void killed(void **state)
{
	const struct budget_manners manners = { .host_rate = 0 };
	struct budget b = open_budget(&manners, 1000);
	const struct addr host = host_of(1, 1);

	(void)state;
	b.shut = BUDGET_KILLED;
	assert_int_equal(budget_take(&b, &host, T0), -EAGAIN);
	assert_true(budget_wait_all(&b, T0 + 10 * MONO_SECOND) > 0);
	assert_int_equal(budget_take(&b, &host, T0 + 10 * MONO_SECOND), -EAGAIN);
	b.shut = 0;
	assert_int_equal(budget_take(&b, &host, T0 + 20 * MONO_SECOND), 0);
	budget_close(&b);
}

static void waits(void **state)
{
	struct addr near = host_of(1, 1), far = host_of(2, 1), late = host_of(3, 1);
	struct addr unknown = host_of(4, 1);
	struct rtt r;
	int i;

	(void)state;
	assert_int_equal(rtt_open(&r, 500 * MONO_MS), 0);
	assert_int_equal(rtt_wait(&r, &near, 1, false), 500 * MONO_MS);
	assert_int_equal(rtt_wait(&r, &near, 3, true), 2000 * MONO_MS);
	for (i = 0; i < 20; i++) {
		rtt_hear(&r, &near, MONO_MS, T0 + i);
		rtt_hear(&r, &far, 900 * MONO_MS, T0 + i);
	}
	assert_int_equal(rtt_wait(&r, &near, 1, false), 100 * MONO_MS);
	assert_int_equal(rtt_wait(&r, &near, 2, false), 200 * MONO_MS);
	/* The last one has time. */
	assert_int_equal(rtt_wait(&r, &near, 3, true), 500 * MONO_MS);
	assert_true(rtt_wait(&r, &far, 1, false) >= 900 * MONO_MS);
	assert_int_equal(rtt_wait(&r, &far, 5, true), 8 * MONO_SECOND);
	assert_int_equal(rtt_wait(&r, &far, 4, false), 4 * MONO_SECOND);
	rtt_late(&r, &late, 500 * MONO_MS, T0);
	assert_int_equal(rtt_wait(&r, &late, 1, false), MONO_SECOND);
	assert_int_equal(rtt_of(&r, &near), MONO_MS);
	assert_int_equal(rtt_of(&r, &late), 500 * MONO_MS);
	assert_int_equal(rtt_of(&r, &unknown), 0);
	/* A server over UDP may think before it answers: that says nothing where a SYN has. */
	rtt_hint(&r, &near, 300 * MONO_MS, 0);
	assert_int_equal(rtt_of(&r, &near), MONO_MS);
	rtt_hint(&r, &unknown, 0, 500 * MONO_MS);
	assert_int_equal(rtt_wait(&r, &unknown, 1, false), MONO_SECOND);
	rtt_hint(&r, &unknown, 800 * MONO_MS, 0);
	assert_int_equal(rtt_of(&r, &unknown), 800 * MONO_MS);
	rtt_close(&r);
}

static void under_way(void **state)
{
	static struct flights f;
	struct addr host = host_of(1, 1), other = host_of(1, 2);
	uint64_t id;

	(void)state;
	flights_clear(&f);
	for (id = 1; id <= FLIGHTS_MOST; id++)
		assert_true(flights_add(&f, id, id % 4 ? &host : &other));
	assert_false(flights_add(&f, id, &host));
	assert_int_equal(flights_of(&f, &other), FLIGHTS_MOST / 4);
	assert_true(flights_remove(&f, 4));
	assert_false(flights_remove(&f, 4));
	assert_false(flights_has(&f, 4));
	assert_true(flights_add(&f, id, &other));
	assert_false(flights_add(&f, id, &other));
	assert_int_equal(f.count, FLIGHTS_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_hours), cmocka_unit_test(shares),
		cmocka_unit_test(full_table),  cmocka_unit_test(left_alone),
		cmocka_unit_test(killed),      cmocka_unit_test(waits),
		cmocka_unit_test(under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
