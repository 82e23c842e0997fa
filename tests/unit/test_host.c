/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts answer everything, and which have many services. */
#include "flowd/sensor/flow/host.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define T0 (1700000000 * MONO_SECOND)
#define PORTS 8

struct world {
	struct conf conf;
	struct tally tally;
	struct host_table *table;
	unsigned said;
	bool deaf;
	struct host_sighting last;
};

static int hear(void *arg, const struct host_sighting *s)
{
	struct world *w = arg;

	if (w->deaf)
		return -1;
	w->said++;
	w->last = *s;
	return 0;
}

static void open_world(struct world *w)
{
	*w = (struct world){ .said = 0 };
	assert_int_equal(conf_new(&w->conf), 0);
	w->conf.deceptive_ports = PORTS;
	w->conf.limit_hosts = 64;
	w->table = host_table_new(&(struct host_setup){ .conf = &w->conf,
							.key = { { 1, 2 } },
							.port_key = { { 3, 4 } },
							.tally = &w->tally,
							.say = hear,
							.arg = w });
	assert_non_null(w->table);
}

static void close_world(struct world *w)
{
	host_table_free(w->table);
	conf_free(&w->conf);
}

static struct addr host(unsigned n)
{
	return addr_v4((const uint8_t[]){ 192, 0, (uint8_t)(n >> 8), (uint8_t)n });
}

static bool answer_as(struct world *w, unsigned n, uint16_t port, uint16_t window, wall_t at)
{
	static const uint8_t options[] = { 2, 4, 5, 180, 4, 2, 8, 10, 1, 2,
					   3, 4, 5, 6,	 7, 8, 1, 3,  3, 7 };
	const struct packet p = { .src = host(n),
				  .dst = addr_v4((const uint8_t[]){ 198, 51, 100, 1 }),
				  .time_us = at,
				  .sport = port,
				  .proto = PROTO_TCP,
				  .ttl = 64,
				  .window = window,
				  .options = options,
				  .options_len = sizeof(options) };

	return host_answer(w->table, &p, host_print(w->table, &p), EVIDENCE_HANDSHAKE);
}

static bool answer(struct world *w, unsigned n, uint16_t port)
{
	return answer_as(w, n, port, 1000, T0);
}

static void one_more_than_may_be(void **state)
{
	struct world w;
	uint16_t port;

	(void)state;
	open_world(&w);
	for (port = 1; port <= PORTS; port++)
		assert_false(answer(&w, 1, port));
	/* None is counted twice. */
	assert_false(answer(&w, 1, 3));
	assert_int_equal(w.said, 0);
	assert_true(answer(&w, 1, 1000));
	assert_int_equal(w.said, 1);
	assert_int_equal(w.last.answers, PORTS + 1);
	assert_int_equal(hash_sketch_count(&w.last.ports), PORTS + 1);
	assert_string_equal(w.last.options, "mss 1460,sack,ts,nop,wscale 7");
	assert_true(answer(&w, 1, 1001));
	assert_true(answer(&w, 1, 1001));
	assert_int_equal(w.said, 1);
	host_flush(w.table);
	assert_int_equal(w.said, 2);
	assert_int_equal(w.last.answers, 2);
	assert_int_equal(hash_sketch_count(&w.last.ports), PORTS + 2);
	host_flush(w.table);
	assert_int_equal(w.said, 2);
	assert_false(answer(&w, 2, 1));
	close_world(&w);
}

static void data_takes_a_port_off_the_list(void **state)
{
	struct world w;
	uint16_t port;

	(void)state;
	open_world(&w);
	for (port = 1; port <= 100; port++) {
		const struct service s = { .host = host(1), .port = port, .proto = PROTO_TCP };

		assert_false(answer(&w, 1, port));
		if (port % 20)
			host_excuse(w.table, &s);
	}
	assert_int_equal(w.said, 0);
	close_world(&w);
}

static void answers_of_another_kind_count_apart(void **state)
{
	struct world w;
	uint16_t port;

	(void)state;
	open_world(&w);
	for (port = 1; port <= PORTS; port++) {
		assert_false(answer_as(&w, 1, port, 1000, T0));
		assert_false(answer_as(&w, 1, (uint16_t)(port + 100), 2000, T0));
	}
	assert_true(answer_as(&w, 1, 50, 1000, T0));
	assert_false(answer_as(&w, 1, 101, 2000, T0));
	close_world(&w);
}

static void shut_ports_make_it_ordinary(void **state)
{
	const struct addr h = host(1);
	struct world w;
	uint16_t port;

	(void)state;
	open_world(&w);
	assert_false(answer(&w, 1, 1));
	for (port = 1000; port < 1100; port++)
		host_asked(w.table, &h, port);
	for (port = 2; port < 300; port++)
		assert_false(answer(&w, 1, port));
	assert_int_equal(w.said, 0);
	close_world(&w);
}

static void old_answers_do_not_count(void **state)
{
	struct world w;
	uint16_t port;

	(void)state;
	open_world(&w);
	for (port = 1; port < 100; port++)
		assert_false(answer_as(&w, 1, port, 1000, T0 + port * w.conf.deceptive_window / 4));
	for (port = 1; port <= PORTS; port++)
		assert_false(answer_as(&w, 2, port, 1000, T0));
	assert_true(answer_as(&w, 2, port, 1000, T0));
	assert_true(answer_as(&w, 2, port, 1000, T0 + w.conf.deceptive_keep));
	assert_false(answer_as(&w, 2, port, 1000, T0 + 2 * w.conf.deceptive_keep + 1));
	/* What was counted before it ended is not lost. */
	assert_int_equal(w.said, 2);
	close_world(&w);
}

/* More hosts than there is room for: those found out stay, and nothing that was counted is lost. */
static void full(void **state)
{
	struct world w;
	unsigned n;
	uint16_t port;

	(void)state;
	open_world(&w);
	for (port = 1; port <= PORTS + 1; port++)
		answer(&w, 1, port);
	for (n = 2; n < 10000; n++)
		assert_false(answer(&w, n, 80));
	assert_true(w.tally.hosts_evicted > 9000);
	assert_true(answer(&w, 1, 500));
	close_world(&w);
}

static void refused_is_said_again(void **state)
{
	struct world w;
	uint16_t port;

	(void)state;
	open_world(&w);
	w.deaf = true;
	for (port = 1; port <= PORTS + 1; port++)
		answer(&w, 1, port);
	host_flush(w.table);
	assert_int_equal(w.said, 0);
	w.deaf = false;
	host_flush(w.table);
	assert_int_equal(w.said, 1);
	assert_int_equal(w.last.answers, PORTS + 1);
	host_unsay(w.table);
	host_flush(w.table);
	assert_int_equal(w.said, 2);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more_than_may_be),
		cmocka_unit_test(data_takes_a_port_off_the_list),
		cmocka_unit_test(answers_of_another_kind_count_apart),
		cmocka_unit_test(shut_ports_make_it_ordinary),
		cmocka_unit_test(old_answers_do_not_count),
		cmocka_unit_test(full),
		cmocka_unit_test(refused_is_said_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
