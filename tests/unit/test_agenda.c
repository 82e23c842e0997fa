/* SPDX-License-Identifier: Apache-2.0 */
/* Services are looked at again: when, how many at once, and what is said of what has changed. */
#include "base/conf.h"
#include "flowd/core/vitals/health.h"
#include "tests/unit/life.h"

#define HOUR (3600 * MONO_SECOND)

static struct conf conf;
static struct health *health;

static void ignore(void *arg, const struct trouble_news *news)
{
	(void)arg;
	(void)news;
}

/* The capture has been heard of, and was well, from when that was last said until `at`. */
static void be_well(struct world *w, wall_t at)
{
	static wall_t told;
	struct tally t = { .packets = 100, .source = "eth0" };

	if (!health) {
		assert_int_equal(conf_new(&conf), 0);
		health = health_new(&conf, ignore, NULL);
		told = w->life.now;
	}
	for (; told < at; told += 5 * MONO_SECOND) {
		t.time_us = t.packet_us = told;
		health_take(health, &t);
	}
	w->life.health = health;
}

static void plan(struct world *w)
{
	w->life.agenda = (struct agenda){ .again = MONO_DAY,
					  .again_high = 6 * HOUR,
					  .gone = HOUR,
					  .terms = { 30 * MONO_DAY, 7 * MONO_DAY, 0 },
					  .term_count = 3 };
}

static struct probe probe(uint16_t port, enum state state, wall_t at)
{
	return (struct probe){ .service = sighting(port, 0, 0).service,
			       .finished_us = at,
			       .state = (uint8_t)state,
			       .reason = state == STATE_OPEN	 ? REASON_SYN_ACK
					 : state == STATE_CLOSED ? REASON_RST
								 : REASON_NO_ANSWER,
			       .vantage = "inside",
			       .app = "ssh" };
}

/* Says it in answer to the job that the service has. */
static void reply(struct world *w, const struct probe *said)
{
	struct probe p = *said;

	p.job = row_of(w, p.service.port).job;
	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
	assert_int_equal(store_commit(w->store, false), 0);
}

static void tick(struct world *w, wall_t at)
{
	assert_int_equal(lifecycle_tick(&w->life, at), 0);
	assert_int_equal(store_commit(w->store, false), 0);
}

static struct store_plan plan_of(struct world *w, uint16_t port)
{
	const struct service key = sighting(port, 0, 0).service;
	struct store_plan p;

	assert_int_equal(store_get_plan(w->store, &key, &p), 1);
	return p;
}

/* Waits for the service's next look and gives it this verdict. When that was. */
static wall_t look(struct world *w, const struct probe *said)
{
	wall_t due = plan_of(w, said->service.port).due_us;
	struct probe p = *said;

	p.finished_us = due;
	tick(w, due - 1);
	assert_int_equal(jobs(w), 0);
	tick(w, due + MONO_SECOND);
	assert_int_equal(jobs(w), 1);
	reply(w, &p);
	assert_int_equal(jobs(w), 0);
	return due;
}

static void open_service(struct world *w, uint16_t port, const struct probe *p)
{
	see(w, port, EVIDENCE_FULL, T0, "ssh");
	reply(w, p);
	w->said[0] = 0;
}

static void again(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0);
	wall_t due;

	plan(w);
	tick(w, T0);
	open_service(w, 22, &p);
	due = plan_of(w, 22).due_us;
	assert_in_range(due - T0, MONO_DAY * 3 / 4, MONO_DAY * 5 / 4);
	/* Nothing has changed: nothing is said; the restart in between changes that neither. */
	look(w, &p);
	reopen(w, "");
	plan(w);
	due = look(w, &p);
	expect(w, "");
	assert_true(plan_of(w, 22).due_us > due + MONO_DAY / 2);
	/* Somebody asks: he is told. */
	tick(w, plan_of(w, 22).due_us + 1);
	assert_int_equal(lifecycle_ask(&w->life, &p.service), 0);
	reply(w, &p);
	expect(w, "verdict:22 ");
}

static void never(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0);

	tick(w, T0);
	open_service(w, 22, &p);
	assert_int_equal(plan_of(w, 22).due_us, 0);
	tick(w, T0 + 100 * MONO_DAY);
	assert_int_equal(jobs(w), 0);
}

static void high_sooner(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0);

	reopen(w, "alert high app ssh event new\n");
	plan(w);
	tick(w, T0);
	open_service(w, 22, &p);
	assert_in_range(plan_of(w, 22).due_us - T0, HOUR * 9 / 2, HOUR * 15 / 2);
}

