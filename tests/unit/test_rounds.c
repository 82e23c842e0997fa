/* SPDX-License-Identifier: Apache-2.0 */
/* Ports over UDP that are asked on a schedule: each once in a round, whatever happens meanwhile. */
#include "tests/unit/life.h"

#define EVERY (1600 * MONO_SECOND)
#define HOSTS 8
#define PORTS 2

struct tally_of_jobs {
	struct world *w;
	int asked[HOSTS][PORTS];
	int jobs;
};

static void watch(struct world *w)
{
	const struct sweep_prefix p = { addr_v4((const uint8_t[]){ 192, 0, 2, 0 }),
					addr_v4((const uint8_t[]){ 192, 0, 2, HOSTS - 1 }) };
	struct sweep *list = &w->life.agenda.rounds.list;

	*list = (struct sweep){ .tries = 1, .shard = 1, .shards = 1 };
	assert_int_equal(record_sweep_add_prefix(list, &p), 0);
	assert_int_equal(record_sweep_parse_ports(list, "69,161"), 0);
	list->total = record_sweep_steps(list);
	assert_int_equal(list->total, HOSTS * PORTS);
	w->life.agenda.rounds.every = EVERY;
}

static void say(struct world *w, const struct store_job *j, enum state state)
{
	struct probe p = { .job = j->job.id,
			   .service = j->job.service,
			   .finished_us = w->life.now,
			   .state = (uint8_t)state,
			   .vantage = "inside" };

	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
}

/* Nobody answers but host 3 on port 161. */
static int take(void *arg, const struct store_job *j)
{
	struct tally_of_jobs *t = arg;
	const struct service *s = &j->job.service;

	assert_int_equal(s->proto, PROTO_UDP);
	assert_true(s->port == 69 || s->port == 161);
	assert_true(s->host.b[15] < HOSTS);
	t->asked[s->host.b[15]][s->port == 161]++;
	t->jobs++;
	say(t->w, j, s->host.b[15] == 3 && s->port == 161 ? STATE_OPEN : STATE_SILENT);
	return 0;
}

static void run(struct tally_of_jobs *t, wall_t from, wall_t to)
{
	for (; from < to; from += 50 * MONO_SECOND) {
		assert_int_equal(lifecycle_tick(&t->w->life, from), 0);
		assert_int_equal(store_commit(t->w->store, false), 0);
		assert_int_equal(store_walk_jobs(t->w->store, 0, take, t), 0);
		assert_int_equal(store_commit(t->w->store, false), 0);
	}
}

static void check_once(const struct tally_of_jobs *t, int times)
{
	int host, port;

	for (host = 1; host < HOSTS; host++)
		for (port = 0; port < PORTS; port++)
			/* What answers is asked once more, as whatever is new. */
			assert_int_equal(t->asked[host][port], host == 3 && port ? 2 : times);
	/* It may be the network's own address. */
	assert_int_equal(t->asked[0][0] + t->asked[0][1], 0);
}

static void each_once(void **state)
{
	struct world *w = *state;
	struct tally_of_jobs t = { .w = w };
	struct store_service row;
	struct service s = sighting(161, 0, 0).service;

	watch(w);
	run(&t, T0, T0 + EVERY / 2);
	assert_in_range(t.jobs, HOSTS * PORTS / 2 - 3, HOSTS * PORTS / 2 + 2);
	run(&t, T0 + EVERY / 2, T0 + EVERY);
	check_once(&t, 1);
	/* Between two looks of this test the deadline passes. */
	assert_string_equal(w->said, "new:161 alert-low:161#1 verdict:161 ");
	s.proto = PROTO_UDP;
	s.host.b[15] = 3;
	assert_int_equal(store_get_service(w->store, &s, &row), 1);
	assert_int_equal(row.evidence, EVIDENCE_PROBE);
	assert_int_equal(row.state, STATE_OPEN);
	/* The next round: what is known and open is looked at by others. */
	run(&t, T0 + EVERY, T0 + 2 * EVERY);
	check_once(&t, 2);
}

static void restarts(void **state)
{
	struct world *w = *state;
	struct tally_of_jobs t = { .w = w };

	watch(w);
	run(&t, T0, T0 + EVERY / 2);
	reopen(w, "");
	watch(w);
	run(&t, T0 + EVERY / 2, T0 + EVERY);
	check_once(&t, 1);
	/* Down for three rounds: one is made up for, not three. */
	reopen(w, "");
	watch(w);
	run(&t, T0 + 4 * EVERY, T0 + 5 * EVERY);
	check_once(&t, 2);
}

static void limits(void **state)
{
	struct world *w = *state;
	struct tally_of_jobs t = { .w = w };
	struct rules_error error;
	int i;

	/* Late as it is, it takes few at a time, and no more than may wait. */
	watch(w);
	assert_int_equal(lifecycle_tick(&w->life, T0), 0);
	assert_int_equal(lifecycle_tick(&w->life, T0 + EVERY - 1), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_in_range(jobs(w), 7, 9);
	/* A rule that forbids it is heard; so are the targets. */
	reopen(w, "");
	rules_free(w->rules);
	assert_int_equal(rules_read("noprobe port 161\n", 17, &w->rules, &error), 0);
	w->life.rules = w->rules;
	watch(w);
	w->life.agenda.rounds.list.prefixes[0].high = addr_v4((const uint8_t[]){ 192, 0, 2, 1 });
	w->life.agenda.rounds.list.total = record_sweep_steps(&w->life.agenda.rounds.list);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(store_walk_jobs(w->store, 0, take, &t), 0);
	memset(t.asked, 0, sizeof(t.asked));
	run(&t, T0 + 2 * EVERY, T0 + 3 * EVERY);
	for (i = 0; i < HOSTS; i++) {
		assert_int_equal(t.asked[i][1], 0);
		assert_int_equal(t.asked[i][0], i == 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(each_once), CASE(restarts), CASE(limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
