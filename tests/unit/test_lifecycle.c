/* SPDX-License-Identifier: Apache-2.0 */
/* Sightings, probes and a clock in; events, alerts and jobs out; over a store that is really there.
 */
#include "flowd/core/deceptive.h"
#include "store/outbox/letters.h"
#include "tests/unit/life.h"

static void verified(void **state)
{
	struct world *w = *state;
	struct store_service row;

	see(w, 22, EVIDENCE_HANDSHAKE, T0, "");
	see(w, 22, EVIDENCE_FULL, T0 + 1, "ssh");
	expect(w, "new:22 name-ssh ");
	assert_int_equal(jobs(w), 1);
	answer(w, 1, 22, STATE_OPEN, T0 + 5000);
	expect(w, "verdict:22 alert-low-verified:22#1 ");
	assert_int_equal(jobs(w), 0);
	row = row_of(w, 22);
	assert_int_equal(row.state, STATE_OPEN);
	assert_int_equal(row.evidence, EVIDENCE_FULL);
	assert_int_equal(row.handshakes, 2);
	assert_int_equal(hash_sketch_count(&row.peers), 1);
	assert_string_equal(row.app, "ssh");
	/* Known from now on, also after a restart; an answer that comes twice changes nothing. */
	reopen(w, "");
	see(w, 22, EVIDENCE_FULL, T0 + MONO_SECOND, "ssh");
	answer(w, 1, 22, STATE_CLOSED, T0 + MONO_SECOND);
	expect(w, "");
	assert_int_equal(row_of(w, 22).state, STATE_OPEN);
}

static void deadline(void **state)
{
	struct world *w = *state;

	see(w, 80, EVIDENCE_FULL, T0, "");
	see(w, 81, EVIDENCE_FULL, T0 + MONO_SECOND, "");
	expect(w, "new:80 new:81 ");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 10 * MONO_SECOND - 1), 0);
	expect(w, "");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 10 * MONO_SECOND), 0);
	expect(w, "alert-low:80#1 ");
	/* The verdict that comes late is told, but is no second alert of the same level. */
	answer(w, 1, 80, STATE_OPEN, T0 + 11 * MONO_SECOND);
	expect(w, "verdict:80 ");
	assert_int_equal(lifecycle_finish(&w->life), 0);
	expect(w, "alert-low:81#2 ");
}

/* Somebody sets the clock back by an hour: nothing waits an hour longer. */
static void set_back(void **state)
{
	struct world *w = *state;
	const mono_t hour = 3600 * MONO_SECOND;

	see(w, 80, EVIDENCE_FULL, T0, "");
	see(w, 81, EVIDENCE_FULL, T0 + MONO_SECOND, "");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 4 * MONO_SECOND), 0);
	assert_int_equal(lifecycle_set_back(&w->life, T0 + 5 * MONO_SECOND - hour, hour), 0);
	see(w, 82, EVIDENCE_FULL, T0 + 6 * MONO_SECOND - hour, "");
	expect(w, "new:80 new:81 new:82 ");
	assert_int_equal(row_of(w, 82).state_us == T0 + 6 * MONO_SECOND - hour, true);
	assert_int_equal(lifecycle_tick(&w->life, T0 + 10 * MONO_SECOND - hour - 1), 0);
	expect(w, "");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 10 * MONO_SECOND - hour), 0);
	expect(w, "alert-low:80#1 ");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 11 * MONO_SECOND - hour), 0);
	expect(w, "alert-low:81#2 ");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 16 * MONO_SECOND - hour), 0);
	expect(w, "alert-low:82#3 ");
}

/* The same while flowd was not running: no wait is longer than the longest. */
static void set_back_meanwhile(void **state)
{
	struct world *w = *state;
	const wall_t then = T0 - 3600 * MONO_SECOND;

	see(w, 80, EVIDENCE_FULL, T0, "");
	see(w, 81, EVIDENCE_FULL, T0 + MONO_SECOND, "");
	expect(w, "new:80 new:81 ");
	reopen(w, "");
	assert_int_equal(lifecycle_tick(&w->life, then), 0);
	see(w, 82, EVIDENCE_FULL, then + MONO_SECOND, "");
	expect(w, "new:82 ");
	assert_int_equal(lifecycle_tick(&w->life, then + 10 * MONO_SECOND), 0);
	expect(w, "alert-low:80#1 alert-low:81#2 ");
	assert_int_equal(lifecycle_tick(&w->life, then + 11 * MONO_SECOND), 0);
	expect(w, "alert-low:82#3 ");
}

