/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of conditions: what they pick, how much they ask for, and where they are wrong. */
#include "base/err.h"
#include "rules/judge/filter.h"
#include "tests/unit/unit.h"

#include <string.h>

static const uint8_t host[4] = { 10, 2, 0, 7 };

static struct finding finding_of(void)
{
	struct finding f = { .state = STATE_OPEN, .evidence = EVIDENCE_FULL, .event = EVENT_NEW };

	f.service.host = addr_v4(host);
	f.service.port = 6379;
	f.service.proto = PROTO_TCP;
	strcpy(f.app, "redis");
	strcpy(f.product, "Redis");
	strcpy(f.open_from, "inside,far");
	memcpy(f.peer_origin.country, "RU", 2);
	return f;
}

static void picks(void **state)
{
	static const struct {
		const char *text;
		bool events, want;
		enum filter_depth depth;
	} cases[] = {
		{ "port 6379", false, true, FILTER_BRIEF },
		{ "port 22", false, false, FILTER_BRIEF },
		{ "port { 22 6379 } app redis", false, true, FILTER_BRIEF },
		{ "port 6379 app not redis", false, false, FILTER_BRIEF },
		{ "host 10.2.0.0/16 state open evidence full proto tcp", false, true,
		  FILTER_BRIEF },
		{ "port 22 or ( app redis not state closed )", false, true, FILTER_BRIEF },
		{ "( port 22 ) or ( port 23 )", false, false, FILTER_BRIEF },
		{ "not ( port 22 or port 23 )", false, true, FILTER_BRIEF },
		{ "peer country RU", false, true, FILTER_ROW },
		{ "port 22 or peer country RU", false, true, FILTER_ROW },
		{ "vlan 7", false, false, FILTER_ROW },
		{ "owner ops", false, false, FILTER_ROW },
		{ "port 6379 not ( owner ops or tagged pci or zone dmz )", false, true,
		  FILTER_ROW },
		{ "product redis", false, true, FILTER_PROBES },
		{ "vantage far", false, true, FILTER_PROBES },
		{ "noauth", false, false, FILTER_PROBES },
		{ "event new", true, true, FILTER_PROBES },
		{ "event { changed gone }", true, false, FILTER_PROBES },
	};
	const struct finding f = finding_of();
	const struct filter_brief brief = { &f.service, f.app, f.state, f.evidence };
	struct rules_error error;
	struct filter *filter;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (filter_read(cases[i].text, strlen(cases[i].text), cases[i].events, &filter,
				&error))
			fail_msg("%s: %u: %s", cases[i].text, error.column, error.text);
		if (filter_has(filter, &f, NULL) != cases[i].want)
			fail_msg("%s", cases[i].text);
		assert_int_equal(filter_depth(filter), cases[i].depth);
		if (cases[i].depth == FILTER_BRIEF || cases[i].want)
			assert_int_equal(filter_has_brief(filter, &brief), cases[i].want);
		filter_free(filter);
	}
}

/* Where it is wrong, counted in the expression alone. */
static void faults(void **state)
{
	static const struct {
		const char *text, *says;
		unsigned column;
	} cases[] = {
		{ "prot 22", "did you mean 'port'", 1 },
		{ "port 22 stat open", "did you mean 'state'", 9 },
		{ "port 70000", "", 6 },
		{ "port", "", 5 },
		{ "", "", 1 },
		{ "port 22 or", "", 11 },
		{ "port 22 ) to soc", "closes nothing", 9 },
		{ "port 22\nignore", "one line", 8 },
		{ "event new", "event: is of what happens", 1 },
		{ "port 22 time 08:00-09:00", "time: is of what happens", 9 },
		{ "host @web", "", 6 },
		{ "port 22 because x", "", 9 },
	};
	char long_text[FILTER_TEXT_MAX + 1];
	struct rules_error error;
	struct filter *filter;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!filter_read(cases[i].text, strlen(cases[i].text), false, &filter, &error))
			fail_msg("%s: taken", cases[i].text);
		if (error.column != cases[i].column || !strstr(error.text, cases[i].says))
			fail_msg("%s: %u: %s", cases[i].text, error.column, error.text);
	}
	assert_int_equal(filter_read("port 1 or zone dmz", 18, true, &filter, &error), 0);
	assert_true(filter_asks_assets(filter));
	filter_free(filter);
	memset(long_text, ' ', sizeof(long_text));
	assert_int_equal(filter_read(long_text, FILTER_TEXT_MAX, false, &filter, &error),
			 ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picks),
		cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
