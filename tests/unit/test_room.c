/* SPDX-License-Identifier: Apache-2.0 */
/* Who gives way when there are too many services or jobs. */
#include "tests/unit/life.h"

/* Too many that have answered and no more: who was judged and not seen again goes, nobody else. */
static void candidates_too_many(void **state)
{
	struct world *w = *state;

	w->life.room.candidates = 3;
	see(w, 1, EVIDENCE_ONEWAY, T0, "");
	see(w, 2, EVIDENCE_ONEWAY, T0 + 1, "");
	see(w, 3, EVIDENCE_HANDSHAKE, T0 + 2, "");
	/* None is judged yet. */
	see(w, 4, EVIDENCE_ONEWAY, T0 + 3, "");
	expect(w, "new:1 new:2 new:3 ");
	assert_false(has_row(w, 4));
	assert_int_equal(w->life.room.candidates_refused, 1);
	/* What has a name is more than a candidate. */
	see(w, 22, EVIDENCE_FULL, T0 + 4, "ssh");
	expect(w, "new:22 ");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 11 * MONO_SECOND), 0);
	expect(w, "alert-low:1#1 alert-low:2#2 alert-low:3#3 alert-low:22#4 ");
	/* The first is seen again, the second is found open: the third goes, with its job. */
	see(w, 1, EVIDENCE_ONEWAY, T0 + 12 * MONO_SECOND, "");
	answer(w, 2, 2, STATE_OPEN, T0 + 12 * MONO_SECOND);
	expect(w, "verdict:2 ");
	see(w, 4, EVIDENCE_ONEWAY, T0 + 13 * MONO_SECOND, "");
	see(w, 5, EVIDENCE_ONEWAY, T0 + 13 * MONO_SECOND, "");
	expect(w, "new:4 new:5 ");
	assert_true(has_row(w, 1) && has_row(w, 2) && has_row(w, 4) && has_row(w, 22));
	assert_false(has_row(w, 3));
	assert_int_equal(w->life.room.candidates_evicted, 1);
	assert_int_equal(jobs(w), 4); /* 1, 22, 4, 5 */
	assert_int_equal(store_count_jobs(w->store), 4);
	assert_int_equal(store_count_services(w->store), 5);
	/* An earlier life's candidates are found, and the counts are the same. */
	reopen(w, "");
	w->life.room.candidates = 3;
	assert_int_equal(store_count_jobs(w->store), 4);
	assert_int_equal(store_count_services(w->store), 5);
	assert_int_equal(lifecycle_tick(&w->life, T0 + 14 * MONO_SECOND), 0);
	see(w, 6, EVIDENCE_ONEWAY, T0 + 14 * MONO_SECOND, "");
	expect(w, "new:6 ");
	assert_false(has_row(w, 1));
	assert_true(has_row(w, 4) && has_row(w, 5));
}

/* A full store forgets a candidate, but nothing else. */
static void services_too_many(void **state)
{
	struct world *w = *state;

	w->life.room.services = 2;
	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	see(w, 23, EVIDENCE_ONEWAY, T0, "");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 11 * MONO_SECOND), 0);
	expect(w, "new:22 new:23 alert-low:22#1 alert-low:23#2 ");
	see(w, 80, EVIDENCE_FULL, T0 + 11 * MONO_SECOND, "http");
	see(w, 81, EVIDENCE_FULL, T0 + 11 * MONO_SECOND, "http");
	see(w, 22, EVIDENCE_FULL, T0 + 11 * MONO_SECOND, "ssh");
	expect(w, "new:80 ");
	assert_true(has_row(w, 22) && has_row(w, 80));
	assert_false(has_row(w, 23) || has_row(w, 81));
	assert_int_equal(w->life.room.services_refused, 1);
	assert_int_equal(w->life.room.candidates_evicted, 1);
}

/* Nobody waits for a verdict that cannot be asked for. */
static void jobs_too_many(void **state)
{
	struct world *w = *state;

	w->life.room.jobs = 1;
	see(w, 80, EVIDENCE_FULL, T0, "http");
	see(w, 81, EVIDENCE_FULL, T0, "http");
	expect(w, "new:80 alert-low:81#1 new:81 ");
	assert_int_equal(w->life.room.jobs_refused, 1);
	assert_int_equal(jobs(w), 1);
	answer(w, 1, 80, STATE_OPEN, T0 + 1);
	see(w, 82, EVIDENCE_FULL, T0 + 1, "http");
	expect(w, "verdict:80 alert-low-verified:80#2 new:82 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(candidates_too_many),
		CASE(services_too_many),
		CASE(jobs_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
