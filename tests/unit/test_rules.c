/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct rules *read_text(const char *text)
{
	struct rules_error error = { .line = 0 };
	struct rules *rules = NULL;
	int rc = rules_read(text, strlen(text), &rules, &error);

	if (rc)
		print_error("%u:%u: %s\n", error.line, error.column, error.text);
	assert_int_equal(rc, 0);
	return rules;
}

static struct addr address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, strlen(text), &a), 0);
	return a;
}

/* A new redis at 10.2.0.7:6379, open, met by 2001:db8::1. */
static struct finding sample(void)
{
	struct finding f;

	memset(&f, 0, sizeof(f));
	f.service.host = address("10.2.0.7");
	f.service.port = 6379;
	f.service.proto = PROTO_TCP;
	f.peer = address("2001:db8::1");
	f.event = EVENT_NEW;
	f.state = STATE_OPEN;
	f.evidence = EVIDENCE_FULL;
	record_text_set(f.app, sizeof(f.app), "redis");
	return f;
}

static struct rules_verdict judge(const char *text, const struct finding *finding)
{
	struct rules *rules = read_text(text);
	struct rules_verdict verdict;

	rules_judge(rules, finding, &verdict);
	verdict.rule = NULL; /* gone with the rules */
	rules_free(rules);
	return verdict;
}

/* "ignore CONDITION" takes the sample. */
static bool holds_for(const char *condition, const struct finding *finding)
{
	char text[256];

	snprintf(text, sizeof(text), "ignore %s", condition);
	return judge(text, finding).level == LEVEL_NONE;
}

static bool holds(const char *condition)
{
	struct finding f = sample();

	return holds_for(condition, &f);
}

static void implied_last_rule(void **state)
{
	struct finding f = sample();
	struct rules *rules = read_text("# nothing\n\n");
	struct rules_verdict verdict;

	(void)state;
	rules_judge(rules, &f, &verdict);
	assert_int_equal(verdict.level, LEVEL_LOW);
	assert_int_equal(verdict.line, 0);
	assert_string_equal(verdict.rule, "alert low");
	assert_true(rules_may_probe(rules, &f.service, NULL));
	rules_free(rules);
	rules_free(NULL);
}

static void first_match_wins(void **state)
{
	struct finding f = sample();
	struct rules *rules = read_text("alert medium port 22\n"
					"noprobe\n"
					"\n"
					"alert   high port { 6379 1-80 \n 81 } # stores\n"
					"alert critical\n");
	struct rules_verdict verdict;

	(void)state;
	rules_judge(rules, &f, &verdict);
	assert_int_equal(verdict.level, LEVEL_HIGH);
	assert_int_equal(verdict.line, 4);
	assert_string_equal(verdict.rule, "alert high port { 1-81 6379 }");
	f.service.port = 22;
	rules_judge(rules, &f, &verdict);
	assert_int_equal(verdict.level, LEVEL_MEDIUM);
	assert_int_equal(verdict.line, 1);
	f.service.port = 443;
	rules_judge(rules, &f, &verdict);
	assert_int_equal(verdict.level, LEVEL_CRITICAL);
	assert_int_equal(verdict.line, 6);
	rules_free(rules);
}

static void lists_choose(void **state)
{
	struct finding f = sample();

	(void)state;
	assert_true(holds(""));
	assert_true(holds("event new"));
	assert_true(holds("event { gone new }"));
	assert_false(holds("event { gone changed returned verdict none }"));
	assert_true(holds("state open"));
	assert_false(holds("state { candidate refuses restricted closed silent gone ephemeral }"));
	assert_true(holds("evidence full"));
	assert_false(holds("evidence { none invalid probe oneway answered reply handshake }"));
	assert_true(holds("proto tcp"));
	assert_false(holds("proto { udp sctp none }"));
	f.service.proto = PROTO_SCTP;
	assert_true(holds_for("proto sctp", &f));
	f.service.proto = 47;
	assert_false(holds_for("proto { tcp udp sctp none }", &f));
	assert_true(holds_for("not proto { tcp udp sctp none }", &f));
	f.state = 255;
	assert_false(holds_for("state open", &f));
	assert_true(holds_for("state not open", &f));
}

static void ports_choose(void **state)
{
	struct finding f = sample();

	(void)state;
	assert_true(holds("port 6379"));
	assert_true(holds("port 6000-7000"));
	assert_true(holds("port { 9 6379 80-90 }"));
	assert_false(holds("port { 9 6378 6380-7000 }"));
	f.service.port = 0;
	assert_true(holds_for("port 0", &f));
	f.service.port = 65535;
	assert_true(holds_for("port 65000-65535", &f));
	assert_false(holds_for("port 0-65534", &f));
}

