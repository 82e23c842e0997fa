/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "tests/unit/unit.h"
#include "web/query.h"

#include <string.h>

#define ALL 0xffffffffU

static int set(struct query *q, const char *name, const char *value)
{
	return query_set(q, name, value, strlen(value));
}

static int alone(const char *name, const char *value)
{
	struct query q;

	query_open(&q, ALL);
	return set(&q, name, value);
}

static struct service service_of(const char *id)
{
	struct service s;

	assert_int_equal(query_parse_id(id, strlen(id), &s), 0);
	return s;
}

static void numbers(void **state)
{
	struct query q;

	(void)state;
	query_open(&q, QUERY_WITH_LIMIT | QUERY_WITH_BEFORE);
	assert_int_equal(q.limit, QUERY_LIMIT);
	assert_int_equal(set(&q, "limit", "1000"), 0);
	assert_int_equal(q.limit, 1000);
	assert_int_equal(set(&q, "limit", "1"), ERR_FULL);
	assert_int_equal(set(&q, "before", "9223372036854775807"), 0);
	assert_true(q.before == INT64_MAX);
	assert_int_equal(set(&q, "port", "1"), ERR_UNKNOWN);
	assert_int_equal(set(&q, "", "1"), ERR_UNKNOWN);
	assert_int_equal(alone("limit", "0"), ERR_RANGE);
	assert_int_equal(alone("limit", "1001"), ERR_RANGE);
	assert_int_equal(alone("limit", "+1"), ERR_SYNTAX);
	assert_int_equal(alone("limit", " 1"), ERR_SYNTAX);
	assert_int_equal(alone("limit", ""), ERR_SYNTAX);
	assert_int_equal(alone("before", "9223372036854775808"), ERR_RANGE);
	assert_int_equal(alone("before", "99999999999999999999"), ERR_RANGE);
	assert_int_equal(alone("before", "18446744073709551616"), ERR_RANGE);
	assert_int_equal(alone("port", "65535"), 0);
	assert_int_equal(alone("port", "65536"), ERR_RANGE);
}

static void filters(void **state)
{
	struct service s = service_of("10.1.2.3-tcp-22"), six = service_of("2001:db8::1-tcp-22");
	struct query q;

	(void)state;
	query_open(&q, ALL);
	assert_true(query_has(&q, &s, "ssh", STATE_OPEN));
	assert_true(query_has(&q, &six, "", STATE_CANDIDATE));
	assert_int_equal(set(&q, "ip", "10.1.0.0/16"), 0);
	assert_true(query_has(&q, &s, "ssh", STATE_OPEN));
	assert_false(query_has(&q, &six, "ssh", STATE_OPEN));
	assert_int_equal(set(&q, "app", "ssh"), 0);
	assert_false(query_has(&q, &s, "", STATE_OPEN));
	assert_false(query_has(&q, &s, "ssh2", STATE_OPEN));
	assert_int_equal(set(&q, "state", "open"), 0);
	assert_false(query_has(&q, &s, "ssh", STATE_CLOSED));
	assert_int_equal(set(&q, "port", "22"), 0);
	assert_true(query_has(&q, &s, "ssh", STATE_OPEN));
	s.port = 23;
	assert_false(query_has(&q, &s, "ssh", STATE_OPEN));
	query_open(&q, ALL);
	assert_int_equal(set(&q, "app", "unknown"), 0);
	assert_true(query_has(&q, &s, "", STATE_OPEN));
	assert_false(query_has(&q, &s, "ssh", STATE_OPEN));
	assert_int_equal(alone("state", "opened"), ERR_UNKNOWN);
	assert_int_equal(alone("sort", "nothing"), ERR_UNKNOWN);
	assert_int_equal(alone("order", "up"), ERR_UNKNOWN);
	assert_int_equal(alone("since", "yesterday"), ERR_SYNTAX);
	query_open(&q, ALL);
	assert_int_equal(set(&q, "sort", "last_seen"), 0);
	assert_int_equal(set(&q, "order", "desc"), 0);
	assert_int_equal(set(&q, "since", "24h"), 0);
	assert_int_equal(set(&q, "level", "high"), 0);
	assert_int_equal(q.sort, QUERY_BY_LAST_SEEN);
	assert_true(q.descending && q.ago == MONO_DAY && q.level == LEVEL_HIGH);
	assert_int_equal(alone("app", "s h"), ERR_SYNTAX);
	assert_int_equal(alone("ip", "10.0.0.0/33"), ERR_RANGE);
}

static void cursors(void **state)
{
	static const char *const ids[] = { "0.0.0.0-tcp-0", "10.1.2.3-sctp-65535", "::-udp-1",
					   "2001:db8::1-tcp-443" };
	char text[QUERY_CURSOR_MAX];
	struct query_place place;
	struct query q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct service s = service_of(ids[i]);

		s.zone = (uint32_t)(i * 0x01020304);
		query_open(&q, ALL);
		place = (struct query_place){ (uint32_t)i * 0x80000001U, s };
		assert_int_equal(set(&q, "cursor", query_cursor(&place, text)), 0);
		assert_true(service_is_same(&s, &q.place.service));
		assert_int_equal(place.value, q.place.value);
		text[5] = 'G';
		assert_int_equal(alone("cursor", text), ERR_SYNTAX);
		text[5] = 'A';
		assert_int_equal(alone("cursor", text), ERR_SYNTAX);
		assert_int_equal(query_set(&q, "cursor", text, 0), ERR_FULL);
	}
	assert_int_equal(alone("cursor", ""), ERR_SYNTAX);
}

