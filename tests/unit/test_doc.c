/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/doc.h"
#include "store/report/reading.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the doc. */
static void assert_text(struct doc *d, const char *want)
{
	char *text = doc_text(d);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void test_values(void **state)
{
	struct doc *d = doc_new();

	(void)state;
	doc_set_number(d, "none", 0);
	doc_set_number(d, "most", UINT64_MAX);
	doc_set_known(d, "unknown", 0);
	doc_set_known(d, "as", 64496);
	doc_set_bool(d, "yes", true);
	doc_set_bool(d, "no", false);
	doc_set_null(d, "null");
	doc_set_time(d, "time", 1700000000000001);
	assert_text(d, "{\"none\":0,\"most\":18446744073709551615,\"unknown\":null,\"as\":64496,"
		       "\"yes\":true,\"no\":false,\"null\":null,"
		       "\"time\":\"2023-11-14T22:13:20.000001Z\"}");
}

static void test_reals(void **state)
{
	struct doc *d = doc_new();

	(void)state;
	doc_set_real(d, "a", 0);
	doc_set_real(d, "b", 1.5);
	doc_set_real(d, "c", 3);
	doc_set_real(d, "d", 0.000001);
	doc_set_real(d, "e", 123456789012);
	assert_text(d, "{\"a\":0.0,\"b\":1.5,\"c\":3.0,\"d\":1e-06,\"e\":123456789012.0}");
}

static void test_strings(void **state)
{
	static const uint8_t bytes[] = { 'a', 0, 1, 0x1f, 0x7f, '"', '\\', '/' };
	struct doc *d = doc_new();

	(void)state;
	doc_set_word(d, "word", "");
	doc_set_text(d, "empty", "", 9);
	doc_set_text(d, "cut", "abcdef", 3);
	doc_set_text(d, "short", "\b\f\n\r\t", 9);
	doc_set_bytes(d, "bytes", bytes, sizeof(bytes));
	assert_text(d, "{\"word\":\"\",\"empty\":null,\"cut\":\"abc\","
		       "\"short\":\"\\b\\f\\n\\r\\t\","
		       "\"bytes\":\"a\\u0000\\u0001\\u001F\x7f\\\"\\\\/\"}");
}

/* What is UTF-8 stays, all else is Latin-1. */
static void test_encodings(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\xe2\x82\xac", "\xe2\x82\xac" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "caf\xe9", "caf\xc3\xa9" },
		{ "\xc3", "\xc3\x83" },					    /* cut */
		{ "\xc0\xaf", "\xc3\x80\xc2\xaf" },			    /* overlong */
		{ "\xe0\x80\xaf", "\xc3\xa0\xc2\x80\xc2\xaf" },		    /* overlong */
		{ "\xed\xa0\x80", "\xc3\xad\xc2\xa0\xc2\x80" },		    /* surrogate */
		{ "\xf4\x90\x80\x80", "\xc3\xb4\xc2\x90\xc2\x80\xc2\x80" }, /* too far */
		{ "\xc3\xa9\n\xff", "\xc3\x83\xc2\xa9\\n\xc3\xbf" },
		{ "\x80", "\xc2\x80" },
		{ "\xf8\x88\x80\x80\x80", "\xc3\xb8\xc2\x88\xc2\x80\xc2\x80\xc2\x80" },
	};
	char want[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct doc *d = doc_new_list();

		doc_add_text(d, cases[i].from, 20);
		snprintf(want, sizeof(want), "[\"%s\"]", cases[i].to);
		assert_text(d, want);
	}
}

static void test_children(void **state)
{
	struct doc *d = doc_new(), *list = doc_new_list(), *row = doc_new();

	(void)state;
	doc_set_child(d, "rows", list);
	doc_set_number(d, "after", 1);
	doc_set_child(d, "empty", doc_new());
	doc_set_child(row, "inner", doc_new_list());
	doc_add_text(doc_child(row, "inner"), "x", 1);
	doc_set_word(row, "last", "y");
	assert_null(doc_child(d, "row"));
	assert_null(doc_child(d, "after"));
	assert_ptr_equal(doc_child(d, "rows"), list);
	doc_add(list, row);
	doc_add(doc_child(d, "rows"), doc_new_list());
	doc_set_child(d, "nothing", NULL);
	assert_text(d, "{\"rows\":[{\"inner\":[\"x\"],\"last\":\"y\"},[]],\"after\":1,"
		       "\"empty\":{}}");
}

static void test_long(void **state)
{
	struct doc *d = doc_new_list();
	char *text, word[3000];
	size_t i;

	(void)state;
	memset(word, '\x01', sizeof(word));
	for (i = 0; i < 100; i++)
		doc_add_text(d, word, sizeof(word));
	text = doc_text(d);
	assert_non_null(text);
	assert_int_equal(strlen(text), 2 + 100 * (2 + 6 * sizeof(word)) + 99);
	free(text);
}

/* Without memory there is no doc, and everything may go on. */
static void test_none(void **state)
{
	struct doc *row = doc_new();

	(void)state;
	doc_set_number(NULL, "a", 1);
	doc_set_real(NULL, "a", 1);
	doc_set_word(NULL, "a", "b");
	doc_set_text(NULL, "a", "b", 1);
	doc_set_null(NULL, "a");
	doc_set_bool(NULL, "a", true);
	doc_set_child(NULL, "a", row);
	doc_add(NULL, doc_new());
	doc_add_text(NULL, "a", 1);
	assert_null(doc_child(NULL, "a"));
	assert_null(doc_text(NULL));
	doc_free(NULL);
}

static void test_number_in(void **state)
{
	static const char line[] = "{\"a\":\"x\",\"number\":17,\"b\":-1}";

	(void)state;
	assert_int_equal(reading_number_in(line, sizeof(line) - 1, "number"), 17);
	assert_int_equal(reading_number_in(line, sizeof(line) - 1, "a"), 0);
	assert_int_equal(reading_number_in(line, sizeof(line) - 1, "b"), 0);
	assert_int_equal(reading_number_in(line, 9, "number"), 0);
}

/* The text of a string of `len` bytes, all of them 'x' but one. */
static void text_with(uint8_t odd, size_t at, size_t len, char *out, size_t size)
{
	struct doc *d = doc_new();
	uint8_t bytes[20];
	char *text;

	memset(bytes, 'x', sizeof(bytes));
	bytes[at] = odd;
	doc_set_bytes(d, "", bytes, len);
	text = doc_text(d);
	assert_non_null(text);
	/* {"":"..."} */
	snprintf(out, size, "%.*s", (int)strlen(text) - 7, text + 5);
	free(text);
}

/* A byte is written the same wherever it stands. */
static void test_places(void **state)
{
	char alone[16], text[64], want[64];
	size_t at;
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		text_with((uint8_t)c, 0, 1, alone, sizeof(alone));
		for (at = 0; at < 20; at++) {
			text_with((uint8_t)c, at, 20, text, sizeof(text));
			snprintf(want, sizeof(want), "%.*s%s%.*s", (int)at, "xxxxxxxxxxxxxxxxxxx",
				 alone, 19 - (int)at, "xxxxxxxxxxxxxxxxxxx");
			assert_string_equal(text, want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),	 cmocka_unit_test(test_reals),
		cmocka_unit_test(test_strings),	 cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_children), cmocka_unit_test(test_long),
		cmocka_unit_test(test_none),	 cmocka_unit_test(test_number_in),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
