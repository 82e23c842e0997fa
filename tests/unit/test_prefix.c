/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "base/prefix.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static void check_parse(const char *in, const char *canonical)
{
	struct prefix_set set = { NULL, 0 };
	char *text;

	assert_int_equal(prefix_set_parse(&set, in, NULL), 0);
	text = prefix_set_text(&set);
	assert_string_equal(text, canonical);
	free(text);
	prefix_set_clear(&set);
	assert_null(set.ranges);
	assert_int_equal(set.count, 0);
}

static void check_subtract(const char *from, const char *what, const char *left)
{
	struct prefix_set a = { NULL, 0 }, b = { NULL, 0 };
	char *text;

	assert_int_equal(prefix_set_parse(&a, from, NULL), 0);
	assert_int_equal(prefix_set_parse(&b, what, NULL), 0);
	assert_int_equal(prefix_set_subtract(&a, &b), 0);
	text = prefix_set_text(&a);
	assert_string_equal(text, left);
	free(text);
	prefix_set_clear(&a);
	prefix_set_clear(&b);
}

static void parsed(void **state)
{
	(void)state;
	check_parse("", "");
	check_parse(" ,\t\n", "");
	check_parse("10.1.2.3/8", "10.0.0.0/8");
	check_parse("10.1.2.3", "10.1.2.3");
	check_parse("10.1.2.3/32", "10.1.2.3");
	check_parse("0.0.0.0/0", "0.0.0.0/0");
	check_parse("1.2.3.4/0", "0.0.0.0/0");
	check_parse("255.255.255.255", "255.255.255.255");
	check_parse("2001:db8::1/128", "2001:db8::1");
	check_parse("2001:db8:ffff::1/33", "2001:db8:8000::/33");
	check_parse("::ffff:10.0.0.0/104", "10.0.0.0/8");
	check_parse("::/0", "any");
	check_parse("any", "any");
	check_parse("10.0.0.0/8 any 2001:db8::/32", "any");
	check_parse("::/1,8000::/1", "any");
	check_parse("::", "::");
	check_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	check_parse("2001:db8::/32,192.0.2.0/24\t10.0.0.0/8\n",
		    "10.0.0.0/8,192.0.2.0/24,2001:db8::/32");
}

static void merged(void **state)
{
	(void)state;
	check_parse("10.0.1.0/24,10.0.0.0/24", "10.0.0.0/23");
	check_parse("10.0.1.0/24,10.0.2.0/24", "10.0.1.0/24,10.0.2.0/24");
	check_parse("10.0.0.0/24,10.0.2.0/24,10.0.1.0/24", "10.0.0.0/23,10.0.2.0/24");
	check_parse("10.0.0.0/24,10.0.2.0/24,10.0.0.0/8", "10.0.0.0/8");
	check_parse("10.0.0.0/8,10.3.0.0/16", "10.0.0.0/8");
	check_parse("10.0.0.0/8,10.0.0.0/8", "10.0.0.0/8");
	check_parse("0.0.0.0/1,128.0.0.0/1", "0.0.0.0/0");
	check_parse("255.255.255.254,255.255.255.255", "255.255.255.254/31");
	check_parse("8000::/1,::/2", "::/2,8000::/1");
	check_parse("8000::/1,::/2,4000::/2", "any");
	check_parse("10.0.0.255,10.0.1.0", "10.0.0.255,10.0.1.0");
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		int rc;
		size_t bad;
	} wrong[] = {
		{ "10.0.0.0/33", ERR_RANGE, 0 },
		{ "2001:db8::/129", ERR_RANGE, 0 },
		{ "10.0.0.0/", ERR_SYNTAX, 0 },
		{ "10.0.0.0/-1", ERR_SYNTAX, 0 },
		{ "10.0.0.0/8x", ERR_SYNTAX, 0 },
		{ "10.0.0.0/8/8", ERR_SYNTAX, 0 },
		{ "10.0.0.0/00008", ERR_SYNTAX, 0 },
		{ "/8", ERR_SYNTAX, 0 },
		{ "anything", ERR_SYNTAX, 0 },
		{ "10.0.0.0/8,  any,10.0.0/8", ERR_SYNTAX, 17 },
		{ "10.0.0.0/8, 192.0.2.0/99", ERR_RANGE, 12 },
	};
	struct prefix_set set = { NULL, 0 };
	size_t i, bad;
	char *text;

	(void)state;
	assert_int_equal(prefix_set_parse(&set, "203.0.113.0/24", NULL), 0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bad = 999;
		assert_int_equal(prefix_set_parse(&set, wrong[i].text, &bad), wrong[i].rc);
		assert_int_equal(bad, wrong[i].bad);
		text = prefix_set_text(&set);
		assert_string_equal(text, "203.0.113.0/24");
		free(text);
	}
	prefix_set_clear(&set);
}

