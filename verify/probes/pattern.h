/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perl-compatible patterns over bytes, with limits: whatever a server says, and whatever a user's
 * file asks, ends in bounded time and memory.
 */
#ifndef VERIFY_PROBES_PATTERN_H
#define VERIFY_PROBES_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_GROUPS 10
#define PATTERN_BYTES 4096 /* of a subject, at most looked at */

struct pattern;

/* Group 0 is the whole match; a group that took no part is at NULL. */
struct pattern_hit {
	const uint8_t *at[PATTERN_GROUPS];
	size_t len[PATTERN_GROUPS];
};

/* NULL: it is no pattern, or memory is short. `dotall`: a dot is any byte. */
struct pattern *pattern_new(const char *text, size_t len, bool caseless, bool dotall);
void pattern_free(struct pattern *pattern);

/* 1 and the groups, which point into `bytes`; 0: no match, or not within the limits. */
int pattern_match(const struct pattern *pattern, const uint8_t *bytes, size_t len,
		  struct pattern_hit *out);

#endif
