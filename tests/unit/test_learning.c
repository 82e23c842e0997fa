/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"
#include "flowd/core/book/learning.h"
#include "store/book/baseline.h"
#include "tests/unit/life.h"

#define MANY 5000 /* services: more than are looked at in a turn */

static int baseline(struct world *w, uint16_t port, struct baseline *out)
{
	const struct service key = sighting(port, 0, 0).service;

	return store_get_baseline(w->store, &key, out);
}

static struct conf conf_of(bool until_accepted)
{
	return (struct conf){ .learn = MONO_DAY, .learn_until_accepted = until_accepted };
}

static void turns(struct world *w, unsigned count)
{
	for (; count; count--)
		assert_int_equal(lifecycle_tick(&w->life, w->life.now + MONO_SECOND), 0);
}

/* Without an end it does not end by itself; another start goes on with it. */
static void goes_on(void **state)
{
	struct world *w = *state;
	struct conf conf = conf_of(true);

	assert_int_equal(learning_begin(&w->life, &conf, T0), 0);
	assert_true(w->life.quiet_until == LEARNING_OPEN);
	conf.learn_until_accepted = false;
	reopen(w, "alert low");
	assert_int_equal(learning_begin(&w->life, &conf, T0 + 100 * MONO_DAY), 0);
	assert_true(w->life.quiet_until == LEARNING_OPEN);
	assert_int_equal(learning_order(&w->life, &(struct learning){ .until_us = T0 }), 0);
	assert_true(w->life.quiet_until == T0);
}

/* What was seen may be there, but for what is bad and what somebody has spoken of; what comes later
 * is news. */
static void accepts(void **state)
{
	struct world *w = *state;
	struct conf conf = conf_of(true);
	struct baseline b = { .service = sighting(3, 0, 0).service,
			      .source = ENTRY_PERSON,
			      .state = APPROVAL_OPEN };
	struct store_service row;
	unsigned port;

	assert_int_equal(learning_begin(&w->life, &conf, T0), 0);
	assert_int_equal(jobs(w), 0);
	for (port = 1; port <= MANY; port++)
		see(w, (uint16_t)port, EVIDENCE_FULL, T0, "ssh");
	row = row_of(w, 2);
	row.level = LEVEL_HIGH;
	store_put_service(w->store, &row);
	store_put_baseline(w->store, &b);
	assert_int_equal(store_commit(w->store, false), 0);
	w->life.now = T0 + MONO_SECOND;
	assert_int_equal(learning_order(&w->life, &(struct learning){ .accept = 1 }), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	turns(w, 1);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(baseline(w, MANY, &b), 0);
	/* A kill in the midst of it. */
	reopen(w, "alert low");
	assert_int_equal(learning_begin(&w->life, &conf, T0), 0);
	w->life.now = T0 + 3 * MONO_SECOND;
	turns(w, MANY / 2048 + 2);
	assert_int_equal(baseline(w, 1, &b), 1);
	assert_int_equal(b.source, ENTRY_LEARNT);
	assert_int_equal(baseline(w, MANY, &b), 1);
	assert_int_equal(baseline(w, 2, &b), 0);
	assert_int_equal(baseline(w, 3, &b), 1);
	assert_int_equal(b.source, ENTRY_PERSON);
	assert_true(w->life.quiet_until < w->life.now);
	assert_int_equal(w->life.learnt.accepted_us, 0);
	see(w, MANY + 1, EVIDENCE_FULL, w->life.now, "ssh");
	turns(w, 3);
	assert_int_equal(baseline(w, MANY + 1, &b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(goes_on),
		CASE(accepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
