/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict that comes before the rest of its probe: shown at once, judged with the whole. */
#include "tests/unit/life.h"

#include "flowd/core/verdict/early.h"

#define PORT 8443

static struct probe probe_of(uint64_t job, enum state state, bool partial)
{
	struct probe p = { .job = job,
			   .service = sighting(PORT, 0, 0).service,
			   .finished_us = T0 + MONO_MS,
			   .state = (uint8_t)state,
			   .vantage = "inside",
			   .app = "https",
			   .product = "nginx",
			   .tls = "TLSv1.2",
			   .partial = partial };

	return p;
}

static int count_facts(void *arg, const struct probe *p)
{
	struct probe_fact fact;
	size_t at = 0;

	while (probe_next_fact(p, &at, &fact))
		++*(int *)arg;
	return 0;
}

static int facts(struct world *w)
{
	const struct service service = sighting(PORT, 0, 0).service;
	int count = 0;

	assert_int_equal(store_walk_probes(w->store, &service, count_facts, &count), 0);
	return count;
}

static void shown_then_judged(void **state)
{
	struct world *w = *state;
	struct probe early = probe_of(1, STATE_OPEN, true), whole = probe_of(1, STATE_OPEN, false);

	see(w, PORT, EVIDENCE_FULL, T0, "");
	expect(w, "new:8443 ");
	assert_int_equal(early_take(&w->life, &early), 0);
	/* No event, no alert, and the job waits for the rest. */
	expect(w, "");
	assert_int_equal(row_of(w, PORT).state, STATE_OPEN);
	assert_string_equal(row_of(w, PORT).probed, "https");
	assert_int_equal(jobs(w), 1);
	assert_int_equal(facts(w), 0);
	assert_true(probe_add_fact(&whole, FACT_WEAK_TLS, "TLSv1"));
	assert_int_equal(lifecycle_probe(&w->life, &whole), 0);
	expect(w, "verdict:8443 alert-low-verified:8443#1 ");
	assert_int_equal(jobs(w), 0);
	assert_int_equal(facts(w), 1);
	/* Late, of a job that is done: nothing becomes of it. */
	assert_int_equal(early_take(&w->life, &early), 0);
	expect(w, "");
	assert_int_equal(facts(w), 1);
}

/* Verify dies after the early word: the job is still there, and the deadline still holds. */
static void not_followed(void **state)
{
	struct world *w = *state;
	struct probe early = probe_of(1, STATE_OPEN, true);

	see(w, PORT, EVIDENCE_FULL, T0, "");
	assert_int_equal(early_take(&w->life, &early), 0);
	expect(w, "new:8443 ");
	reopen(w, "");
	assert_int_equal(jobs(w), 1);
	assert_int_equal(lifecycle_tick(&w->life, T0 + 60 * MONO_SECOND), 0);
	expect(w, "alert-low-verified:8443#1 ");
	assert_int_equal(jobs(w), 1);
}

/* Only what proves something, of a service that was asked, which had no verdict before. */
static void not_taken(void **state)
{
	struct world *w = *state;
	const struct service service = sighting(PORT, 0, 0).service;
	struct probe early = probe_of(1, STATE_OPEN, true);

	see(w, PORT, EVIDENCE_FULL, T0, "");
	expect(w, "new:8443 ");
	early.state = STATE_SILENT;
	assert_int_equal(early_take(&w->life, &early), 0);
	early.state = STATE_OPEN;
	early.job = 2;
	assert_int_equal(early_take(&w->life, &early), 0);
	early.job = 1;
	early.service.port++;
	assert_int_equal(early_take(&w->life, &early), 0);
	assert_int_equal(row_of(w, PORT).state, STATE_CANDIDATE);
	answer(w, 1, PORT, STATE_CLOSED, T0 + MONO_SECOND);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(lifecycle_ask(&w->life, &service), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(jobs(w), 1);
	early = probe_of(2, STATE_OPEN, true);
	assert_int_equal(early_take(&w->life, &early), 0);
	assert_int_equal(row_of(w, PORT).state, STATE_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(shown_then_judged), CASE(not_followed),
					    CASE(not_taken) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
