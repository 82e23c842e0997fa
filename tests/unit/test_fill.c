/* SPDX-License-Identifier: Apache-2.0 */
/* Templates of tools: what strangers said is one argument, and never an option. */
#include "flowd/scan/fill.h"

#include "base/err.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define ROOM 4096

static struct handover handover;
static char out[ROOM];

static void set_host(struct addr *host, const char *text)
{
	assert_int_equal(addr_parse(text, strlen(text), host), 0);
}

static void say(const char *value)
{
	memset(&handover, 0, sizeof(handover));
	set_host(&handover.run.service.host, "192.0.2.7");
	handover.run.service.port = 8443;
	handover.run.service.proto = PROTO_TCP;
	handover.run.id = 41;
	handover.alert.finding.service = handover.run.service;
	snprintf(handover.name, sizeof(handover.name), "%s", value);
	snprintf(handover.alert.finding.product, sizeof(handover.alert.finding.product), "%s",
		 value);
	snprintf(handover.alert.finding.version, sizeof(handover.alert.finding.version), "%s",
		 value);
	snprintf(handover.alert.rule, sizeof(handover.alert.rule), "%s", value);
	snprintf((char *)handover.alert.probe.banner, sizeof(handover.alert.probe.banner), "%s",
		 value);
	handover.alert.probe.banner_len = (uint16_t)strlen(value);
}

static int fill(const char *text, enum fill_place place, const char *secret)
{
	static char why[sizeof(((struct tool_run *)0)->reason)];
	const struct fill_facts facts = { &handover, secret, "" };

	memset(out, 'z', sizeof(out));
	*why = 0;
	if (fill_template(text, place, &facts, &(struct fill_room){ out, sizeof(out), why })) {
		assert_true(*why);
		return ERR_SYNTAX;
	}
	return 0;
}

/* What a program or a shell behind it could take for more than a word. */
static const char *const hostile[] = {
	"-oX",	     "--script=evil",
	"-",	     "--",
	"a\nb",	     "a\rb",
	"\n-oX",     "a\tb",
	"a;id",	     "a|id",
	"a&id",	     "$(id)",
	"a$(id)",    "`id`",
	"a`id`",     "${IFS}",
	"a'b",	     "'",
	"a\"b",	     "\"",
	"a\\b",	     "a>b",
	"a<b",	     "*",
	"a?b",	     "~root",
	"../../etc", "/etc/shadow",
	"a/../b",    "@file",
	"a,b",	     "a=b",
	"{host}",    "a{port}b",
	"a%0ab",     "a#b",
	"(a)",	     "[a]",
	"!a",	     "\x1b[2J",
	"a\x7f",     "\xc3\xa9",
	" -oX",	     "+x",
	".hidden",   "_x",
	"",	     "a\xff",
	"\x01",
};

static void a_hostile_value_is_no_argument(void **state)
{
	static const char *const templates[] = { "{name}", "--like={product}", "x {version} y" };
	unsigned wrong = 0;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(*hostile); i++)
		for (k = 0; k < sizeof(templates) / sizeof(*templates); k++) {
			say(hostile[i]);
			if (fill(templates[k], FILL_ARGUMENT, "") == ERR_SYNTAX)
				continue;
			print_error("%s with \"%s\": \"%s\"\n", templates[k], hostile[i], out);
			wrong++;
		}
	assert_int_equal(wrong, 0);
}

static void a_harmless_value_stays_as_it_is(void **state)
{
	static const char *const good[] = { "nginx", "OpenSSH 9.2p1", "a-b_c.example", "1.2:3+4" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		say(good[i]);
		assert_int_equal(fill("{name}", FILL_ARGUMENT, ""), 0);
		assert_string_equal(out, good[i]);
	}
	assert_int_equal(fill("{host} {port} {proto} {run_id}", FILL_ARGUMENT, ""), 0);
	assert_string_equal(out, "192.0.2.7 8443 tcp 41");
	set_host(&handover.run.service.host, "2001:db8::7");
	assert_int_equal(fill("{host}", FILL_ARGUMENT, ""), 0);
	assert_string_equal(out, "2001:db8::7");
	set_host(&handover.run.service.host, "::1");
	assert_int_equal(fill("{host}", FILL_ARGUMENT, ""), 0);
	assert_string_equal(out, "::1");
}