/* A role that was taken over says what it likes: it changes nothing, and is no error of ours. */
static void nonsense(void **state)
{
	struct world *w = *state;
	struct probe p = { .job = 1, .service = sighting(23, 0, 0).service, .state = STATE_OPEN };
	const struct service asked = sighting(22, 0, 0).service;
	int i;

	see(w, 22, EVIDENCE_FULL, T0, "");
	expect(w, "new:22 ");
	assert_int_equal(lifecycle_probe(&w->life, &p), 1);
	p.job = 99;
	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(lifecycle_ask(&w->life, &asked), 0);
	expect(w, "");
	assert_int_equal(jobs(w), 1);
	answer(w, 1, 22, STATE_OPEN, T0 + 5000);
	expect(w, "verdict:22 alert-low-verified:22#1 ");
}

/* A backlog makes verdicts late: what only they reveal must not be lost with the deadline. */
static void late(void **state)
{
	struct world *w = *state;
	struct probe p = { .service = sighting(6400, 0, 0).service,
			   .finished_us = T0 + 60 * MONO_SECOND,
			   .state = STATE_OPEN,
			   .vantage = "inside",
			   .app = "redis" };

	reopen(w, "alert critical app redis state open\n");
	w->life.quiet_until = T0 + MONO_DAY;
	see(w, 6400, EVIDENCE_FULL, T0, "");
	see(w, 80, EVIDENCE_FULL, T0, "");
	expect(w, "new:6400 new:80 ");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 10 * MONO_SECOND), 0);
	expect(w, "");
	reopen(w, "alert critical app redis state open\n");
	w->life.quiet_until = T0 + MONO_DAY;
	p.job = 1;
	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
	answer(w, 2, 80, STATE_OPEN, T0 + 60 * MONO_SECOND);
	expect(w, "verdict:6400 alert-critical-verified:6400#1 verdict:80 ");
}

/* The backlog and what is due survive the end of the process. */
static void survives(void **state)
{
	struct world *w = *state;

	see(w, 80, EVIDENCE_FULL, T0, "");
	expect(w, "new:80 ");
	see(w, 81, EVIDENCE_FULL, T0, ""); /* never committed */
	reopen(w, "");
	assert_int_equal(jobs(w), 1);
	assert_int_equal(lifecycle_tick(&w->life, T0 + 20 * MONO_SECOND), 0);
	expect(w, "alert-low:80#1 ");
	reopen(w, "");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 30 * MONO_SECOND), 0);
	see(w, 81, EVIDENCE_FULL, T0 + 31 * MONO_SECOND, "");
	expect(w, "new:81 ");
	assert_int_equal(lifecycle_finish(&w->life), 0);
	expect(w, "alert-low:81#2 ");
}

static void contradicted(void **state)
{
	struct world *w = *state;

	/* The SYN-ACK of a scan: first a candidate, then no service at all. */
	see(w, 4444, EVIDENCE_ONEWAY, T0, "");
	see(w, 4444, EVIDENCE_INVALID, T0 + 1, "");
	expect(w, "new:4444 ");
	assert_int_equal(row_of(w, 4444).evidence, EVIDENCE_INVALID);
	/* Invalid from the start: no news. Better evidence later makes it some. */
	see(w, 7001, EVIDENCE_INVALID, T0 + 2, "");
	expect(w, "");
	see(w, 7001, EVIDENCE_HANDSHAKE, T0 + 3, "");
	see(w, 7001, EVIDENCE_INVALID, T0 + 4, "");
	expect(w, "new:7001 ");
	assert_int_equal(row_of(w, 7001).evidence, EVIDENCE_HANDSHAKE);
	assert_int_equal(lifecycle_finish(&w->life), 0);
	expect(w, "alert-low:7001#1 ");
}

static void rules_decide(void **state)
{
	struct world *w = *state;

	reopen(w, "ignore port 22\nalert critical app redis\nnoprobe port 9100\n");
	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	see(w, 6400, EVIDENCE_FULL, T0, "redis");
	see(w, 9100, EVIDENCE_FULL, T0, "");
	expect(w, "new:22 new:6400 new:9100 ");
	answer(w, 1, 22, STATE_OPEN, T0 + 1);
	answer(w, 2, 6400, STATE_OPEN, T0 + 2);
	expect(w, "verdict:22 verdict:6400 alert-critical-verified:6400#1 ");
	assert_int_equal(lifecycle_finish(&w->life), 0);
	expect(w, "alert-low:9100#2 ");
}

