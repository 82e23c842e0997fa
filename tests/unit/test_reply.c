/* SPDX-License-Identifier: Apache-2.0 */
/* What payloads say of their own direction. */
#include "flowd/sensor/reply/reply.h"
#include "tests/unit/reply_cases.h"
#include "tests/unit/unit.h"

#include <string.h>

static const struct reply_case {
	const char *name;
	uint16_t sport, dport;
	enum reply_way way;
	const char *app;
	size_t whole;
	const char *bytes;
	size_t len;
} cases[] = {
#define CASE(name, sport, dport, way, app, whole, bytes) \
	{ name, sport, dport, REPLY_##way, app, whole, bytes, sizeof(bytes) - 1 },
	REPLY_CASE_LIST(CASE)
#undef CASE
};

static struct reply read_case(const struct reply_case *c, size_t len)
{
	const struct reply_words words = { .bytes = (const uint8_t *)c->bytes,
					   .len = len,
					   .whole = c->whole,
					   .sport = c->sport,
					   .dport = c->dport };

	return reply_read(&words);
}

static void each_case(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reply_case *c = &cases[i];
		struct reply r = read_case(c, c->len);

		if (r.way != c->way || !r.app != !c->app || (c->app && strcmp(r.app, c->app)))
			fail_msg("%s: way %u, app %s", c->name, r.way, r.app ? r.app : "none");
	}
}

/* What is cut short says less, never the opposite. */
static void cut_short(void **state)
{
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (len = 0; len < cases[i].len; len++) {
			struct reply r = read_case(&cases[i], len);

			if (r.way != REPLY_EITHER && r.way != cases[i].way &&
			    cases[i].way != REPLY_EITHER)
				fail_msg("%s: cut to %zu: way %u", cases[i].name, len, r.way);
		}
}

/* The ports the other way round change nothing: no direction comes from a number. */
static void ports_swapped(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply_case c = cases[i];
		uint16_t port = c.sport;

		c.sport = c.dport;
		c.dport = port;
		if (read_case(&c, c.len).way != c.way)
			fail_msg("%s: swapped ports", c.name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(ports_swapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
