/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What conditions beyond host, port and name choose, parentheses, and what actions become.
 */
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

/* "ignore CONDITION" takes the sample with these facts. */
static bool holds_with(const char *condition, const struct finding *f,
		       const struct rules_facts *facts)
{
	char text[200];
	struct rules_verdict verdict;
	struct rules *rules;

	snprintf(text, sizeof(text), "ignore %s\n", condition);
	rules = read_text(text);
	rules_judge_with(rules, f, facts, &verdict);
	rules_free(rules);
	return verdict.level == LEVEL_NONE;
}

/* Each event is met by its finding; refuses and restricted by what came out, whatever happened. */
static void events_choose(void **state)
{
	static const struct {
		const char *text;
		uint8_t event, state;
		bool holds;
	} cases[] = {
		{ "new", EVENT_NEW, STATE_OPEN, true },
		{ "changed", EVENT_CHANGED, STATE_OPEN, true },
		{ "gone", EVENT_GONE, STATE_GONE, true },
		{ "returned", EVENT_RETURNED, STATE_OPEN, true },
		{ "masquerade", EVENT_MASQUERADE, STATE_OPEN, true },
		{ "deceptive", EVENT_DECEPTIVE, STATE_OPEN, true },
		{ "certificate", EVENT_CERTIFICATE, STATE_OPEN, true },
		{ "health", EVENT_HEALTH, STATE_CANDIDATE, true },
		{ "refuses", EVENT_VERDICT, STATE_REFUSES, true },
		{ "refuses", EVENT_NEW, STATE_REFUSES, true },
		{ "restricted", EVENT_VERDICT, STATE_RESTRICTED, true },
		{ "restricted", EVENT_CHANGED, STATE_RESTRICTED, true },
		{ "{ gone restricted }", EVENT_RETURNED, STATE_RESTRICTED, true },
		{ "refuses", EVENT_VERDICT, STATE_RESTRICTED, false },
		{ "restricted", EVENT_NEW, STATE_OPEN, false },
		{ "refuses", EVENT_CERTIFICATE, STATE_REFUSES, false },
		{ "not refuses", EVENT_VERDICT, STATE_REFUSES, false },
		{ "not refuses", EVENT_VERDICT, STATE_OPEN, true },
		{ "new", EVENT_VERDICT, STATE_REFUSES, false },
	};
	struct finding f = sample();
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f.event = cases[i].event;
		f.state = cases[i].state;
		snprintf(text, sizeof(text), "event %s", cases[i].text);
		if (holds_with(text, &f, NULL) != cases[i].holds)
			fail_msg("%s", text);
	}
}

static void facts_choose(void **state)
{
	/* Saturday 2027-01-30 23:30 UTC; the certificate ends ten days later. */
	const wall_t now = INT64_C(1801351800) * 1000000;
	struct rules_facts none = { .now_us = now }, facts = none;
	struct finding f = sample();
	const char *const all[] = { "vlan 10-12",    "tunnel gre",	"noauth",
				    "weak-tls",	     "selfsigned",	"amplifies > 10",
				    "expires < 14d", "owner \"net *\"", "tagged { x PCI }" };
	size_t i;

	(void)state;
	facts.vlan = 12;
	facts.tunnel = TUNNEL_GRE;
	facts.noauth = facts.weak_tls = facts.selfsigned = true;
	facts.asked = 10;
	facts.answered = 101;
	facts.not_after_us = now + INT64_C(10) * 86400 * 1000000;
	facts.owner = "Net Team";
	facts.tags = "dmz,pci";
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_true(holds_with(all[i], &f, &facts));
		assert_false(holds_with(all[i], &f, &none));
	}
	facts.answered = 100;
	assert_false(holds_with("amplifies > 10", &f, &facts));
	assert_false(holds_with("amplifies < 10", &f, &facts));
	assert_false(holds_with("expires < 10d", &f, &facts));
	assert_true(holds_with("expires > 9d", &f, &facts));
	facts.not_after_us = now - 1000000;
	assert_true(holds_with("expires < 1m", &f, &facts));
	assert_false(holds_with("vlan 1-11", &f, &facts));
	assert_false(holds_with("tagged pc", &f, &facts));
}