static int note_sinks(void *arg, const struct store_letter *row)
{
	char *said = arg;

	snprintf(said + strlen(said), 64, "%s;", row->sinks);
	return 0;
}

/* What a rule says of receivers goes with the alert to them. */
static void to_receivers(void **state)
{
	struct world *w = *state;
	char said[256] = "";

	reopen(w, "alert high app ssh to { soc pager }\nalert low app http\n");
	w->life.letters = true;
	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	see(w, 80, EVIDENCE_FULL, T0, "http");
	answer(w, 1, 22, STATE_OPEN, T0 + 1);
	answer(w, 2, 80, STATE_OPEN, T0 + 2);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_true(letters_walk(w->store, 0, note_sinks, said) >= 0);
	assert_string_equal(said, "pager,soc;;");
}

/* While the border is learnt only what is dangerous pages. */
static void learning(void **state)
{
	struct world *w = *state;

	reopen(w, "alert high app redis\n");
	w->life.quiet_until = T0 + MONO_DAY;
	see(w, 80, EVIDENCE_FULL, T0, "http");
	see(w, 6379, EVIDENCE_FULL, T0, "redis");
	answer(w, 1, 80, STATE_OPEN, T0 + 1);
	answer(w, 2, 6379, STATE_OPEN, T0 + 2);
	expect(w, "new:80 new:6379 verdict:80 verdict:6379 alert-high-verified:6379#1 ");
}

static void see_explained(struct world *w, uint16_t port, enum ephemeral why, wall_t at)
{
	struct sighting s = sighting(port, EVIDENCE_FULL, at);

	s.ephemeral = (uint8_t)why;
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
}

/* Listed with its reason for as long as it is seen; no event, no job, no alert. */
static void explained(void **state)
{
	const struct service key = sighting(50001, 0, 0).service;
	struct world *w = *state;
	struct store_service row;

	see_explained(w, 50001, EPHEMERAL_FTP_DATA, T0);
	expect(w, "");
	assert_int_equal(jobs(w), 0);
	row = row_of(w, 50001);
	assert_int_equal(row.state, STATE_EPHEMERAL);
	assert_int_equal(row.ephemeral, EPHEMERAL_FTP_DATA);
	/* Seen once more before it is over, and then no more; a restart in between. */
	assert_int_equal(lifecycle_tick(&w->life, T0 + 50 * MONO_SECOND), 0);
	see_explained(w, 50001, EPHEMERAL_FTP_DATA, T0 + 50 * MONO_SECOND);
	expect(w, "");
	reopen(w, "");
	assert_int_equal(lifecycle_tick(&w->life, T0 + 109 * MONO_SECOND), 0);
	assert_int_equal(row_of(w, 50001).handshakes, 2);
	assert_int_equal(lifecycle_tick(&w->life, T0 + 110 * MONO_SECOND), 0);
	expect(w, "");
	assert_int_equal(store_get_service(w->store, &key, &row), 0);
}

/* The announcement came after the answer: what was on its way to an alert is taken back. */
static void explained_late(void **state)
{
	struct world *w = *state;

	see(w, 50001, EVIDENCE_HANDSHAKE, T0, "");
	see_explained(w, 50001, EPHEMERAL_FTP_DATA, T0 + MONO_SECOND);
	expect(w, "new:50001 changed:50001 ");
	assert_int_equal(jobs(w), 0);
	/* A verdict that was under way settles nothing. */
	answer(w, 1, 50001, STATE_OPEN, T0 + 2 * MONO_SECOND);
	assert_int_equal(lifecycle_finish(&w->life), 0);
	expect(w, "");
	assert_int_equal(row_of(w, 50001).state, STATE_EPHEMERAL);
}

/* It answers without an explanation: a service, and new. */
static void promoted(void **state)
{
	struct world *w = *state;

	see_explained(w, 6379, EPHEMERAL_FTP_DATA, T0);
	expect(w, "");
	see(w, 6379, EVIDENCE_FULL, T0 + 30 * MONO_SECOND, "redis");
	expect(w, "new:6379 ");
	assert_int_equal(row_of(w, 6379).state, STATE_CANDIDATE);
	assert_int_equal(row_of(w, 6379).ephemeral, EPHEMERAL_NONE);
	/* It stays, and its alert is made. */
	assert_int_equal(lifecycle_tick(&w->life, T0 + MONO_DAY), 0);
	expect(w, "alert-low:6379#1 ");
	assert_int_equal(row_of(w, 6379).handshakes, 2);
}