/* Another version is told when it was seen twice in a row, and so is the product or the name. */
static void version(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0), odd;

	plan(w);
	tick(w, T0);
	strcpy(p.product, "OpenSSH");
	strcpy(p.version, "9.2p1");
	open_service(w, 22, &p);
	odd = p;
	strcpy(odd.version, "8.4p1");
	look(w, &odd);
	look(w, &p);
	expect(w, "");
	/* Knowing less is no change. */
	odd.version[0] = odd.product[0] = odd.app[0] = 0;
	look(w, &odd);
	expect(w, "");
	strcpy(p.version, "9.6p1");
	look(w, &p);
	expect(w, "");
	assert_true(plan_of(w, 22).due_us < w->life.now + MONO_SECOND * 10);
	look(w, &p);
	expect(w, "verdict:22 changed:22 alert-low-verified:22#2 ");
	strcpy(p.product, "dropbear");
	look(w, &p);
	look(w, &p);
	expect(w, "verdict:22 changed:22 alert-low-verified:22#3 ");
	look(w, &p);
	expect(w, "");
}

static void gone(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0), shut = probe(22, STATE_CLOSED, T0);
	wall_t at;
	int i;

	plan(w);
	tick(w, T0);
	open_service(w, 22, &p);
	at = look(w, &shut);
	expect(w, "verdict:22 ");
	assert_int_equal(row_of(w, 22).state, STATE_CLOSED);
	/* The capture was not well: it is not gone however often it is shut. */
	for (i = 0; i < 8; i++)
		look(w, &shut);
	assert_true(w->life.now > at + HOUR);
	expect(w, "");
	/* It is now: from here on it counts. */
	for (i = 0; i < 8 && row_of(w, 22).state != STATE_GONE; i++) {
		be_well(w, plan_of(w, 22).due_us);
		look(w, &shut);
	}
	expect(w, "verdict:22 gone:22 alert-low-verified:22#2 ");
	look(w, &shut);
	assert_int_equal(row_of(w, 22).state, STATE_GONE);
	expect(w, "");
	/* A probe finds it again. */
	p.finished_us = w->life.now;
	look(w, &p);
	expect(w, "verdict:22 returned:22 alert-low-verified:22#3 ");
	look(w, &p);
	expect(w, "");
}

/* The wire shows it answering others: it is shut for us alone. */
static void seen_on_the_wire(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0), shut = probe(22, STATE_CLOSED, T0);
	int i;

	plan(w);
	tick(w, T0);
	open_service(w, 22, &p);
	be_well(w, plan_of(w, 22).due_us);
	look(w, &shut);
	assert_int_equal(row_of(w, 22).state, STATE_CLOSED);
	/* Clients go on being served: it is looked at at once. */
	see(w, 22, EVIDENCE_FULL, w->life.now, "ssh");
	store_commit(w->store, false);
	assert_int_equal(jobs(w), 1);
	shut.finished_us = w->life.now + MONO_SECOND;
	reply(w, &shut);
	store_commit(w->store, false);
	assert_int_equal(row_of(w, 22).state, STATE_RESTRICTED);
	assert_int_equal(jobs(w), 0);
	for (i = 0; i < 12; i++) {
		see(w, 22, EVIDENCE_FULL, w->life.now + 1, "ssh");
		be_well(w, plan_of(w, 22).due_us);
		look(w, &shut);
	}
	assert_int_equal(row_of(w, 22).state, STATE_RESTRICTED);
	expect(w, "verdict:22 verdict:22 changed:22 alert-low-verified:22#2 ");
	/* Nobody is served any more. */
	look(w, &shut);
	assert_int_equal(row_of(w, 22).state, STATE_CLOSED);
}

/* A look at 22, and at whoever is asked beside it: both have this verdict. */
static void look_deaf(struct world *w, const struct probe *p, const struct probe *other)
{
	const struct probe *said[] = { other, p };
	struct store_job j;
	struct probe q;
	int i;

	be_well(w, plan_of(w, 22).due_us);
	tick(w, plan_of(w, 22).due_us + MONO_SECOND);
	for (i = 0; i < 4; i++) {
		q = *said[i % 2];
		q.finished_us = w->life.now + MONO_SECOND;
		if (has_row(w, q.service.port) &&
		    store_get_job(w->store, row_of(w, q.service.port).job, &j) > 0)
			reply(w, &q);
	}
}

/* Nobody answers the prober: that is no proof, until somebody does. */
static void prober_deaf(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0), other = probe(80, STATE_OPEN, T0),
		     silent = probe(22, STATE_SILENT, T0), mute = probe(80, STATE_SILENT, T0);
	int i;

	strcpy(other.app, "http");
	plan(w);
	tick(w, T0);
	open_service(w, 22, &p);
	open_service(w, 80, &other);
	for (i = 0; i < 12; i++)
		look_deaf(w, &silent, &mute);
	assert_string_equal(strstr(w->said, "gone") ? "gone" : "", "");
	assert_int_equal(row_of(w, 22).state, STATE_SILENT);
	/* Once more it might be chance. */
	look_deaf(w, &silent, &other);
	assert_int_equal(row_of(w, 22).state, STATE_SILENT);
	look_deaf(w, &silent, &other);
	look_deaf(w, &silent, &other);
	assert_int_equal(row_of(w, 22).state, STATE_GONE);
	assert_non_null(strstr(w->said, "gone:22 "));
	w->said[0] = 0;
	/* The wire finds it again. */
	see(w, 22, EVIDENCE_FULL, w->life.now + 1, "ssh");
	reply(w, &p);
	expect(w, "returned:22 verdict:22 alert-low-verified:22#4 ");
}