static void addresses_choose(void **state)
{
	struct finding f = sample();

	(void)state;
	assert_true(holds("host 10.2.0.7"));
	assert_true(holds("host 10.2.0.9/24"));
	assert_true(holds("host { 192.0.2.0/24 2001:db8::/32 10.0.0.0/8 }"));
	assert_false(holds("host { 192.0.2.0/24 2001:db8::/32 10.3.0.0/16 }"));
	assert_true(holds("host any"));
	assert_true(holds("peer 2001:db8::/64"));
	assert_false(holds("peer 0.0.0.0/0"));
	assert_false(holds("peer home"));
	assert_true(holds("peer not home"));
	assert_true(holds("not peer home"));
	assert_true(holds("peer { home 2001:db8::1 }"));
	f.peer_home = 1;
	assert_true(holds_for("peer home", &f));
	assert_true(holds_for("peer { 192.0.2.1 home }", &f));
	assert_false(holds_for("peer not home", &f));
}

static void apps_choose(void **state)
{
	struct finding f = sample();

	(void)state;
	assert_true(holds("app redis"));
	assert_true(holds("app REDIS"));
	assert_true(holds("app { http r* }"));
	assert_true(holds("app *d*s"));
	assert_true(holds("app *"));
	assert_false(holds("app { http redi redis2 edis *x* d* unknown }"));
	memset(f.app, 0, sizeof(f.app));
	assert_true(holds_for("app unknown", &f));
	assert_true(holds_for("app { zzz unknown aaa }", &f));
	assert_true(holds_for("app not { redis http }", &f));
	memset(f.app, 'a', sizeof(f.app)); /* no NUL: cut, not overrun */
	assert_true(holds_for("app aaaaaaaaaaaaaaaaaaaaaaa", &f));
	assert_true(holds_for("app *a*a*a", &f));
	assert_false(holds_for("app *a*a*b", &f));
}

static void not_turns_round(void **state)
{
	(void)state;
	assert_false(holds("not port 6379"));
	assert_false(holds("port not 6379"));
	assert_true(holds("not port { 1-6378 6380 }"));
	assert_true(holds("not app http port 6379 state not closed"));
	assert_false(holds("not app http port 6379 state not open"));
	assert_false(holds("not host any"));
}

static void all_conditions_must_hold(void **state)
{
	static const char *const others[] = { "port 6380", "host 10.2.0.8", "app http",
					      "proto udp", "state closed",  "evidence reply",
					      "event gone" };
	char text[256];
	size_t i;

	(void)state;
	assert_true(holds("port 6379 host 10.2.0.7 app redis proto tcp state open evidence full "
			  "event new peer any"));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(text, sizeof(text), "peer any %s", others[i]);
		assert_false(holds(text));
	}
}

static void groups_unfold(void **state)
{
	static const char text[] = "group web { 80 443 }\n"
				   "group more { 8000-8010 @web\n\t8443 # consoles\n}\n"
				   "group inner { 10.2.0.0/24 }\n"
				   "group names { http* @none }\n";
	static const char good[] = "group none { unknown }\n"
				   "group web { 80 443 }\n"
				   "group more { 8000-8010 @web\n\t8443 # consoles\n}\n"
				   "group inner { 10.2.0.0/24 }\n"
				   "group names { http* @none }\n"
				   "ignore port @web\n"
				   "alert medium port { 6379 @more } host not @inner\n"
				   "alert high port { 6379 @more } app not { redis @names }\n"
				   "alert critical port { 6379 @more } host { 10.9.0.1 @inner }\n";
	struct rules_error error;
	struct finding f = sample();
	struct rules *rules;

	(void)state;
	assert_int_equal(rules_read(text, strlen(text), &rules, &error), ERR_UNKNOWN);
	assert_int_equal(judge(good, &f).level, LEVEL_CRITICAL);
	f.service.port = 8443;
	assert_int_equal(judge(good, &f).level, LEVEL_CRITICAL);
	f.service.port = 80;
	assert_int_equal(judge(good, &f).level, LEVEL_NONE);
	f.service.port = 8011;
	assert_int_equal(judge(good, &f).line, 0);
}