/* What the sensor may not explain away: well-known ports, and what has been a service for long. */
static void not_explained(void **state)
{
	struct world *w = *state;

	see_explained(w, 1023, EPHEMERAL_FTP_DATA, T0);
	expect(w, "new:1023 ");
	see(w, 6379, EVIDENCE_FULL, T0, "");
	see_explained(w, 6379, EPHEMERAL_FTP_DATA, T0 + 61 * MONO_SECOND);
	expect(w, "new:6379 ");
	assert_int_equal(row_of(w, 6379).state, STATE_CANDIDATE);
	assert_int_equal(row_of(w, 6379).ephemeral, EPHEMERAL_NONE);
}

/* The list is full: the oldest leaves it, a service never. */
static void explained_too_many(void **state)
{
	const struct service first = sighting(2000, 0, 0).service;
	struct world *w = *state;
	struct store_service row;
	uint16_t i;

	for (i = 0; i < 9; i++)
		see_explained(w, (uint16_t)(2000 + i), EPHEMERAL_MEDIA, T0 + i);
	see(w, 2001, EVIDENCE_FULL, T0 + 9, "");
	see_explained(w, 3000, EPHEMERAL_MEDIA, T0 + 10);
	see_explained(w, 3001, EPHEMERAL_MEDIA, T0 + 11);
	expect(w, "new:2001 ");
	assert_int_equal(store_get_service(w->store, &first, &row), 0);
	assert_int_equal(row_of(w, 2001).state, STATE_CANDIDATE);
	assert_int_equal(w->life.fleeting.evicted, 2);
}

static void expose(struct world *w, uint32_t print, unsigned ports, wall_t at)
{
	struct host_sighting h = { .host = sighting(1, 0, 0).service.host,
				   .proto = PROTO_TCP,
				   .peer = sighting(1, 0, 0).peer,
				   .first_us = at,
				   .last_us = at,
				   .answers = ports,
				   .evidence = EVIDENCE_HANDSHAKE,
				   .print = print };

	for (; ports; ports--)
		hash_sketch_add(&h.ports, ports);
	assert_int_equal(deceptive_take(&w->life, &h, INT64_MAX), 0);
}

static void see_print(struct world *w, uint16_t port, uint32_t print, bool delivered, wall_t at)
{
	struct sighting s = sighting(port, EVIDENCE_HANDSHAKE, at);

	s.print = print;
	s.delivered = delivered;
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
}

/* Hosts that answer everything have a limit; room comes back when old ones have left the store. */
static void hosts_full(void **state)
{
	struct world *w = *state;
	struct host_sighting h = { .proto = PROTO_TCP, .print = 7, .answers = 1 };
	uint8_t i;

	w->life.host_keep = MONO_DAY;
	w->life.host_limit = 3;
	for (i = 1; i <= 5; i++) {
		h.host = addr_v4((const uint8_t[]){ 192, 0, 2, i });
		h.first_us = h.last_us = T0 + i;
		assert_int_equal(deceptive_take(&w->life, &h, INT64_MAX), 0);
	}
	expect(w, "deceptive:0 alert-low:0#1 deceptive:0 alert-low:0#2 deceptive:0 alert-low:0#3 ");
	assert_int_equal(w->life.hosts_refused, 2);
	assert_int_equal(store_expire_hosts(w->store, T0 + 3), 0);
	h.first_us = h.last_us = T0 + 30 * MONO_SECOND;
	assert_int_equal(deceptive_take(&w->life, &h, INT64_MAX), 0);
	expect(w, "");
	h.first_us = h.last_us = T0 + 61 * MONO_SECOND;
	assert_int_equal(deceptive_take(&w->life, &h, INT64_MAX), 0);
	expect(w, "deceptive:0 alert-low:0#4 ");
	assert_int_equal(w->life.hosts_refused, 3);
}

/* A host that is found out: silent ports that answered alike are taken back, with their jobs, and
 * come back only by data, by another answer, or when the fact has ended. */
