/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* PCRE2's own measures; ten times what the patterns of the field need. */
#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 2000
#define HEAP_LIMIT_KIB 1024

/* One set for all: verify has one thread. */
static pcre2_match_context *limits;
static pcre2_match_data *data;

static bool prepare(void)
{
	if (!data)
		data = pcre2_match_data_create(PATTERN_GROUPS, NULL);
	if (!limits && (limits = pcre2_match_context_create(NULL))) {
		pcre2_set_match_limit(limits, MATCH_LIMIT);
		pcre2_set_depth_limit(limits, DEPTH_LIMIT);
		pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
	}
	return data && limits;
}

struct pattern *pattern_new(const char *text, size_t len, bool caseless, bool dotall)
{
	uint32_t options = (caseless ? PCRE2_CASELESS : 0) | (dotall ? PCRE2_DOTALL : 0);
	PCRE2_SIZE offset;
	int error;

	return (struct pattern *)pcre2_compile((PCRE2_SPTR)text, len, options, &error, &offset,
					       NULL);
}

void pattern_free(struct pattern *pattern)
{
	pcre2_code_free((pcre2_code *)pattern);
}

int pattern_match(const struct pattern *pattern, const uint8_t *bytes, size_t len,
		  struct pattern_hit *out)
{
	const PCRE2_SIZE *ends;
	int i, count;

	if (!prepare())
		return 0;
	len = len < PATTERN_BYTES ? len : PATTERN_BYTES;
	count = pcre2_match((const pcre2_code *)pattern, bytes, len, 0, 0, data, limits);
	if (count < 0)
		return 0;
	/* 0: there are more groups than we keep. */
	count = count ? count : PATTERN_GROUPS;
	ends = pcre2_get_ovector_pointer(data);
	for (i = 0; i < PATTERN_GROUPS; i++) {
		bool is_there =
			i < count && ends[2 * i] != PCRE2_UNSET && ends[2 * i] <= ends[2 * i + 1];

		out->at[i] = is_there ? bytes + ends[2 * i] : NULL;
		out->len[i] = is_there ? ends[2 * i + 1] - ends[2 * i] : 0;
	}
	return 1;
}
