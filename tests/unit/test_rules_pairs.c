/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/rules/NAME.in is read: NAME.ok says how it prints, NAME.err what is wrong with it. What it
 * includes is in parts/. The default rules print and read, too. The source tree is the argument,
 * else $srcdir, else ".".
 */
#include "rules/rules.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *top = ".";

/* The whole file with a NUL behind it, to be freed; NULL: there is none. */
static char *read_file(const char *path, size_t *len)
{
	FILE *in = fopen(path, "rb");
	char *text = NULL;
	long size;

	if (!in)
		return NULL;
	assert_int_equal(fseek(in, 0, SEEK_END), 0);
	size = ftell(in);
	assert_true(size >= 0);
	rewind(in);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	*len = fread(text, 1, (size_t)size, in);
	assert_int_equal(*len, size);
	fclose(in);
	return text;
}

static char *print(const struct rules *rules)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	rules_print(rules, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

#define PARTS_MAX 16

static char *parts[PARTS_MAX];
static size_t part_count;

static int open_part(void *arg, const char *name, const char **text, size_t *len)
{
	char path[512];

	(void)arg;
	snprintf(path, sizeof(path), "%s/tests/rules/%s", top, name);
	assert_true(part_count < PARTS_MAX);
	parts[part_count] = read_file(path, len);
	*text = parts[part_count];
	return parts[part_count++] ? 0 : -ENOENT;
}

static void free_parts(void)
{
	while (part_count)
		free(parts[--part_count]);
}

/* What flowd -n -v would say of a text: the canonical form, or the fault. To be freed. */
static char *answer(const char *text, size_t len, bool *is_ok)
{
	const struct rules_source source = {
		.name = "name.in", .text = text, .len = len, .open = open_part
	};
	struct rules_error error;
	struct rules *rules;
	char *out;

	*is_ok = !rules_read_from(&source, &rules, &error);
	free_parts();
	if (*is_ok) {
		out = print(rules);
		rules_free(rules);
		return out;
	}
	out = calloc(1, sizeof(error) + 32);
	assert_non_null(out);
	sprintf(out, "%s%s%u:%u: %s\n", error.file, *error.file ? ":" : "", error.line,
		error.column, error.text);
	return out;
}

static void check_reads_back(const char *printed)
{
	bool is_ok;
	char *again = answer(printed, strlen(printed), &is_ok);

	assert_string_equal(again, printed);
	assert_true(is_ok);
	free(again);
}

static void check_pair(const char *name)
{
	char path[512], *in, *want, *got;
	size_t len, want_len;
	bool is_ok;

	print_message("%s\n", name);
	snprintf(path, sizeof(path), "%s/tests/rules/%s.in", top, name);
	in = read_file(path, &len);
	assert_non_null(in);
	got = answer(in, len, &is_ok);
	snprintf(path, sizeof(path), "%s/tests/rules/%s.%s", top, name, is_ok ? "ok" : "err");
	want = read_file(path, &want_len);
	if (!want)
		print_error("no %s for:\n%s", path, got);
	assert_non_null(want);
	assert_string_equal(got, want);
	if (is_ok)
		check_reads_back(got);
	free(got);
	free(want);
	free(in);
}

static void pairs(void **state)
{
	char path[512], name[256];
	unsigned count = 0;
	struct dirent *entry;
	DIR *dir;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/rules", top);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len < 4 || strcmp(entry->d_name + len - 3, ".in"))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len - 3, entry->d_name);
		check_pair(name);
		count++;
	}
	closedir(dir);
	assert_true(count > 0);
}

/* What the default rules say of a port over TCP that nobody has a name for. */
static enum level level_of(const struct rules *rules, uint16_t port, const char *app,
			   enum state verified)
{
	struct finding f = { .service = { .port = port, .proto = PROTO_TCP },
			     .event = EVENT_NEW,
			     .state = (uint8_t)verified,
			     .evidence = EVIDENCE_FULL };
	struct rules_verdict verdict;

	record_text_set(f.app, sizeof(f.app), app);
	rules_judge(rules, &f, &verdict);
	return verdict.level;
}

static void default_rules(void **state)
{
	struct service printer = { .port = 9100, .proto = PROTO_TCP };
	struct rules_error error;
	struct rules *rules;
	char path[512], *text, *printed;
	size_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s/rules/default.rules", top);
	text = read_file(path, &len);
	assert_non_null(text);
	assert_int_equal(rules_read(text, len, &rules, &error), 0);
	printed = print(rules);
	check_reads_back(printed);
	assert_int_equal(level_of(rules, 6379, "", STATE_OPEN), LEVEL_CRITICAL);
	assert_int_equal(level_of(rules, 50123, "redis", STATE_OPEN), LEVEL_CRITICAL);
	assert_int_equal(level_of(rules, 502, "modbus", STATE_RESTRICTED), LEVEL_CRITICAL);
	assert_int_equal(level_of(rules, 3306, "mysql", STATE_OPEN), LEVEL_HIGH);
	assert_int_equal(level_of(rules, 3306, "mysql", STATE_RESTRICTED), LEVEL_LOW);
	assert_int_equal(level_of(rules, 3389, "", STATE_CANDIDATE), LEVEL_HIGH);
	assert_int_equal(level_of(rules, 22, "ssh", STATE_OPEN), LEVEL_LOW);
	assert_int_equal(level_of(rules, 22022, "ssh", STATE_OPEN), LEVEL_MEDIUM);
	assert_int_equal(level_of(rules, 443, "tls", STATE_OPEN), LEVEL_LOW);
	assert_int_equal(level_of(rules, 6379, "", STATE_CLOSED), LEVEL_NONE);
	assert_int_equal(level_of(rules, 6379, "", STATE_EPHEMERAL), LEVEL_NONE);
	assert_int_equal(level_of(rules, 6379, "", STATE_SILENT), LEVEL_LOW);
	assert_false(rules_may_probe(rules, &printer, NULL));
	rules_free(rules);
	free(printed);
	free(text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(default_rules),
	};

	if (argc > 1)
		top = argv[1];
	else if (getenv("srcdir"))
		top = getenv("srcdir");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