/* The address is made of the host and the port alone, and only where HTTP was found. */
static void an_address_is_made_of_numbers(void **state)
{
	(void)state;
	say("x");
	assert_int_equal(fill("{url}", FILL_ARGUMENT, ""), ERR_SYNTAX);
	strcpy(handover.alert.finding.app, "https");
	assert_int_equal(fill("-u={url}", FILL_ARGUMENT, ""), 0);
	assert_string_equal(out, "-u=https://192.0.2.7:8443/");
	strcpy(handover.alert.finding.app, "http");
	set_host(&handover.alert.finding.service.host, "2001:db8::7");
	assert_int_equal(fill("{url}", FILL_ARGUMENT, ""), 0);
	assert_string_equal(out, "http://[2001:db8::7]:8443/");
}

/* A value is not read for placeholders, and what has no place among arguments is not put there. */
static void words_have_their_places(void **state)
{
	(void)state;
	say("x");
	assert_int_equal(fill("{banner}", FILL_ARGUMENT, ""), ERR_SYNTAX);
	assert_int_equal(fill("{secret}", FILL_ARGUMENT, "s3cret"), ERR_SYNTAX);
	assert_int_equal(fill("{rule}", FILL_ARGUMENT, ""), ERR_SYNTAX);
	assert_int_equal(fill("{} {NAME} {x", FILL_ARGUMENT, ""), 0);
	assert_string_equal(out, "{} {NAME} {x");
	say("{host}");
	assert_int_equal(fill("\"{name}\"", FILL_BODY, ""), 0);
	assert_string_equal(out, "\"{host}\"");
}

static void other_places_are_escaped(void **state)
{
	(void)state;
	say("a\"b\\c\n&x=1\x01");
	assert_int_equal(fill("https://t.example/?q={name}", FILL_URL, ""), 0);
	assert_string_equal(out, "https://t.example/?q=a%22b%5Cc%0A%26x%3D1%01");
	assert_int_equal(fill("{\"a\": \"{name}\"}", FILL_BODY, ""), 0);
	assert_null(strpbrk(out, "\n\x01"));
	assert_int_equal(strncmp(out, "{\"a\": \"a\\\"b\\\\c\\n&x=1", 20), 0);
	assert_int_equal(fill("Authorization: {secret}", FILL_HEADER, "a b=\"c\""), 0);
	assert_string_equal(out, "Authorization: a b=\"c\"");
	assert_int_equal(fill("Authorization: {secret}", FILL_HEADER, "a\r\nX: y"), ERR_SYNTAX);
	assert_int_equal(fill("Authorization: {secret}", FILL_HEADER, ""), ERR_SYNTAX);
}

/* Whatever the room is, nothing is written behind it, and a value is never cut. */
static void a_small_room_is_an_error(void **state)
{
	char why[sizeof(((struct tool_run *)0)->reason)], small[40];
	const struct fill_facts facts = { &handover, "", "" };
	const char want[] = "--like=abcdefghij/end";
	size_t size;
	int rc;

	(void)state;
	say("abcdefghij");
	for (size = 1; size < sizeof(small); size++) {
		memset(small, 'z', sizeof(small));
		rc = fill_template("--like={name}/end", FILL_ARGUMENT, &facts,
				   &(struct fill_room){ small, size, why });
		assert_int_equal(rc, size < sizeof(want) ? ERR_RANGE : 0);
		if (!rc)
			assert_string_equal(small, want);
		assert_int_equal(small[size], 'z');
	}
}

/* A banner with a NUL ends there; one of full length is read to its end and no further. */
static void a_banner_is_bounded(void **state)
{
	struct probe *p = &handover.alert.probe;

	(void)state;
	say("");
	memcpy(p->banner, "ab\0cd", 5);
	p->banner_len = 5;
	assert_int_equal(fill("{banner}", FILL_BODY, ""), 0);
	assert_string_equal(out, "ab");
	memset(p->banner, 'b', sizeof(p->banner));
	p->banner_len = UINT16_MAX;
	assert_int_equal(fill("{banner}", FILL_BODY, ""), 0);
	assert_true(strlen(out) <= sizeof(p->banner));
	assert_int_equal(strspn(out, "b"), strlen(out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hostile_value_is_no_argument),
		cmocka_unit_test(a_harmless_value_stays_as_it_is),
		cmocka_unit_test(an_address_is_made_of_numbers),
		cmocka_unit_test(words_have_their_places),
		cmocka_unit_test(other_places_are_escaped),
		cmocka_unit_test(a_small_room_is_an_error),
		cmocka_unit_test(a_banner_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