static void added_to_what_is_there(void **state)
{
	struct prefix_set set = { NULL, 0 };
	char *text;

	(void)state;
	assert_int_equal(prefix_set_parse(&set, "10.0.0.0/24", NULL), 0);
	assert_int_equal(prefix_set_parse(&set, "192.0.2.0/24 10.0.1.0/24", NULL), 0);
	text = prefix_set_text(&set);
	assert_string_equal(text, "10.0.0.0/23,192.0.2.0/24");
	free(text);
	prefix_set_clear(&set);
}

static void subtracted(void **state)
{
	(void)state;
	check_subtract("10.0.0.0/24", "10.0.0.0/24", "");
	check_subtract("10.0.0.0/24", "any", "");
	check_subtract("10.0.0.0/24", "", "10.0.0.0/24");
	check_subtract("10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/24");
	check_subtract("10.0.0.0/24", "10.0.0.0/25", "10.0.0.128/25");
	check_subtract("10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/25");
	check_subtract("10.0.0.0/30", "10.0.0.1", "10.0.0.0,10.0.0.2/31");
	check_subtract("10.0.0.0/29", "10.0.0.1,10.0.0.6",
		       "10.0.0.0,10.0.0.2/31,10.0.0.4/31,10.0.0.7");
	check_subtract("10.0.0.0/24,10.0.2.0/24", "10.0.0.128/25,10.0.2.0/25",
		       "10.0.0.0/25,10.0.2.128/25");
	check_subtract("10.0.0.0/24,10.0.2.0/24", "10.0.0.0/16", "");
	check_subtract("any", "::/1", "8000::/1");
	check_subtract("any", "8000::/1", "::/1");
	check_subtract("any", "any", "");
	check_subtract("0.0.0.0/0", "0.0.0.0,255.255.255.255/32,64.0.0.0/2,128.0.0.0/1",
		       "0.0.0.1,0.0.0.2/31,0.0.0.4/30,0.0.0.8/29,0.0.0.16/28,0.0.0.32/27,"
		       "0.0.0.64/26,0.0.0.128/25,0.0.1.0/24,0.0.2.0/23,0.0.4.0/22,0.0.8.0/21,"
		       "0.0.16.0/20,0.0.32.0/19,0.0.64.0/18,0.0.128.0/17,0.1.0.0/16,0.2.0.0/15,"
		       "0.4.0.0/14,0.8.0.0/13,0.16.0.0/12,0.32.0.0/11,0.64.0.0/10,0.128.0.0/9,"
		       "1.0.0.0/8,2.0.0.0/7,4.0.0.0/6,8.0.0.0/5,16.0.0.0/4,32.0.0.0/3");
	check_subtract("::/0", "::/1,ffff::/16,c000::/2,8000::/2,::1", "");
}

static void membership(void **state)
{
	static const char *const in[] = { "10.0.0.0", "10.255.255.255", "192.0.2.7",
					  "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" };
	static const char *const out[] = {
		"9.255.255.255", "11.0.0.0",   "192.0.2.6", "192.0.2.8",
		"2001:db7::",	 "2001:db9::", "::",	    "::10.0.0.1"
	};
	struct prefix_set set = { NULL, 0 }, any = { NULL, 0 };
	struct addr a;
	size_t i;

	(void)state;
	assert_int_equal(addr_parse("10.0.0.1", 8, &a), 0);
	assert_false(prefix_set_has(&set, &a));
	assert_false(prefix_set_is_any(&set));
	assert_int_equal(prefix_set_parse(&set, "10.0.0.0/8 192.0.2.7 2001:db8::/32", NULL), 0);
	assert_int_equal(prefix_set_parse(&any, "any", NULL), 0);
	assert_false(prefix_set_is_any(&set));
	assert_true(prefix_set_is_any(&any));
	for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		assert_int_equal(addr_parse(in[i], strlen(in[i]), &a), 0);
		assert_true(prefix_set_has(&set, &a));
		assert_true(prefix_set_has(&any, &a));
	}
	for (i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		assert_int_equal(addr_parse(out[i], strlen(out[i]), &a), 0);
		assert_false(prefix_set_has(&set, &a));
		assert_true(prefix_set_has(&any, &a));
	}
	prefix_set_clear(&set);
	prefix_set_clear(&any);
}

#define UNIVERSE 256

