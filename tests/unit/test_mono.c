/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "base/mono.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <time.h>

static void check_parse(const char *text, mono_t us)
{
	mono_t t = -1;

	assert_int_equal(mono_parse(text, &t), 0);
	assert_true(t == us);
}

static void durations(void **state)
{
	(void)state;
	check_parse("0", 0);
	check_parse("0d", 0);
	check_parse("7", 7 * MONO_SECOND);
	check_parse("1us", 1);
	check_parse("500ms", 500 * MONO_MS);
	check_parse("10s", 10 * MONO_SECOND);
	check_parse("5m", 300 * MONO_SECOND);
	check_parse("2h", 7200 * MONO_SECOND);
	check_parse("90d", 90 * MONO_DAY);
	check_parse("007s", 7 * MONO_SECOND);
	check_parse("36525d", 36525 * MONO_DAY);
	check_parse("3155760000", 36525 * MONO_DAY);
	check_parse("3155760000000000us", 36525 * MONO_DAY);
}

static void refused(void **state)
{
	static const char *const syntax[] = {
		"",    " ",	"s",	"ms",  "-1s", "+1s",  " 1s",
		"1 s", "1s ",	"1.5s", "1x",  "1S",  "1min", "0x10",
		"1e3", "1h30m", "1sm",	"inf", "1\n", "nan",  "99999999999999999999y"
	};
	static const char *const range[] = { "36526d",
					     "3155760001",
					     "3155760000000001us",
					     "876601h",
					     "9223372036854775807",
					     "99999999999999999999",
					     "99999999999999999999us" };
	mono_t t = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(syntax) / sizeof(syntax[0]); i++)
		assert_int_equal(mono_parse(syntax[i], &t), ERR_SYNTAX);
	for (i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		assert_int_equal(mono_parse(range[i], &t), ERR_RANGE);
	assert_true(t == 42);
}

static void check_text(mono_t t, const char *text)
{
	char out[MONO_STAMP_MAX];

	assert_string_equal(mono_text(t, out), text);
}

static void texts(void **state)
{
	(void)state;
	check_text(0, "0s");
	check_text(1, "1us");
	check_text(999, "999us");
	check_text(1000, "1ms");
	check_text(1500 * MONO_MS, "1500ms");
	check_text(59 * MONO_SECOND, "59s");
	check_text(60 * MONO_SECOND, "1m");
	check_text(90 * MONO_SECOND, "90s");
	check_text(3600 * MONO_SECOND, "1h");
	check_text(MONO_DAY, "1d");
	check_text(36 * 3600 * MONO_SECOND, "36h");
	check_text(36525 * MONO_DAY, "36525d");
}

static void text_round_trip(void **state)
{
	static const mono_t units[] = { 1, MONO_MS, MONO_SECOND, 60 * MONO_SECOND, MONO_DAY };
	char out[MONO_STAMP_MAX];
	uint64_t seed = 7;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		mono_t unit = units[unit_below(&seed, 5)], back = -1;
		mono_t t = unit_below(&seed, unit == MONO_DAY ? 36526 : 4000000) * unit;

		assert_int_equal(mono_parse(mono_text(t, out), &back), 0);
		assert_true(t == back);
	}
}

static void check_stamp(wall_t t, const char *text)
{
	char out[MONO_STAMP_MAX];

	assert_string_equal(mono_stamp(t, out), text);
}

static void stamps(void **state)
{
	(void)state;
	check_stamp(0, "1970-01-01T00:00:00.000000Z");
	check_stamp(1700000000 * MONO_SECOND + 10000, "2023-11-14T22:13:20.010000Z");
	check_stamp(946684800 * MONO_SECOND, "2000-01-01T00:00:00.000000Z");
	check_stamp(951782400 * MONO_SECOND - 1, "2000-02-28T23:59:59.999999Z");
	check_stamp(951868799 * MONO_SECOND, "2000-02-29T23:59:59.000000Z");
	check_stamp(-1, "1969-12-31T23:59:59.999999Z");
	check_stamp(-MONO_SECOND, "1969-12-31T23:59:59.000000Z");
	check_stamp(4102444800 * MONO_SECOND + 1, "2100-01-01T00:00:00.000001Z");
	check_stamp(4294967295 * MONO_SECOND + 999999, "2106-02-07T06:28:15.999999Z");
}