static void ids(void **state)
{
	static const struct {
		const char *id;
		int rc;
	} wrong[] = {
		{ "", ERR_SYNTAX },
		{ "-", ERR_SYNTAX },
		{ "--", ERR_SYNTAX },
		{ "10.0.0.1", ERR_SYNTAX },
		{ "10.0.0.1-tcp", ERR_SYNTAX },
		{ "10.0.0.1-tcp-", ERR_SYNTAX },
		{ "10.0.0.1-tcp-65536", ERR_SYNTAX },
		{ "10.0.0.1-tcp--1", ERR_SYNTAX },
		{ "10.0.0.256-tcp-1", ERR_SYNTAX },
		{ "[::1]-tcp-1", ERR_SYNTAX },
		{ "10.0.0.1-none-1", ERR_UNKNOWN },
		{ "10.0.0.1-icmp-1", ERR_UNKNOWN },
		{ "10.0.0.1--1", ERR_UNKNOWN },
	};
	struct service s = service_of("203.0.113.80-tcp-22022");
	size_t i;

	(void)state;
	assert_true(addr_is_v4(&s.host));
	assert_int_equal(s.host.b[15], 80);
	assert_int_equal(s.port, 22022);
	assert_int_equal(s.proto, PROTO_TCP);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(query_parse_id(wrong[i].id, strlen(wrong[i].id), &s), wrong[i].rc);
	assert_int_equal(s.port, 22022);
}

static int place_of(const char *text, struct query_position *out)
{
	return query_parse_position(text, strlen(text), out);
}

static void positions(void **state)
{
	struct query_position p = { 7, 7 };

	(void)state;
	assert_int_equal(place_of("", &p), ERR_SYNTAX);
	assert_int_equal(place_of(".", &p), ERR_SYNTAX);
	assert_int_equal(place_of("1.", &p), ERR_SYNTAX);
	assert_int_equal(place_of("1.2.3", &p), ERR_SYNTAX);
	assert_int_equal(place_of("9223372036854775808.1", &p), ERR_RANGE);
	assert_true(p.event == 7 && p.alert == 7);
	assert_int_equal(place_of("12.0", &p), 0);
	assert_true(p.event == 12 && !p.alert);
}

static const char *why(unsigned allowed, const char *name, const char *value)
{
	static char text[QUERY_WHY_MAX];
	struct query q;
	int rc;

	query_open(&q, allowed);
	rc = set(&q, name, value);
	assert_true(rc != 0);
	return query_explain(&q, name, rc, text);
}

/* Who is wrong is told what would be right. */
static void explained(void **state)
{
	(void)state;
	assert_string_equal(why(ALL, "sort", "foo"),
			    "there is no such word; there are: address port app state level "
			    "first_seen last_seen handshakes peers");
	assert_string_equal(why(ALL, "order", "up"), "there is no such word; there are: asc desc");
	assert_string_equal(why(ALL, "level", "none of them"),
			    "there is no such word; there are: low medium high critical");
	assert_string_equal(why(ALL, "status", "foo"),
			    "there is no such word; there are: new acknowledged assigned resolved "
			    "false-positive");
	assert_non_null(strstr(why(ALL, "state", "foo"), " candidate open refuses "));
	assert_string_equal(why(ALL, "proto", "icmp"),
			    "there is no such word; there are: tcp udp sctp");
	assert_string_equal(why(ALL, "since", "yesterday"),
			    "a time such as 90m, 24h or 30d is needed");
	assert_string_equal(why(QUERY_WITH_LIMIT | QUERY_WITH_IP, "sort", "port"),
			    "there is no such parameter; there are: limit ip");
	assert_string_equal(why(QUERY_WITH_LIMIT, "colour", "red"),
			    "there is no such parameter; there are: limit");
	assert_string_equal(why(ALL, "port", "65536"), "the value is out of range");
}

static void hosts(void **state)
{
	static const char *const ours[] = { "localhost",      "LocalHost:1", "127.0.0.1",
					    "127.255.0.9:80", "[::1]",	     "[::1]:65535" };
	static const char *const others[] = {
		"",
		":",
		":80",
		"localhost:",
		"localhost:65536",
		"localhos",
		"localhost.",
		"127.0.0",
		"127.0.0.1.example.com",
		"128.0.0.1",
		"[::2]",
		"::1",
		"[::1",
		"[127.0.0.1]",
		"localhost:80:80",
		"[::1]:x",
		"10.0.0.1",
		"0.0.0.0",
		"[]",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		assert_true(query_is_loopback(ours[i], strlen(ours[i])));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(query_is_loopback(others[i], strlen(others[i])));
	assert_true(query_is_same_origin("http://localhost:7780", "localhost:7780"));
	assert_true(query_is_same_origin("https://LOCALHOST", "localhost"));
	assert_false(query_is_same_origin("http://localhost", "localhost:7780"));
	assert_false(query_is_same_origin("http://localhost:7780.example", "localhost:7780"));
	assert_false(query_is_same_origin("null", "localhost"));
	assert_false(query_is_same_origin("ftp://localhost", "localhost"));
	assert_false(query_is_same_origin("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers), cmocka_unit_test(filters),	cmocka_unit_test(cursors),
		cmocka_unit_test(ids),	   cmocka_unit_test(positions), cmocka_unit_test(explained),
		cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
