/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions of the parameter "filter": what is wrong has a place in them, and what is briefly
 * known of a service never denies what all that is known affirms.
 */
#include "rules/judge/filter.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct finding findings[] = {
	{ .service = { .host = { { [10] = 0xff, 0xff, 10, 2, 0, 7 } },
		       .port = 6379,
		       .proto = PROTO_TCP },
	  .peer = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
	  .event = EVENT_NEW,
	  .state = STATE_OPEN,
	  .evidence = EVIDENCE_FULL,
	  .app = "redis",
	  .product = "Redis",
	  .open_from = "inside,far" },
	{ .service = { .host = { { 0x20, 0x01, [15] = 9 } }, .port = 53, .proto = PROTO_UDP },
	  .state = STATE_SILENT,
	  .evidence = EVIDENCE_REPLY },
};

static void check(struct filter *f, const struct finding *finding)
{
	const struct filter_brief brief = { .service = &finding->service,
					    .app = *finding->app ? finding->app : "unknown",
					    .state = finding->state,
					    .evidence = finding->evidence };
	bool all = filter_has(f, finding, NULL), may = filter_has_brief(f, &brief);

	assert(may || !all);
	assert(filter_depth(f) != FILTER_BRIEF || may == all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules_error error;
	struct filter *f;
	size_t i;

	if (!size)
		return 0;
	if (filter_read((const char *)data + 1, size - 1, data[0] & 1, &f, &error)) {
		assert(error.line == 1 && error.column >= 1 && *error.text);
		assert(size - 1 >= FILTER_TEXT_MAX || error.column <= size);
		return 0;
	}
	for (i = 0; i < sizeof(findings) / sizeof(findings[0]); i++)
		check(f, &findings[i]);
	filter_free(f);
	return 0;
}
