/* SPDX-License-Identifier: Apache-2.0 */
/* What is said on standard error, as people and as programs read it. */
#include "base/err.h"
#include "base/log.h"
#include "store/report/reading.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char said[65536];

/* What is written to standard error between begin and end. */
static int begin(void)
{
	int kept = dup(STDERR_FILENO), file = open("/tmp", O_RDWR | O_TMPFILE, 0600);

	assert_true(kept >= 0 && file >= 0);
	dup2(file, STDERR_FILENO);
	close(file);
	return kept;
}

static void end(int kept)
{
	ssize_t n;

	n = pread(STDERR_FILENO, said, sizeof(said) - 1, 0);
	assert_true(n >= 0);
	said[n] = '\0';
	dup2(kept, STDERR_FILENO);
	close(kept);
}

static void text(void **state)
{
	const struct log_field fields[] = { { "path", "/a\nflowd: error: b" },
					    { "by", NULL },
					    { "status", "200" },
					    { NULL, NULL } };
	int kept = begin();

	(void)state;
	log_shape(LOG_TEXT);
	log_error("early");
	log_open("core", LOG_INFO);
	log_info("a %d", 1);
	log_debug("not said");
	log_with(LOG_WARNING, fields, "request");
	end(kept);
	assert_string_equal(said,
			    "flowd: error: early\nflowd[core] info: a 1\n"
			    "flowd[core] warning: request path=/a.flowd: error: b status=200\n");
}

/* Each line is an object with these members. */
static unsigned check_lines(const char *message)
{
	char *line, *rest = said;
	unsigned count = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		struct reading *doc = reading_new(line, strlen(line));

		assert_non_null(doc);
		assert_int_equal(reading_kind(doc), READING_OBJECT);
		assert_int_equal(strlen(reading_text(reading_child(doc, "time"))), 27);
		assert_string_equal(reading_text(reading_child(doc, "level")), "warning");
		assert_string_equal(reading_text(reading_child(doc, "role")), "web");
		if (message)
			assert_string_equal(reading_text(reading_child(doc, "message")), message);
		reading_free(doc);
		count++;
	}
	return count;
}

static void json(void **state)
{
	char bytes[300], whole[1024];
	uint64_t seed = 7;
	int kept, turn;
	size_t i;

	(void)state;
	log_open("web", LOG_INFO);
	log_shape(LOG_JSON);
	kept = begin();
	log_warning("a \"b\" \\ \x1b[31m");
	end(kept);
	assert_int_equal(check_lines("a \"b\" \\ \x1b[31m"), 1);
	kept = begin();
	log_warning("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	end(kept);
	assert_int_equal(check_lines("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), 1);
	kept = begin();
	log_warning("\xff|\xc0\xaf|\xed\xa0\x80|\xc3");
	end(kept);
	assert_int_equal(check_lines("\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|"
				     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd"),
			 1);
	/* Whatever strangers say, and however long it is: one line, and JSON. */
	for (turn = 0; turn < 300; turn++) {
		const struct log_field fields[] = { { "path", whole },
						    { "more", bytes },
						    { NULL, NULL } };

		for (i = 0; i < sizeof(whole) - 1; i++)
			whole[i] = (char)(1 + unit_below(&seed, 255));
		whole[unit_below(&seed, sizeof(whole))] = '\0';
		whole[sizeof(whole) - 1] = '\0';
		snprintf(bytes, sizeof(bytes), "%.299s", whole);
		kept = begin();
		log_with(LOG_WARNING, fields, "%s", whole);
		end(kept);
		assert_int_equal(check_lines(NULL), 1);
	}
	memset(whole, 1, sizeof(whole) - 1);
	kept = begin();
	log_warning("%s", whole);
	end(kept);
	assert_int_equal(check_lines(NULL), 1);
}

static void words(void **state)
{
	(void)state;
	assert_int_equal(log_format_parse("text"), LOG_TEXT);
	assert_int_equal(log_format_parse("json"), LOG_JSON);
	assert_int_equal(log_format_parse("xml"), ERR_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),
		cmocka_unit_test(json),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
