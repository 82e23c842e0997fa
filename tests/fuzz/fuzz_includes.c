/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of several files, which a NUL separates: the first is the text, the others are what an
 * include or a group may name, by a letter from a on. What reads prints to what reads back.
 */
#include "rules/rules.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PARTS_MAX 8

struct parts {
	const char *text[PARTS_MAX];
	size_t len[PARTS_MAX], count;
};

static int open_part(void *arg, const char *name, const char **text, size_t *len)
{
	const struct parts *parts = arg;
	const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
	size_t i;

	assert(strlen(name) < RULES_FILE_MAX);
	if (last[0] < 'a' || last[1])
		return -ENOENT;
	i = (size_t)(last[0] - 'a') + 1;
	if (i >= parts->count)
		return -ENOENT;
	*text = parts->text[i];
	*len = parts->len[i];
	return 0;
}

static void note(void *arg, const struct rules_error *what, bool wrong)
{
	assert(what->text[0] && memchr(what->file, 0, sizeof(what->file)));
	*(size_t *)arg += wrong;
}

static char *print(const struct rules *rules, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert(out);
	rules_print(rules, out);
	assert(!fclose(out));
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *nul;
	struct parts parts = { .count = 0 };
	struct rules_source source = { .name = "/r/rules", .open = open_part, .arg = &parts };
	struct rules *rules = NULL, *again = NULL;
	struct rules_error error;
	size_t wrong = 0, len;
	char *text;
	int rc;

	do {
		nul = parts.count + 1 < PARTS_MAX && at < end ? memchr(at, 0, (size_t)(end - at))
							      : NULL;
		parts.text[parts.count] = at;
		parts.len[parts.count++] = (size_t)((nul ? nul : end) - at);
		at = nul ? nul + 1 : end;
	} while (nul);
	source.text = parts.text[0];
	source.len = parts.len[0];
	memset(&error, 0, sizeof(error));
	rc = rules_read_from(&source, &rules, &error);
	/* Checking says something is wrong of exactly what cannot be read. */
	assert(!rules_check(&source, 0, note, &wrong) == !rc && !wrong == !rc);
	if (rc) {
		assert(error.line && error.column && error.text[0]);
		return 0;
	}
	text = print(rules, &len);
	rc = rules_read(text, len, &again, &error);
	if (rc)
		fprintf(stderr, "%u:%u: %s\n%s", error.line, error.column, error.text, text);
	assert(!rc);
	rules_free(again);
	rules_free(rules);
	free(text);
	return 0;
}