static void times_choose(void **state)
{
	struct rules_facts at = { .now_us = INT64_C(1801351800) * 1000000 };
	struct finding f = sample();

	(void)state;
	assert_true(holds_with("day sat time 22:00-06:00", &f, &at));
	assert_false(holds_with("time 22:00-23:30", &f, &at));
	assert_true(holds_with("time 23:30-23:31", &f, &at));
	assert_false(holds_with("day { mon fri sun }", &f, &at));
	/* An hour east it is Sunday already. */
	at.utc_offset_s = 3600;
	assert_true(holds_with("day sun time 00:00-01:00", &f, &at));
	/* Without a clock it is the finding's own time. */
	f.time_us = at.now_us;
	assert_true(holds_with("day sat time 23:00-24:00", &f, NULL));
	/* The day itself belongs to it. */
	assert_true(holds_with("until 2027-01-30", &f, NULL));
	assert_false(holds_with("until 2027-01-29", &f, NULL));
}

static void origins_and_products_choose(void **state)
{
	struct finding f = sample();

	(void)state;
	assert_false(holds_with("peer country CN", &f, NULL));
	assert_true(holds_with("peer country not CN", &f, NULL));
	assert_false(holds_with("peer as 0-4294967295", &f, NULL));
	assert_false(holds_with("product *", &f, NULL));
	record_text_set(f.peer_origin.country, sizeof(f.peer_origin.country), "CN");
	f.peer_origin.as_number = 4200000000u;
	record_text_set(f.product, sizeof(f.product), "Apache httpd");
	record_text_set(f.version, sizeof(f.version), "2.2.15");
	assert_true(holds_with("peer country { ru cn } peer as 4200000000", &f, NULL));
	assert_true(holds_with("product \"APACHE*\" version 2.2.*", &f, NULL));
	assert_false(holds_with("product apache", &f, NULL));
}

static void parentheses_choose(void **state)
{
	struct finding f = sample();

	(void)state;
	assert_true(holds_with("port 22 or app redis", &f, NULL));
	assert_false(holds_with("port 22 or app redis and state closed", &f, NULL));
	assert_false(holds_with("state closed ( port 22 or app redis )", &f, NULL));
	assert_true(holds_with("state open ( port 22 or app redis )", &f, NULL));
	assert_false(holds_with("not ( port 22 or app redis )", &f, NULL));
	assert_true(holds_with("not ( port 22 or app redis not ( state open ) )", &f, NULL));
}

static void actions_are_told(void **state)
{
	struct finding f = sample();
	struct rules *rules = read_text(
		"alert high to { siem mail } tag x throttle 20/10m group by host delay until "
		"verified "
		"quiet 22:00-07:30 scan until 2027-01-31 because \"migration\"\nalert low\n");
	const struct rules_actions *a;
	struct rules_verdict verdict;

	(void)state;
	rules_judge(rules, &f, &verdict);
	a = verdict.actions;
	assert_non_null(a);
	assert_int_equal(a->sink_count, 2);
	assert_string_equal(a->sinks[0], "mail");
	assert_string_equal(a->sinks[1], "siem");
	assert_int_equal(a->tag_count, 1);
	assert_string_equal(a->tags[0], "x");
	assert_int_equal(a->throttle, 20);
	assert_int_equal(a->throttle_s, 600);
	assert_int_equal(a->group_by, RULES_GROUP_HOST);
	assert_true(a->delay && a->scan && a->has_quiet);
	assert_int_equal(a->quiet_from, 22 * 60);
	assert_int_equal(a->quiet_to, 7 * 60 + 30);
	assert_string_equal(a->because, "migration");
	/* Midnight behind that day. */
	assert_int_equal(a->until_us / 1000000, 1801440000);
	f.time_us = a->until_us;
	rules_judge(rules, &f, &verdict);
	assert_int_equal(verdict.level, LEVEL_LOW);
	assert_null(verdict.actions);
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_choose),      cmocka_unit_test(facts_choose),
		cmocka_unit_test(times_choose),	      cmocka_unit_test(origins_and_products_choose),
		cmocka_unit_test(parentheses_choose), cmocka_unit_test(actions_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
