/* SPDX-License-Identifier: Apache-2.0 */
/* What the sensor tells a core that was born again. */
#include "flowd/sensor/known.h"
#include "tests/unit/unit.h"

#include <string.h>

struct heard {
	unsigned count;
	struct sighting last;
};

static int hear(void *arg, const struct sighting *s)
{
	struct heard *h = arg;

	h->count++;
	h->last = *s;
	return 0;
}

static int refuse(void *arg, const struct sighting *s)
{
	(void)arg;
	(void)s;
	return -1;
}

static struct known_entry *find(struct known *known, uint16_t port)
{
	const struct service s = { .host = addr_v4((const uint8_t[]){ 192, 0, 2, 1 }),
				   .port = port,
				   .proto = PROTO_TCP };

	return known_find(known, &s);
}

static void meet(struct known_entry *e)
{
	e->sighting.evidence = EVIDENCE_FULL;
	e->sighting.first_us = e->sighting.last_us = 1700000000 * MONO_SECOND;
	e->sighting.handshakes++;
}

/* Of a service that only core has told of, the sensor has neither time nor peer to tell. */
static void unsay_tells_what_was_met(void **state)
{
	const struct hash_key key = { { 1, 2 } };
	struct known *known = known_new(16, &key);
	struct known_entry *learnt = find(known, 22), *met = find(known, 80);
	struct heard heard = { .count = 0 };

	(void)state;
	learnt->sighting.evidence = learnt->said = EVIDENCE_FULL;
	meet(met);
	known_tell(known, met, hear, &heard);
	assert_int_equal(heard.count, 1);
	known_unsay(known);
	known_flush(known, hear, &heard);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.last.service.port, 80);
	assert_int_equal(heard.last.handshakes, 0);
	known_free(known);
}

/* What did not go out is told by the next flush, with all that was counted. */
static void refused_is_told_again(void **state)
{
	const struct hash_key key = { { 1, 2 } };
	struct known *known = known_new(16, &key);
	struct known_entry *e = find(known, 80);
	struct heard heard = { .count = 0 };

	(void)state;
	meet(e);
	known_tell(known, e, refuse, NULL);
	known_flush(known, refuse, NULL);
	meet(e);
	known_flush(known, hear, &heard);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.last.handshakes, 2);
	known_flush(known, hear, &heard);
	assert_int_equal(heard.count, 1);
	known_free(known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsay_tells_what_was_met),
		cmocka_unit_test(refused_is_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