static void noprobe_is_its_own_pass(void **state)
{
	static const char text[] = "ignore\n"
				   "noprobe port 9100-9107 proto tcp\n"
				   "noprobe host { 10.9.0.0/16 10.2.0.8 } not port 22\n";
	struct rules *rules = read_text(text);
	struct finding f = sample();
	struct rules_verdict verdict;
	uint32_t line = 77;

	(void)state;
	assert_true(rules_may_probe(rules, &f.service, &line));
	assert_int_equal(line, 77);
	f.service.port = 9101;
	assert_false(rules_may_probe(rules, &f.service, &line));
	assert_int_equal(line, 2);
	f.service.proto = PROTO_UDP;
	assert_true(rules_may_probe(rules, &f.service, NULL));
	f.service.host = address("10.9.255.255");
	assert_false(rules_may_probe(rules, &f.service, &line));
	assert_int_equal(line, 3);
	f.service.port = 22;
	assert_true(rules_may_probe(rules, &f.service, NULL));
	rules_judge(rules, &f, &verdict);
	assert_int_equal(verdict.line, 1);
	rules_free(rules);
}

static void check_error(const char *text, size_t len, int rc, unsigned line, unsigned column)
{
	struct rules *rules = (struct rules *)&rules;
	struct rules_error error = { .line = 0 };

	assert_int_equal(rules_read(text, len, &rules, &error), rc);
	assert_ptr_equal(rules, &rules);
	assert_int_equal(error.line, line);
	assert_int_equal(error.column, column);
	assert_int_not_equal(error.text[0], 0);
	assert_int_equal(rules_read(text, len, &rules, NULL), rc);
}

/* tests/rules has the texts; here are the results and what a file cannot say. */
static void errors_say_where(void **state)
{
	static char big[(1 << 20) + 2];

	(void)state;
	check_error("ignore port", 11, ERR_SYNTAX, 1, 12);
	check_error("\n\tignore\tport\tx", 16, ERR_SYNTAX, 2, 14);
	check_error("ignore \\\n  sate open", 20, ERR_UNKNOWN, 2, 3);
	check_error("ignore port 65536", 17, ERR_RANGE, 1, 13);
	check_error("ignore port {\r\n 1\r\n 7-6 }", 25, ERR_RANGE, 3, 2);
	check_error("ignore\0port 1", 13, ERR_SYNTAX, 1, 7);
	check_error("# a\0b", 5, ERR_SYNTAX, 1, 4);
	check_error("alert high # \xc3\xa4\nalert \xc3\xa4", 23, ERR_SYNTAX, 2, 7);
	memset(big, '\n', sizeof(big));
	check_error(big, sizeof(big) - 1, ERR_RANGE, 1, 1);
}

/* Fills `text` with `count` lines of `line`, a format that takes a number. */
static size_t fill(char *text, size_t size, const char *line, unsigned count)
{
	size_t len = 0;
	unsigned i;

	for (i = 0; i < count && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, line, i);
	return len;
}

static void limits_hold(void **state)
{
	static char text[1 << 20];
	size_t len = fill(text, sizeof(text), "ignore\n", 100001);
	struct rules *rules;

	(void)state;
	check_error(text, len, ERR_RANGE, 100001, 1);
	assert_int_equal(rules_read(text, len - 7, &rules, NULL), 0);
	rules_free(rules);
	len = fill(text, sizeof(text), "group g%u { 1 }\n", 4097);
	check_error(text, len, ERR_RANGE, 4097, 7);
	/* 20,000 addresses and one fit 52 times into what a file may make of itself; statements
	   start in line 3. */
	len = (size_t)snprintf(text, sizeof(text), "group g {");
	len += fill(text + len, sizeof(text) - len, " 10:%x::1", 20000);
	len += (size_t)snprintf(text + len, sizeof(text) - len, "\n}\n");
	len += fill(text + len, sizeof(text) - len, "ignore host { @g 1.1.1.%u }\n", 100);
	check_error(text, len, ERR_RANGE, 55, 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(implied_last_rule), cmocka_unit_test(first_match_wins),
		cmocka_unit_test(lists_choose),	     cmocka_unit_test(ports_choose),
		cmocka_unit_test(addresses_choose),  cmocka_unit_test(apps_choose),
		cmocka_unit_test(not_turns_round),   cmocka_unit_test(all_conditions_must_hold),
		cmocka_unit_test(groups_unfold),     cmocka_unit_test(noprobe_is_its_own_pass),
		cmocka_unit_test(errors_say_where),  cmocka_unit_test(limits_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
