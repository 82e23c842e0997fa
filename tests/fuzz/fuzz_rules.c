/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever reads prints to what reads back to itself, and judges the same before and after.
 */
#include "base/record.h"
#include "rules/rules.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct finding finding = {
	.service = { .host = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 2, 0, 7 } },
		     .port = 6379,
		     .proto = PROTO_TCP },
	.peer = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
	.event = EVENT_NEW,
	.state = STATE_OPEN,
	.evidence = EVIDENCE_FULL,
	.app = "redis",
};

static char *print(const struct rules *rules, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert(out);
	rules_print(rules, out);
	assert(!fclose(out));
	return text;
}

static void check_error(int rc, const struct rules_error *error)
{
	const char *p;

	assert(rc < 0 && error->line > 0 && error->column > 0 && error->text[0]);
	for (p = error->text; *p; p++)
		assert(*p >= ' ' && *p < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules *rules, *again;
	struct rules_error error;
	struct rules_verdict first, second;
	size_t first_len, second_len;
	char *first_text, *second_text;
	int rc = rules_read((const char *)data, size, &rules, &error);

	if (rc) {
		check_error(rc, &error);
		return 0;
	}
	first_text = print(rules, &first_len);
	rc = rules_read(first_text, first_len, &again, &error);
	if (rc)
		fprintf(stderr, "%u:%u: %s\n%s", error.line, error.column, error.text, first_text);
	assert(!rc);
	second_text = print(again, &second_len);
	assert(first_len == second_len && !memcmp(first_text, second_text, first_len));
	rules_judge(rules, &finding, &first);
	rules_judge(again, &finding, &second);
	assert(first.level == second.level && !strcmp(first.rule, second.rule));
	assert(rules_may_probe(rules, &finding.service, NULL) ==
	       rules_may_probe(again, &finding.service, NULL));
	rules_free(rules);
	rules_free(again);
	free(first_text);
	free(second_text);
	return 0;
}
