/* SPDX-License-Identifier: Apache-2.0 */
/* A world for the tests of lifecycle: its store, its clock, and what was done. */
#ifndef TESTS_UNIT_LIFE_H
#define TESTS_UNIT_LIFE_H

#include "flowd/core/lifecycle.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0 (1700000000 * MONO_SECOND)

struct world {
	char dir[64];
	struct store *store;
	struct rules *rules;
	struct prefix_set home, targets;
	struct lifecycle life;
	char said[65536]; /* what was done, a word each */
};

static void act(void *arg, const struct lifecycle_act *a)
{
	struct world *w = arg;
	size_t n = strlen(w->said);
	char *to = w->said + n;

	n = sizeof(w->said) - n;
	if (a->event)
		snprintf(to, n, "%s:%u ", record_event_text(a->event->finding.event),
			 a->event->finding.service.port);
	if (a->alert)
		snprintf(to, n, "alert-%s%s:%u#%llu ", record_level_text(a->alert->level),
			 a->alert->finding.verified ? "-verified" : "",
			 a->alert->finding.service.port, (unsigned long long)a->alert->number);
	if (a->name)
		snprintf(to, n, "name-%s ", a->name->app);
}

static void open_world(struct world *w, const char *rules)
{
	struct rules_error error;
	char text[STORE_ERROR_MAX];

	assert_int_equal(store_open(w->dir, &w->store, text), 0);
	assert_int_equal(rules_read(rules, strlen(rules), &w->rules, &error), 0);
	w->life = (struct lifecycle){ .store = w->store,
				      .rules = w->rules,
				      .home = &w->home,
				      .targets = &w->targets,
				      .alert_deadline = 10 * MONO_SECOND,
				      .receiver = "file",
				      .fleeting = { .keep = 60 * MONO_SECOND, .limit = 8 },
				      .act = act,
				      .arg = w };
	assert_int_equal(lifecycle_open(&w->life), 0);
	w->said[0] = 0;
}

/* As kill -9 would: what is committed stays, the rest goes. */
static void reopen(struct world *w, const char *rules)
{
	lifecycle_close(&w->life);
	store_close(w->store);
	rules_free(w->rules);
	open_world(w, rules);
}

static inline void expect(struct world *w, const char *said)
{
	assert_int_equal(store_commit(w->store, false), 0);
	assert_string_equal(w->said, said);
	w->said[0] = 0;
}

static struct sighting sighting(uint16_t port, enum evidence evidence, wall_t at)
{
	struct sighting s = { .service = { .host = addr_v4((const uint8_t[]){ 192, 0, 2, 1 }),
					   .port = port,
					   .proto = PROTO_TCP },
			      .peer = addr_v4((const uint8_t[]){ 198, 51, 100, 1 }),
			      .first_us = at,
			      .last_us = at,
			      .handshakes = 1,
			      .evidence = (uint8_t)evidence };

	hash_sketch_add(&s.peers, 42);
	return s;
}

static inline void see(struct world *w, uint16_t port, enum evidence evidence, wall_t at,
		       const char *app)
{
	struct sighting s = sighting(port, evidence, at);

	record_text_set(s.app, sizeof(s.app), app);
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
}

static inline void answer(struct world *w, uint64_t job, uint16_t port, enum state verdict,
			  wall_t at)
{
	struct probe p = { .job = job,
			   .service = sighting(port, 0, 0).service,
			   .finished_us = at,
			   .state = (uint8_t)verdict,
			   .vantage = "inside" };

	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
}

static inline struct store_service row_of(struct world *w, uint16_t port)
{
	const struct service key = sighting(port, 0, 0).service;
	struct store_service row;

	assert_int_equal(store_get_service(w->store, &key, &row), 1);
	return row;
}

static int count_jobs(void *arg, const struct store_job *job)
{
	(void)job;
	++*(int *)arg;
	return 0;
}

static int jobs(struct world *w)
{
	int n = 0;

	assert_int_equal(store_walk_jobs(w->store, 0, count_jobs, &n), 0);
	return n;
}

static inline bool has_row(struct world *w, uint16_t port)
{
	const struct service key = sighting(port, 0, 0).service;
	struct store_service row;

	return store_get_service(w->store, &key, &row) == 1;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	snprintf(w->dir, sizeof(w->dir), "/tmp/flowd-life-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(prefix_set_parse(&w->home, "192.0.2.0/24", NULL), 0);
	assert_int_equal(prefix_set_parse(&w->targets, "192.0.2.0/24", NULL), 0);
	open_world(w, "");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char command[128];

	lifecycle_close(&w->life);
	store_close(w->store);
	rules_free(w->rules);
	prefix_set_clear(&w->home);
	prefix_set_clear(&w->targets);
	snprintf(command, sizeof(command), "rm -r %s", w->dir);
	assert_int_equal(system(command), 0);
	free(w);
	return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