static void certificate(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0);
	int i;

	plan(w);
	tick(w, T0);
	p.certificate_count = 1;
	p.certificates[0].sha256[0] = 1;
	p.certificates[0].not_after_us = T0 + 40 * MONO_DAY;
	open_service(w, 22, &p);
	for (i = 0; i < 60 && w->life.now < T0 + 50 * MONO_DAY; i++)
		look(w, &p);
	/* 30 days before, 7 days before, and at the end. */
	expect(w, "verdict:22 certificate:22 alert-low-verified:22#2 "
		  "verdict:22 certificate:22 alert-low-verified:22#3 "
		  "verdict:22 certificate:22 alert-low-verified:22#4 ");
	p.certificates[0].sha256[0] = 2;
	p.certificates[0].not_after_us = w->life.now + 90 * MONO_DAY;
	look(w, &p);
	expect(w, "");
	look(w, &p);
	expect(w, "verdict:22 changed:22 alert-low-verified:22#5 ");
	look(w, &p);
	expect(w, "");
}

/* It accepts and hangs up from now on: another state, seen by a look. */
static void other_state(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0), refuses = probe(22, STATE_REFUSES, T0);

	plan(w);
	tick(w, T0);
	open_service(w, 22, &p);
	refuses.app[0] = 0;
	look(w, &refuses);
	expect(w, "verdict:22 changed:22 alert-low-verified:22#2 ");
	look(w, &refuses);
	expect(w, "");
}

/* A verdict that turns the state is judged, whoever asked for it, and so is one that turns it back.
 */
static void turns(void **state)
{
	struct world *w = *state;
	struct probe p = probe(22, STATE_OPEN, T0), shut = probe(22, STATE_CLOSED, T0);
	struct probe hangs = probe(80, STATE_REFUSES, T0);

	reopen(w, "alert critical event restricted\nalert high event changed state open\n"
		  "alert medium event refuses\nignore");
	plan(w);
	tick(w, T0);
	open_service(w, 22, &p);
	look(w, &shut);
	see(w, 22, EVIDENCE_FULL, w->life.now, "ssh");
	assert_int_equal(lifecycle_ask(&w->life, &shut.service), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	shut.finished_us = w->life.now + MONO_SECOND;
	reply(w, &shut);
	expect(w, "verdict:22 verdict:22 changed:22 alert-critical-verified:22#1 ");
	p.finished_us = shut.finished_us + MONO_SECOND;
	assert_int_equal(lifecycle_ask(&w->life, &p.service), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	reply(w, &p);
	expect(w, "verdict:22 changed:22 alert-high-verified:22#2 ");
	/* Nobody looked when it was met; who asks later learns what the alert could not say. */
	w->targets.count = 0;
	see(w, 80, EVIDENCE_FULL, w->life.now, "http");
	tick(w, w->life.now + MONO_DAY);
	expect(w, "new:80 ");
	assert_int_equal(prefix_set_parse(&w->targets, "192.0.2.0/24", NULL), 0);
	hangs.finished_us = w->life.now;
	assert_int_equal(lifecycle_ask(&w->life, &hangs.service), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	reply(w, &hangs);
	expect(w, "verdict:80 alert-medium-verified:80#3 ");
}

/* What is due waits while verify has enough to do, and nothing is passed over. */
static void bounded(void **state)
{
	struct world *w = *state;
	struct probe p;
	uint16_t port;
	int turns = 0, done = 0;

	plan(w);
	tick(w, T0);
	for (port = 1000; port < 1300; port++) {
		p = probe(port, STATE_OPEN, T0);
		see(w, port, EVIDENCE_FULL, T0, "");
		reply(w, &p);
		w->said[0] = 0;
	}
	for (; done < 300 && turns < 100; turns++) {
		tick(w, T0 + 2 * MONO_DAY);
		assert_in_range(jobs(w), 1, 64);
		for (port = 1000; port < 1300; port++) {
			struct store_job j;

			if (store_get_job(w->store, row_of(w, port).job, &j) <= 0)
				continue;
			assert_int_equal(j.job.event, EVENT_NONE);
			p = probe(port, STATE_OPEN, T0 + 2 * MONO_DAY);
			reply(w, &p);
			done++;
		}
	}
	assert_int_equal(done, 300);
	tick(w, T0 + 2 * MONO_DAY + MONO_SECOND);
	assert_int_equal(jobs(w), 0);
	expect(w, "");
}

static int end(void **state)
{
	(void)state;
	health_free(health);
	if (health)
		conf_free(&conf);
	return 0;
}

static int teardown_health(void **state)
{
	end(state);
	health = NULL;
	return teardown(state);
}

#undef CASE
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown_health)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(again),	   CASE(never),	      CASE(high_sooner),
		CASE(version),	   CASE(gone),	      CASE(seen_on_the_wire),
		CASE(prober_deaf), CASE(certificate), CASE(other_state),
		CASE(bounded),	   CASE(turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
