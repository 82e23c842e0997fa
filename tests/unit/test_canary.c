/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that pretend to have every service are found out by three questions. */
#include "flowd/core/deceptive.h"
#include "tests/unit/life.h"

static void meet(struct world *w, uint16_t port, wall_t at)
{
	struct sighting s = sighting(port, EVIDENCE_HANDSHAKE, at);

	s.print = 7;
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
}

struct orders {
	uint64_t canaries[8], services;
	struct service ports[8];
	size_t count;
};

static int take_order(void *arg, const struct store_job *job)
{
	struct orders *o = arg;

	if (job->job.event == EVENT_DECEPTIVE && o->count < 8) {
		o->ports[o->count] = job->job.service;
		o->canaries[o->count++] = job->job.id;
	} else {
		o->services += job->allowed;
	}
	return 0;
}

static struct orders orders_of(struct world *w)
{
	struct orders o = { .count = 0 };

	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(store_walk_jobs(w->store, 0, take_order, &o), 0);
	return o;
}

static void reply(struct world *w, const struct orders *o, size_t i, enum state state)
{
	struct probe p = { .job = o->canaries[i],
			   .service = o->ports[i],
			   .finished_us = T0 + MONO_SECOND,
			   .state = (uint8_t)state,
			   .vantage = "inside" };

	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
}

/* Four mute ports: three canaries, and no more probes until they are back. */
static struct orders suspect(struct world *w, uint16_t ports)
{
	struct orders o;
	uint16_t port;

	for (port = 1; port <= ports; port++)
		meet(w, port, T0 + port);
	o = orders_of(w);
	assert_int_equal(o.count, 3);
	assert_true(o.ports[0].port >= 10000 && o.ports[0].port != o.ports[1].port);
	assert_int_equal(o.services, 3);
	w->said[0] = 0;
	return o;
}

static void found_out(void **state)
{
	const struct service key = sighting(1, 0, 0).service;
	struct world *w = *state;
	struct store_host host;
	struct orders o;
	size_t i;

	w->life.host_keep = MONO_DAY;
	o = suspect(w, 40);
	for (i = 0; i < 3; i++)
		reply(w, &o, i, i ? STATE_OPEN : STATE_REFUSES);
	expect(w, "deceptive:0 alert-low:0#1 ");
	assert_int_equal(jobs(w), 0);
	assert_int_equal(store_get_host(w->store, &key, &host), 1);
	assert_int_equal(host.folded, 40);
	meet(w, 50, T0 + 2 * MONO_SECOND);
	expect(w, "");
	assert_false(has_row(w, 50));
}

/* One of them is shut: an ordinary host with many services, each of which is probed after all. */
static void ordinary(void **state)
{
	struct world *w = *state;
	struct orders o;

	w->life.host_keep = MONO_DAY;
	o = suspect(w, 40);
	reply(w, &o, 0, STATE_OPEN);
	reply(w, &o, 1, STATE_CLOSED);
	reply(w, &o, 2, STATE_OPEN);
	o = orders_of(w);
	assert_int_equal(o.count, 0);
	assert_int_equal(o.services, 40);
	meet(w, 50, T0 + 2 * MONO_SECOND);
	assert_int_equal(orders_of(w).services, 41);
	assert_int_equal(orders_of(w).count, 0);
}

/* What is behind it and speaks is a service, before and after. */
static void real_ones(void **state)
{
	struct world *w = *state;
	struct orders o;
	struct sighting s = sighting(22, EVIDENCE_FULL, T0);
	size_t i;

	w->life.host_keep = MONO_DAY;
	s.print = 7;
	s.delivered = 1;
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
	answer(w, 1, 22, STATE_OPEN, T0);
	o = suspect(w, 20);
	s.service.port = 23;
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
	assert_int_equal(orders_of(w).services, 4);
	for (i = 0; i < 3; i++)
		reply(w, &o, i, STATE_OPEN);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_true(has_row(w, 22) && has_row(w, 23));
	assert_false(has_row(w, 1) || has_row(w, 20));
	assert_int_equal(jobs(w), 1);
}

/* Canaries that never come back hold nobody for ever, and neither does a restart. */
static void no_answer(void **state)
{
	struct world *w = *state;
	struct orders o;

	w->life.host_keep = MONO_DAY;
	o = suspect(w, 20);
	assert_int_equal(lifecycle_tick(&w->life, T0 + 61 * MONO_SECOND), 0);
	assert_int_equal(orders_of(w).services, 20);
	reopen(w, "");
	reply(w, &o, 0, STATE_OPEN);
	assert_int_equal(orders_of(w).count, 2);
	expect(w, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(found_out),
		CASE(ordinary),
		CASE(real_ones),
		CASE(no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