static void stamps_at_the_ends(void **state)
{
	(void)state;
	check_stamp(253402300799 * MONO_SECOND, "9999-12-31T23:59:59.000000Z");
	check_stamp(253402300799 * MONO_SECOND + 999999, "9999-12-31T23:59:59.999999Z");
	check_stamp(253402300800 * MONO_SECOND, "9999-12-31T23:59:59.999999Z");
	check_stamp(INT64_MAX, "9999-12-31T23:59:59.999999Z");
	check_stamp(-62167219200 * MONO_SECOND, "0000-01-01T00:00:00.000000Z");
	check_stamp(-62167219200 * MONO_SECOND - 1, "0000-01-01T00:00:00.000000Z");
	check_stamp(INT64_MIN, "0000-01-01T00:00:00.000000Z");
}

/* What a broken capture may claim. */
static void joined(void **state)
{
	(void)state;
	assert_int_equal(mono_join(1700000000, 5), 1700000000 * MONO_SECOND + 5);
	assert_int_equal(mono_join(-1, 0), -MONO_SECOND);
	check_stamp(mono_join(INT64_MAX, INT64_MAX), "9999-12-31T23:59:59.999999Z");
	check_stamp(mono_join(INT64_MAX / MONO_SECOND, INT64_MAX), "9999-12-31T23:59:59.999999Z");
	check_stamp(mono_join(INT64_MIN, -1), "0000-01-01T00:00:00.000000Z");
}

static void clocks(void **state)
{
	mono_t a = mono_now(), b = mono_now();

	(void)state;
	assert_true(a > 0 && b >= a);
	assert_true(mono_wall() > 1577836800 * MONO_SECOND); /* 2020 */
}

/* By the offset between the clocks as it was found an hour ago, or will be. */
static void set_back(void **state)
{
	const mono_t hour = 3600 * MONO_SECOND;
	mono_t offset = 0, back;
	int i;

	(void)state;
	assert_int_equal(mono_set_back(&offset), 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(mono_set_back(&offset), 0);
	offset += hour;
	for (i = 0, back = 0; i < 100 && !back; i++)
		back = mono_set_back(&offset);
	assert_in_range(back, hour - MONO_SECOND, hour + MONO_SECOND);
	assert_int_equal(mono_set_back(&offset), 0);
	offset -= hour;
	assert_int_equal(mono_set_back(&offset), 0);
}

/* Of the day before, of the same and of the one after, in any order: as the C library has it. */
static void stamps_of_days(void **state)
{
	static const int64_t seconds[] = { 1700000000, 1700005000, 1700006399, 1700006400,
					   1699920000, 1699919999, -1,	       0,
					   -86400,     -86401,	   1709164800, 1709251199,
					   1709251200 };
	char out[MONO_STAMP_MAX], want[64];
	struct tm tm;
	time_t t;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(seconds) / sizeof(*seconds); i++)
		for (j = 0; j < sizeof(seconds) / sizeof(*seconds); j++) {
			mono_stamp(seconds[i] * MONO_SECOND, out);
			t = seconds[j];
			assert_non_null(gmtime_r(&t, &tm));
			strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
			assert_string_equal(mono_stamp(t * MONO_SECOND, out), want);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(refused),
		cmocka_unit_test(texts),
		cmocka_unit_test(text_round_trip),
		cmocka_unit_test(stamps_of_days),
		cmocka_unit_test(stamps),
		cmocka_unit_test(stamps_at_the_ends),
		cmocka_unit_test(joined),
		cmocka_unit_test(clocks),
		cmocka_unit_test(set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