/* Address `i` of the 256 that start at the universe's base. */
static struct addr at(const char *base, unsigned i)
{
	struct addr a;

	assert_int_equal(addr_parse(base, strlen(base), &a), 0);
	a.b[15] = (uint8_t)i;
	return a;
}

/* What a first octet tells: all, none, or that one has to look. */
static void octets_say_the_same(void **state)
{
	static const char *const sets[] = {
		"",
		"any",
		"10.0.0.0/8",
		"10.0.0.0/8,11.0.0.0/9,2001:db8::/32",
		"0.0.0.0/0",
		"203.0.113.7",
		"9.0.0.0/7,255.255.255.255",
		"::/96",
		"::ffff:0:0/100",
	};
	static const uint8_t rest[][3] = {
		{ 0, 0, 0 }, { 0, 113, 7 }, { 127, 255, 255 }, { 128, 0, 0 }, { 255, 255, 255 }
	};
	struct prefix_octets octets;
	unsigned octet;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct prefix_set set = { NULL, 0 };
		struct addr v6;

		assert_int_equal(prefix_set_parse(&set, sets[i], NULL), 0);
		prefix_octets_open(&octets, &set);
		for (octet = 0; octet < 256; octet++)
			for (j = 0; j < sizeof(rest) / sizeof(rest[0]); j++) {
				const uint8_t bytes[] = { (uint8_t)octet, rest[j][0], rest[j][1],
							  rest[j][2] };
				struct addr a = addr_v4(bytes);

				assert_int_equal(prefix_octets_has(&octets, &a),
						 prefix_set_has(&set, &a));
			}
		assert_int_equal(addr_parse("2001:db8::1", 11, &v6), 0);
		assert_int_equal(prefix_octets_has(&octets, &v6), prefix_set_has(&set, &v6));
		prefix_set_clear(&set);
	}
	/* Else this test would compare the same function with itself. */
	assert_int_equal(octets.tells[15], 1);
	assert_int_equal(octets.tells[16], 0);
}

static void check_against(const struct prefix_set *set, const bool *naive, const char *base)
{
	struct prefix_set back = { NULL, 0 };
	unsigned i, runs = 0;
	char *text;

	for (i = 0; i < UNIVERSE; i++) {
		struct addr a = at(base, i);

		assert_int_equal(prefix_set_has(set, &a), naive[i]);
		runs += naive[i] && (!i || !naive[i - 1]);
	}
	assert_int_equal(set->count, runs);
	text = prefix_set_text(set);
	assert_int_equal(prefix_set_parse(&back, text, NULL), 0);
	assert_int_equal(back.count, set->count);
	if (set->count)
		assert_memory_equal(back.ranges, set->ranges, set->count * sizeof(*set->ranges));
	free(text);
	prefix_set_clear(&back);
}

static void play(const char *base, uint64_t *seed)
{
	struct prefix_set set = { NULL, 0 };
	bool naive[UNIVERSE] = { false };
	unsigned step, i;

	for (step = 0; step < 40; step++) {
		unsigned low = unit_below(seed, UNIVERSE), high = unit_below(seed, UNIVERSE);
		bool add = unit_below(seed, 5) < 3;
		struct prefix_set other = { NULL, 0 };
		struct prefix_range r;

		if (unit_below(seed, 2))
			high = low + unit_below(seed, 8);
		if (high < low || high >= UNIVERSE)
			high = low;
		r = (struct prefix_range){ at(base, low), at(base, high) };
		for (i = low; i <= high; i++)
			naive[i] = add;
		assert_int_equal(prefix_set_add(add ? &set : &other, &r), 0);
		if (!add)
			assert_int_equal(prefix_set_subtract(&set, &other), 0);
		prefix_set_clear(&other);
		check_against(&set, naive, base);
	}
	prefix_set_clear(&set);
}

/* In the middle, at both ends of IPv4 and at both ends of everything, where counting up wraps. */
static void as_the_naive_one(void **state)
{
	static const char *const bases[] = {
		"10.0.0.0", "0.0.0.0",	      "255.255.255.0",
		"::",	    "2001:db8::ff00", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00"
	};
	uint64_t seed = 4711;
	size_t i;
	int round;

	(void)state;
	for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		for (round = 0; round < 40; round++)
			play(bases[i], &seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_say_the_same),
		cmocka_unit_test(parsed),
		cmocka_unit_test(merged),
		cmocka_unit_test(refused),
		cmocka_unit_test(added_to_what_is_there),
		cmocka_unit_test(subtracted),
		cmocka_unit_test(membership),
		cmocka_unit_test(as_the_naive_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
