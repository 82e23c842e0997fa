/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/life.h"

#define S MONO_SECOND

/* As many hosts are asked by canaries as may be: this one is not. */
static void take_canaries(struct world *w)
{
	struct canary_host *h = w->life.canary.hosts;

	for (; h < w->life.canary.hosts + CANARY_HOSTS; h++)
		h->since_us = INT64_MAX / 2;
}

static void meet(struct world *w, uint16_t port, wall_t at, bool delivered)
{
	struct sighting s = sighting(port, EVIDENCE_HANDSHAKE, at);

	take_canaries(w);
	s.print = 7;
	s.delivered = delivered;
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
}

static void at(struct world *w, wall_t now)
{
	assert_int_equal(lifecycle_tick(&w->life, now), 0);
}

/* Five mute ports; the verdict of the first one comes, and says as little. */
static void crowd(struct world *w)
{
	uint16_t port;

	for (port = 1; port <= 5; port++)
		meet(w, port, T0, false);
	answer(w, 1, 1, STATE_OPEN, T0 + 1 * S);
	at(w, T0 + 10 * S);
	expect(w, "new:1 new:2 new:3 new:4 new:5 verdict:1 ");
}

static void waits(void **state)
{
	struct world *w = *state;

	crowd(w);
	/* The second one's verdict is late, and no other. */
	answer(w, 2, 2, STATE_OPEN, T0 + 20 * S);
	at(w, T0 + 59 * S);
	expect(w, "verdict:2 ");
	at(w, T0 + 80 * S);
	expect(w, "alert-low-verified:1#1 alert-low-verified:2#2 alert-low:3#3 alert-low:4#4 "
		  "alert-low:5#5 ");
	/* Verdicts that come later: no higher level, no alert. */
	answer(w, 3, 3, STATE_OPEN, T0 + 90 * S);
	at(w, T0 + 1000 * S);
	expect(w, "verdict:3 ");
	assert_int_equal(jobs(w), 2);
}

static void few(void **state)
{
	struct world *w = *state;

	meet(w, 1, T0, false);
	meet(w, 2, T0, false);
	meet(w, 3, T0, false);
	meet(w, 4, T0 + 61 * S, false);
	at(w, T0 + 61 * S);
	expect(w, "new:1 new:2 new:3 new:4 alert-low:1#1 alert-low:2#2 alert-low:3#3 ");
}

static void speaks(void **state)
{
	struct world *w = *state;
	uint64_t job;

	crowd(w);
	meet(w, 2, T0 + 12 * S, true);
	job = row_of(w, 2).job;
	assert_int_equal(job, 6);
	answer(w, job, 2, STATE_OPEN, T0 + 13 * S);
	expect(w, "verdict:2 alert-low-verified:2#1 ");
	/* What the first order brings does not matter any more. */
	answer(w, 2, 2, STATE_OPEN, T0 + 14 * S);
	at(w, T0 + 80 * S);
	expect(w, "alert-low-verified:1#2 alert-low:3#3 alert-low:4#4 alert-low:5#5 ");
}

static void goes_on(void **state)
{
	struct world *w = *state;
	uint16_t port;

	crowd(w);
	/* Another port every 50 seconds: half an hour, and no longer. */
	for (port = 6; port <= 43; port++) {
		if (port == 41)
			assert_null(strstr(w->said, "alert"));
		meet(w, port, T0 + (port - 5) * 50 * S, false);
		at(w, T0 + (port - 5) * 50 * S);
	}
	assert_non_null(strstr(w->said, "alert-low-verified:1#1 "));
	assert_null(strstr(w->said, "alert-low:8#"));
}

static void restart(void **state)
{
	struct world *w = *state;

	crowd(w);
	reopen(w, "");
	expect(w, "");
	at(w, T0 + 50 * S);
	expect(w, "");
	at(w, T0 + 71 * S);
	expect(w, "alert-low-verified:1#1 alert-low:2#2 alert-low:3#3 alert-low:4#4 "
		  "alert-low:5#5 ");
}

static void clock_back(void **state)
{
	struct world *w = *state;

	crowd(w);
	assert_int_equal(lifecycle_set_back(&w->life, T0 - 3600 * S, 3610 * S), 0);
	at(w, T0 - 3600 * S + 40 * S);
	expect(w, "");
	at(w, T0 - 3600 * S + 61 * S);
	expect(w, "alert-low-verified:1#1 alert-low:2#2 alert-low:3#3 alert-low:4#4 "
		  "alert-low:5#5 ");
}

static void asked_for(void **state)
{
	struct world *w = *state;
	const struct service key = sighting(1, 0, 0).service;

	crowd(w);
	/* Its verdict is there: another look may be asked for. */
	assert_int_equal(lifecycle_ask(&w->life, &key), 0);
	assert_int_equal(row_of(w, 1).job, 6);
	answer(w, 6, 1, STATE_CLOSED, T0 + 20 * S);
	expect(w, "verdict:1 ");
	at(w, T0 + 80 * S);
	expect(w, "alert-low-verified:1#1 alert-low:2#2 alert-low:3#3 alert-low:4#4 "
		  "alert-low:5#5 ");
}

static void at_the_end(void **state)
{
	struct world *w = *state;

	crowd(w);
	assert_int_equal(lifecycle_finish(&w->life), 0);
	expect(w, "alert-low-verified:1#1 alert-low:2#2 alert-low:3#3 alert-low:4#4 "
		  "alert-low:5#5 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(waits),   CASE(few),	 CASE(speaks),	  CASE(goes_on),
		CASE(restart), CASE(clock_back), CASE(asked_for), CASE(at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