static void deceptive_host(void **state)
{
	struct world *w = *state;
	struct store_host host;
	const struct service key = sighting(1, 0, 0).service;

	reopen(w, "alert high event deceptive\nalert low\n");
	w->life.host_keep = MONO_DAY;
	see_print(w, 1, 7, false, T0);
	see_print(w, 2, 7, true, T0);
	see_print(w, 3, 9, false, T0);
	see_print(w, 4, 7, false, T0);
	answer(w, 4, 4, STATE_OPEN, T0);
	expect(w, "new:1 new:2 new:3 new:4 verdict:4 alert-low-verified:4#1 ");
	assert_int_equal(jobs(w), 3);
	expose(w, 7, 100, T0 + 1);
	expect(w, "deceptive:0 alert-high:0#2 ");
	assert_false(has_row(w, 1));
	assert_true(has_row(w, 2));
	assert_true(has_row(w, 3));
	assert_false(has_row(w, 4));
	assert_int_equal(jobs(w), 2);
	/* Its probe was under way. */
	answer(w, 1, 1, STATE_OPEN, T0 + 2);
	see_print(w, 5, 7, false, T0 + 2);
	expose(w, 7, 101, T0 + 2);
	expect(w, "");
	see_print(w, 6, 8, false, T0 + 3);
	see_print(w, 5, 7, true, T0 + 3);
	expect(w, "new:6 new:5 ");
	/* Another worker has found out another way. */
	expose(w, 8, 50, T0 + 4);
	expect(w, "");
	assert_false(has_row(w, 6));
	assert_int_equal(store_get_host(w->store, &key, &host), 1);
	assert_int_equal(host.folded, 3);
	see_print(w, 1, 7, false, T0 + 2 * MONO_DAY);
	expect(w, "new:1 ");
}

static struct sighting datagram(uint16_t port, wall_t at, const char *app)
{
	struct sighting s = sighting(port, EVIDENCE_REPLY, at);

	s.service.proto = PROTO_UDP;
	record_text_set(s.app, sizeof(s.app), app);
	return s;
}

static void answer_datagram(struct world *w, uint64_t job, const struct service *service,
			    enum state verdict, wall_t at)
{
	struct probe p = { .job = job,
			   .service = *service,
			   .finished_us = at,
			   .state = (uint8_t)verdict,
			   .vantage = "inside" };

	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
}

/* Over UDP an alert waits for a verdict, too; silence is no word against what the wire shows. */
static void over_udp(void **state)
{
	struct world *w = *state;
	struct sighting s = datagram(53, T0, "dns");
	struct store_service row;

	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
	expect(w, "new:53 ");
	assert_int_equal(jobs(w), 1);
	answer_datagram(w, 1, &s.service, STATE_OPEN, T0 + 5000);
	expect(w, "verdict:53 alert-low-verified:53#1 ");
	s = datagram(161, T0 + 6000, "snmp");
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
	answer_datagram(w, 2, &s.service, STATE_SILENT, T0 + 7000);
	expect(w, "new:161 verdict:161 alert-low:161#2 ");
	assert_int_equal(store_get_service(w->store, &s.service, &row), 1);
	assert_int_equal(row.state, STATE_CANDIDATE);
	/* It has not been seen for long when somebody asks: silent it is. */
	assert_int_equal(lifecycle_tick(&w->life, T0 + 2 * 3600 * MONO_SECOND), 0);
	assert_int_equal(lifecycle_ask(&w->life, &s.service), 0);
	answer_datagram(w, 3, &s.service, STATE_SILENT, T0 + 2 * 3600 * MONO_SECOND + 1);
	expect(w, "verdict:161 ");
	assert_int_equal(store_get_service(w->store, &s.service, &row), 1);
	assert_int_equal(row.state, STATE_SILENT);
	/* Closed is said by the host itself. */
	s = datagram(69, T0 + 3 * 3600 * MONO_SECOND, "tftp");
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
	answer_datagram(w, 4, &s.service, STATE_CLOSED, T0 + 3 * 3600 * MONO_SECOND + 1);
	expect(w, "new:69 verdict:69 alert-low-verified:69#3 ");
	/* What may not be asked is judged by the wire, when it has a name. */
	s = datagram(123, T0 + 3 * 3600 * MONO_SECOND + 2, "ntp");
	s.service.host = addr_v4((const uint8_t[]){ 203, 0, 113, 1 });
	assert_int_equal(lifecycle_sighting(&w->life, &s), 0);
	expect(w, "new:123 alert-low:123#4 ");
	assert_int_equal(jobs(w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(verified),	      CASE(set_back),	   CASE(set_back_meanwhile),
		CASE(nonsense),	      CASE(deadline),	   CASE(survives),
		CASE(contradicted),   CASE(rules_decide),  CASE(learning),
		CASE(late),	      CASE(explained),	   CASE(explained_late),
		CASE(promoted),	      CASE(not_explained), CASE(explained_too_many),
		CASE(deceptive_host), CASE(hosts_full),	   CASE(over_udp),
		CASE(to_receivers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
