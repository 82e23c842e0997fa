/* SPDX-License-Identifier: Apache-2.0 */
/* What core hands to a newborn sensor: everything is in it, and nothing else. */
#include "base/err.h"
#include "flowd/knownset.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 1000000
#define BYTES_EACH 17 /* at the worst; 10.7 at the best */

static const struct hash_key key = { { 3, 5 } };

static struct service service(uint32_t n)
{
	return (struct service){ .host = addr_v4((const uint8_t[]){
					 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n }),
				 .port = (uint16_t)(n % 7 + 1),
				 .proto = n % 2 ? PROTO_TCP : PROTO_UDP };
}

static struct knownset_item item(uint32_t n)
{
	struct knownset_item i = { .evidence = (uint8_t)(n % EVIDENCE_END),
				   .ephemeral = (uint8_t)(n / 8 % EPHEMERAL_END),
				   .delivered = n % 3 == 0,
				   .named = (uint8_t)(n % NAMED_END) };

	if (n % 5)
		snprintf(i.app, sizeof(i.app), "app%u", n % 100);
	return i;
}

static void holds_what_was_put(void **state)
{
	struct knownset *set = knownset_new(MANY, &key);
	struct knownset_view view;
	struct knownset_item want, got;
	struct hash_key back;
	struct service s;
	const void *bytes;
	size_t size;
	uint32_t n;

	(void)state;
	assert_non_null(set);
	for (n = 0; n < MANY; n++) {
		s = service(n);
		want = item(n);
		assert_int_equal(knownset_add(set, &s, &want), 0);
	}
	bytes = knownset_bytes(set, &size);
	assert_true(size / MANY <= BYTES_EACH);
	assert_int_equal(knownset_open(bytes, size, &view), 0);
	back = knownset_peer_key(&view);
	assert_memory_equal(&back, &key, sizeof(key));
	for (n = 0; n < MANY; n++) {
		s = service(n);
		want = item(n);
		if (!knownset_find(&view, &s, &got) || got.evidence != want.evidence ||
		    got.ephemeral != want.ephemeral || got.delivered != want.delivered ||
		    got.named != want.named || got.has_name != (*want.app != 0) ||
		    strcmp(got.app, want.app))
			fail_msg("service %u is not as it was put", n);
	}
	/* The same hosts on other ports, and other hosts. */
	for (n = 0; n < 2 * MANY; n++) {
		s = service(n);
		s.port = (uint16_t)(s.port + 100);
		assert_false(knownset_find(&view, &s, &got));
	}
	knownset_free(set);
}

static void full(void **state)
{
	struct knownset *set = knownset_new(10, &key);
	const struct knownset_item what = item(1);
	struct service s;
	uint32_t n;
	int rc = 0;

	(void)state;
	for (n = 0; n < 10000 && !rc; n++) {
		s = service(n);
		rc = knownset_add(set, &s, &what);
	}
	assert_int_equal(rc, ERR_FULL);
	assert_in_range(n, 11, 1024);
	knownset_free(set);
}

/* A name that has no room: it is known that there is one. */
static void many_names(void **state)
{
	struct knownset *set = knownset_new(400, &key);
	struct knownset_view view;
	struct knownset_item i = { .evidence = EVIDENCE_FULL };
	struct service s;
	const void *bytes;
	size_t size;
	uint32_t n;

	(void)state;
	for (n = 0; n < 400; n++) {
		s = service(n);
		snprintf(i.app, sizeof(i.app), "name%u", n);
		assert_int_equal(knownset_add(set, &s, &i), 0);
	}
	bytes = knownset_bytes(set, &size);
	assert_int_equal(knownset_open(bytes, size, &view), 0);
	s = service(253);
	assert_true(knownset_find(&view, &s, &i));
	assert_string_equal(i.app, "name253");
	s = service(254);
	assert_true(knownset_find(&view, &s, &i));
	assert_true(i.has_name);
	assert_string_equal(i.app, "");
	assert_int_equal(i.evidence, EVIDENCE_FULL);
	knownset_free(set);
}

static void damaged(void **state)
{
	struct knownset *set = knownset_new(10, &key);
	struct knownset_view view;
	const void *bytes;
	size_t size, n;

	(void)state;
	bytes = knownset_bytes(set, &size);
	for (n = 0; n < size; n++)
		assert_int_equal(knownset_open(bytes, n, &view), ERR_SHORT);
	assert_int_equal(knownset_open(bytes, size, &view), 0);
	knownset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_was_put),
		cmocka_unit_test(full),
		cmocka_unit_test(many_names),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
