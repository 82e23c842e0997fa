/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"
#include "base/err.h"
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static struct addr of(const char *text)
{
	struct addr a;

	memset(&a, 0xa5, sizeof(a));
	assert_int_equal(addr_parse(text, strlen(text), &a), 0);
	return a;
}

static void check_text(const char *in, const char *canonical)
{
	char text[ADDR_TEXT_MAX];
	struct addr a = of(in);

	assert_string_equal(addr_text(&a, text), canonical);
}

static void both_families(void **state)
{
	static const uint8_t mapped[16] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1
	};
	struct addr a = of("192.0.2.1"), b = of("::ffff:192.0.2.1"), c = of("::ffff:c000:201");
	struct addr six = of("2001:db8::1"), compatible = of("::192.0.2.1");

	(void)state;
	assert_memory_equal(a.b, mapped, 16);
	assert_true(addr_is_same(&a, &b));
	assert_true(addr_is_same(&a, &c));
	assert_true(addr_is_v4(&a));
	assert_false(addr_is_v4(&six));
	assert_false(addr_is_v4(&compatible));
	assert_false(addr_is_same(&a, &compatible));
	b = addr_v4(mapped + 12);
	assert_true(addr_is_same(&a, &b));
	b = addr_v6(mapped);
	assert_true(addr_is_same(&a, &b));
}

static void canonical_text(void **state)
{
	(void)state;
	check_text("0.0.0.0", "0.0.0.0");
	check_text("255.255.255.255", "255.255.255.255");
	check_text("::ffff:10.1.2.3", "10.1.2.3");
	check_text("::", "::");
	check_text("::1", "::1");
	check_text("2001:DB8:0:0:0:0:0:1", "2001:db8::1");
	check_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	check_text("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
	check_text("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	check_text("fe80:0000:0000:0000:0000:0000:0000:0000", "fe80::");
	check_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.",
		"::1::",
		"12345::",
		"g::",
		"fe80::1%lo",
		"[::1]",
		"1.2.3.4/8",
		"localhost",
		"any",
		"0x7f.0.0.1",
		"2001:db8:0:0:0:0:0:0:0:1:2:3:4:5:6:7:8:9:a:b:c",
		"1:2:3:4:5:6:7",
	};
	struct addr a, before;
	size_t i;

	(void)state;
	memset(&a, 0x5a, sizeof(a));
	before = a;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(addr_parse(wrong[i], strlen(wrong[i]), &a), ERR_SYNTAX);
		assert_memory_equal(&a, &before, sizeof(a));
	}
	assert_int_equal(addr_parse("1.2.3.4\0.5", 10, &a), ERR_SYNTAX);
	assert_int_equal(addr_parse("1.2.3.4\0", 8, &a), ERR_SYNTAX);
	assert_int_equal(addr_parse("1.2.3.45", 7, &a), 0);
	before = of("1.2.3.4");
	assert_true(addr_is_same(&a, &before));
}

static void ordered_as_numbers(void **state)
{
	static const char *const rising[] = {
		"::",	     "::1",	   "0.0.0.0",  "0.0.0.1",
		"1.0.0.0",   "10.0.0.255", "10.0.1.0", "255.255.255.255",
		"::1:0:0:0", "2001:db8::", "fe80::1",  "ffff::",
	};
	size_t i, j, n = sizeof(rising) / sizeof(rising[0]);

	(void)state;
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			struct addr a = of(rising[i]), b = of(rising[j]);
			int order = addr_order(&a, &b);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void groups(void **state)
{
	static const char *const group[] = { "224.0.0.1", "239.255.255.250", "255.255.255.255",
					     "0.0.0.0",	  "ff02::1",	     "::" };
	static const char *const host[] = { "223.255.255.255", "240.0.0.1", "127.0.0.1",
					    "10.0.0.255",      "::1",	    "fe80::1",
					    "2001:db8::" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(group) / sizeof(group[0]); i++) {
		struct addr a = of(group[i]);

		assert_true(addr_is_group(&a));
	}
	for (i = 0; i < sizeof(host) / sizeof(host[0]); i++) {
		struct addr a = of(host[i]);

		assert_false(addr_is_group(&a));
	}
}

static void sockets(void **state)
{
	struct addr a = of("192.0.2.9"), b = of("2001:db8::9"), back;
	struct sockaddr_storage ss;
	uint16_t port = 0;

	(void)state;
	assert_int_equal(addr_to_socket(&a, 443, &ss), sizeof(struct sockaddr_in));
	assert_int_equal(ss.ss_family, AF_INET);
	assert_int_equal(ntohs(((struct sockaddr_in *)&ss)->sin_port), 443);
	assert_int_equal(addr_from_socket(&ss, &back, &port), 0);
	assert_true(addr_is_same(&a, &back));
	assert_int_equal(port, 443);
	assert_int_equal(addr_to_socket(&b, 65535, &ss), sizeof(struct sockaddr_in6));
	assert_int_equal(ss.ss_family, AF_INET6);
	assert_int_equal(addr_from_socket(&ss, &back, NULL), 0);
	assert_true(addr_is_same(&b, &back));
	/* A dual-stack socket names its IPv4 peer in the mapped form: the same host. */
	assert_int_equal(
		inet_pton(AF_INET6, "::ffff:192.0.2.9", &((struct sockaddr_in6 *)&ss)->sin6_addr),
		1);
	assert_int_equal(addr_from_socket(&ss, &back, &port), 0);
	assert_true(addr_is_same(&a, &back));
	assert_int_equal(port, 65535);
	memset(&ss, 0, sizeof(ss));
	ss.ss_family = AF_UNIX;
	assert_int_equal(addr_from_socket(&ss, &back, &port), ERR_UNKNOWN);
	assert_true(addr_is_same(&a, &back));
}

static void text_round_trip(void **state)
{
	uint64_t seed = 20240101;
	char text[ADDR_TEXT_MAX];
	int i, j;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct addr a, back;

		/* Many zero groups, so that every way to shorten comes up. */
		for (j = 0; j < 16; j++)
			a.b[j] = unit_below(&seed, 3) ? 0 : (uint8_t)unit_random(&seed);
		if (i % 4 == 0)
			a = addr_v4(a.b + 12);
		addr_text(&a, text);
		assert_true(strlen(text) < ADDR_TEXT_MAX);
		assert_int_equal(addr_parse(text, strlen(text), &back), 0);
		assert_true(addr_is_same(&a, &back));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families),   cmocka_unit_test(canonical_text),
		cmocka_unit_test(refused),	   cmocka_unit_test(ordered_as_numbers),
		cmocka_unit_test(groups),	   cmocka_unit_test(sockets),
		cmocka_unit_test(text_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
