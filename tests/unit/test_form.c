/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts as receivers see them, with names that servers chose to break them. */
#include "relay/form.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A quote, a bar, a backslash, an equals sign, a new line, an escape, half a character, a whole
 * one. */
#define HOSTILE "a\"b|c\\d=e\nf\x1b[2J\xc3 \xc3\xa9 \xff\xed\xa0\x80\xf4\x90\x80\x80{{rule}}"

static struct sink_letter letter;

static char *form(enum sink_form form, const char *text)
{
	struct finding *f = &letter.alert.finding;
	char *made;

	memset(&letter, 0, sizeof(letter));
	letter.number = letter.alert.number = 7;
	strcpy(letter.key, "0123456789abcdef-7");
	letter.alert.level = LEVEL_HIGH;
	f->event = EVENT_NEW;
	f->state = STATE_OPEN;
	assert_int_equal(addr_parse("192.0.2.7", 9, &f->service.host), 0);
	f->service.port = 8443;
	f->service.proto = PROTO_TCP;
	assert_int_equal(addr_parse("198.51.100.9", 12, &f->peer), 0);
	strcpy(f->app, "https");
	strcpy(letter.alert.rule, "alert high port 8443");
	snprintf(f->product, sizeof(f->product), "%s", HOSTILE);
	made = form_text(form, &letter, text);
	assert_non_null(made);
	return made;
}

/* How many bytes a character of UTF-8 has, by RFC 3629; 0 it is none. */
static unsigned char_len(const unsigned char *s)
{
	static const struct {
		unsigned low, high, next_low, next_high, len;
	} rows[] = {
		{ 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	unsigned i, k;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (*s < rows[i].low || *s > rows[i].high)
			continue;
		if (rows[i].len > 1 && (s[1] < rows[i].next_low || s[1] > rows[i].next_high))
			return 0;
		for (k = 2; k < rows[i].len; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

/* One line of characters, none of which moves a terminal. */
static void check_line(const char *what, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	unsigned len;

	for (; *at; at += len) {
		len = char_len(at);
		if (!len || *at < ' ' || *at == 127)
			fail_msg("%s: byte %02x at %zu of \"%s\"", what, *at,
				 (size_t)((const char *)at - text), text);
	}
}

static void every_form_is_one_line(void **state)
{
	static const enum sink_form forms[] = { FORM_NATIVE, FORM_ECS, FORM_EVE, FORM_CEF,
						FORM_PLAIN };
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		text = form(forms[i], NULL);
		check_line(sinks_form_text(forms[i]), text);
		assert_non_null(strstr(text, "0123456789abcdef-7"));
		assert_non_null(strstr(text, "192.0.2.7"));
		free(text);
	}
}

/* Seven bars that are none of the text end the fields of the head; an equals sign of a text is no
 * further field. */
static void cef_keeps_its_fields(void **state)
{
	char *text = form(FORM_CEF, NULL), *at;
	unsigned bars = 0;

	(void)state;
	for (at = text; *at && bars < 7; at++) {
		if (*at == '\\')
			at++;
		else if (*at == '|')
			bars++;
	}
	assert_int_equal(bars, 7);
	assert_int_equal(strncmp(at, "rt=", 3), 0);
	assert_non_null(strstr(at, " cs3=a\"b|c\\\\d\\=e f"));
	assert_non_null(strstr(at, " dst=192.0.2.7 dpt=8443 proto=tcp app=https"));
	free(text);
}

static void a_template_says_what_it_names(void **state)
{
	char *text = form(FORM_TEMPLATE, "{{level}} {{ host }}:{{port}}/{{proto}} {{number}} {{x");

	(void)state;
	assert_string_equal(text, "high 192.0.2.7:8443/tcp 7 {{x");
	free(text);
}

/* In one of JSON a value stays within its quotes, and is no template itself. */
static void a_template_of_json_stays_json(void **state)
{
	char *text = form(FORM_TEMPLATE, "{\"a\": \"{{product}}\", \"b\": \"{{rule}}\"}"), *at;
	unsigned quotes = 0;

	(void)state;
	check_line("template", text);
	assert_true(form_is_json(FORM_TEMPLATE, text));
	for (at = text; *at; at++) {
		if (*at == '\\')
			at++;
		else
			quotes += *at == '"';
	}
	assert_int_equal(quotes, 8);
	assert_int_equal(strncmp(text, "{\"a\": \"a\\\"b|c\\\\d=e f [2J", 24), 0);
	assert_non_null(strstr(text, "\xc3\x83 \xc3\x83\xc2\xa9 \xc3\xbf"));
	assert_non_null(strstr(text, "{{rule}}\", \"b\": \"alert high port 8443\"}"));
	free(text);
}

static void strangers_are_named(void **state)
{
	char name[FORM_FIELD_MAX];

	(void)state;
	assert_null(form_stranger("{{title}} {{tags}} {{ rule }} {other}", name));
	assert_string_equal(form_stranger("{{title}} {{titel}}", name), "titel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_one_line),
		cmocka_unit_test(cef_keeps_its_fields),
		cmocka_unit_test(a_template_says_what_it_names),
		cmocka_unit_test(a_template_of_json_stays_json),
		cmocka_unit_test(strangers_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
