/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"
#include "base/err.h"
#include "tests/unit/unit.h"
#include "verify/sweep/found.h"
#include "verify/sweep/pace.h"
#include "verify/sweep/plan.h"
#include "web/orders.h"

#include <stdlib.h>

/* ---- order of targets ---- */

static void each_number_once(uint64_t size, uint64_t seed)
{
	uint8_t *seen = calloc(size, 1);
	struct perm p;
	uint64_t i, at;

	assert_non_null(seen);
	perm_open(&p, size, seed);
	for (i = 0; i < size; i++) {
		at = perm_at(&p, i);
		assert_true(at < size);
		assert_int_equal(seen[at]++, 0);
	}
	free(seen);
}

static void test_perm_is_bijective(void **state)
{
	static const uint64_t sizes[] = { 1,  2,  3,	5,     7,     8,     9,
					  64, 65, 1000, 65535, 65536, 65537, 999983 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		each_number_once(sizes[i], 1);
		each_number_once(sizes[i], 0xdeadbeefcafeULL + i);
	}
}

static void test_perm_depends_on_its_seed(void **state)
{
	struct perm a, b;
	unsigned i, same = 0, ordered = 0;

	(void)state;
	perm_open(&a, 1 << 20, 1);
	perm_open(&b, 1 << 20, 2);
	for (i = 0; i < 10000; i++) {
		same += perm_at(&a, i) == perm_at(&b, i);
		ordered += perm_at(&a, i) < perm_at(&a, i + 1);
	}
	assert_true(same < 10);
	assert_true(ordered > 4500 && ordered < 5500);
}

static struct sweep order_of(const char *prefixes, const char *ports)
{
	struct sweep s = { .id = 1, .seed = 42, .tries = 1, .shard = 1, .shards = 1 };
	struct prefix_set set = { NULL, 0 };
	size_t i;

	assert_int_equal(prefix_set_parse(&set, prefixes, NULL), 0);
	for (i = 0; i < set.count; i++) {
		const struct sweep_prefix p = { set.ranges[i].low, set.ranges[i].high };

		assert_int_equal(record_sweep_add_prefix(&s, &p), 0);
	}
	prefix_set_clear(&set);
	assert_int_equal(record_sweep_parse_ports(&s, ports), 0);
	return s;
}

/* Every target of 10.0.0.0/29 and 2001:db8::8/126, ports 1-5 and 80: which step asks for it. */
static unsigned number_of(const struct addr *host, uint16_t port)
{
	unsigned number = host->b[15] - 8u + (addr_is_v4(host) ? 0 : 8);

	assert_true(addr_is_v4(host) ? host->b[15] >= 8 && host->b[15] < 16
				     : host->b[15] >= 8 && host->b[15] < 12);
	assert_true((port >= 1 && port <= 5) || port == 80);
	return number * 6 + (port == 80 ? 0 : port);
}

static void test_shards_are_disjoint_and_complete(void **state)
{
	struct sweep s = order_of("10.0.0.8/29,2001:db8::8/126", "80,1-3,4-5");
	unsigned shards, shard, i, seen[72];
	struct addr host;
	struct plan plan;
	uint64_t step, steps;
	uint16_t port;

	(void)state;
	assert_int_equal(record_sweep_hosts(&s), 12);
	assert_int_equal(s.port_count, 2);
	for (shards = 1; shards <= 7; shards++) {
		memset(seen, 0, sizeof(seen));
		steps = 0;
		for (shard = 1; shard <= shards; shard++) {
			s.shard = (uint16_t)shard;
			s.shards = (uint16_t)shards;
			assert_int_equal(plan_open(&plan, &s), 0);
			steps += plan.steps;
			for (step = 0; step < plan.steps; step++) {
				plan_at(&plan, step, &host, &port);
				seen[number_of(&host, port)]++;
			}
		}
		assert_int_equal(steps, 72);
		for (i = 0; i < 72; i++)
			assert_int_equal(seen[i], 1);
	}
}

static void test_a_position_is_resumable(void **state)
{
	struct sweep s = order_of("10.0.0.0/16", "1-65535");
	struct plan first, second;
	struct addr a, b;
	uint16_t p, q;
	uint64_t step;

	(void)state;
	s.tries = 2;
	assert_int_equal(plan_open(&first, &s), 0);
	assert_int_equal(plan_open(&second, &s), 0);
	assert_int_equal(first.steps, 2ULL * 65536 * 65535);
	for (step = 4000000000ULL; step < 4000001000ULL; step++) {
		plan_at(&first, step, &a, &p);
		plan_at(&second, step, &b, &q);
		assert_true(addr_is_same(&a, &b) && p == q);
		/* The second try asks in the same order. */
		plan_at(&second, step + first.round, &b, &q);
		assert_true(addr_is_same(&a, &b) && p == q);
	}
	assert_int_equal(plan_asked(&first, 0), 0);
	assert_int_equal(plan_asked(&first, 65536 * 100ULL), 100);
	assert_int_equal(plan_asked(&first, first.steps), 65535);
}

static void test_too_many_targets(void **state)
{
	struct sweep s = order_of("2001:db8::/64", "1");

	(void)state;
	assert_int_equal(record_sweep_steps(&s), 0);
	s = order_of("::/0", "1-65535");
	assert_int_equal(record_sweep_steps(&s), 0);
	s = order_of("2001:db8::/96", "1-65535");
	assert_int_equal(record_sweep_steps(&s), 65535ULL << 32);
}

static void test_ports(void **state)
{
	static const char *const wrong[] = { "",     "0",   "65536",	    "1-", "-1", "2-1",
					     "1,,2", "1;2", "999999999999", "1,", NULL };
	struct sweep s = { .id = 0 };
	char text[SWEEP_PORTS_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; wrong[i]; i++) {
		assert_true(record_sweep_parse_ports(&s, wrong[i]) < 0);
		assert_int_equal(s.port_count, 0);
	}
	assert_int_equal(record_sweep_parse_ports(&s, "80, 443,20-25,26,24-30,65535"), 0);
	assert_string_equal(record_sweep_ports_text(&s, text), "20-30,80,443,65535");
	assert_int_equal(record_sweep_ports(&s), 14);
}

static void test_mend(void **state)
{
	struct sweep s = order_of("10.0.0.0/24", "1-10"), bad;

	(void)state;
	s.position = UINT64_MAX;
	assert_true(record_mend_sweep(&s, 1));
	assert_int_equal(s.position, 2560);
	bad = s;
	bad.prefix_count = SWEEP_PREFIXES_MAX + 1;
	assert_false(record_mend_sweep(&bad, 1));
	bad = s;
	bad.shard = 2;
	assert_false(record_mend_sweep(&bad, 1));
	bad = s;
	bad.ports[0].low = 0;
	assert_false(record_mend_sweep(&bad, 1));
	bad = s;
	bad.prefixes[0].low = bad.prefixes[0].high;
	bad.prefixes[0].high = s.prefixes[0].low;
	assert_false(record_mend_sweep(&bad, 1));
	bad = s;
	bad.tries = 0;
	assert_false(record_mend_sweep(&bad, 1));
}

/* ---- rate ---- */

/* Sends as much as it may at every turn; one in twenty comes late. */
static void hold(uint64_t rate, uint32_t late)
{
	mono_t now = 1000000, end = now + 20 * MONO_SECOND,
	       *times = calloc(rate * 21, sizeof(*times));
	uint64_t n, sent = 0, first = 0, most = 0, state = rate;
	struct pace p;

	assert_non_null(times);
	pace_open(&p, rate, now);
	while (now < end) {
		n = pace_leave(&p, now);
		assert_true(sent + n < rate * 21);
		pace_spend(&p, n);
		while (n--)
			times[sent++] = now;
		while (first < sent && times[first] <= now - MONO_SECOND)
			first++;
		most = sent - first > most ? sent - first : most;
		now += 1000 + (unit_below(&state, 20) ? 0 : unit_below(&state, late));
	}
	assert_true(most <= rate + rate / 50 + 1);
	assert_true(sent >= rate * 20 * 98 / 100);
	free(times);
}

static void test_the_rate_is_held(void **state)
{
	(void)state;
	hold(7, 1000);
	hold(100, 10000);
	hold(1000, 25000);
	hold(20000, 25000);
	hold(200000, 25000);
}

/* ---- what is found ---- */

static struct inlet_answer answer_of(uint8_t host, uint16_t port)
{
	const uint8_t bytes[4] = { 10, 0, 0, host }, ours[4] = { 10, 0, 0, 254 };

	return (struct inlet_answer){ .syn = { .ttl = 64, .host = addr_v4(bytes), .port = port },
				      .to = addr_v4(ours),
				      .window = 1000 };
}

static struct found *set_up(void)
{
	const struct found_setup setup = { .ports = 64, .key = { { 1, 2 } } };
	const struct hash_key key = { { 3, 4 } };
	struct found *f = found_new(&setup);

	assert_non_null(f);
	found_clear(f, &key);
	return f;
}

static void test_found_waits_for_its_moment(void **state)
{
	struct found *f = set_up();
	struct inlet_answer a = answer_of(1, 22);
	struct sighting s;

	(void)state;
	found_take(f, &a, 100, 5000);
	assert_false(found_next(f, 6000, false, &s));
	assert_true(found_next(f, 6000, true, &s));
	assert_true(found_next(f, 5000 + MONO_SECOND, false, &s));
	assert_int_equal(s.service.port, 22);
	assert_int_equal(s.evidence, EVIDENCE_PROBE);
	assert_true(s.print);
	found_pass(f);
	assert_false(found_next(f, 5000 + MONO_SECOND, true, &s));
	found_free(f);
}

static void test_who_answers_everything_is_one_fact(void **state)
{
	struct found *f = set_up();
	struct host_sighting host;
	struct inlet_answer a;
	struct sighting s;
	unsigned port, n = 0;

	(void)state;
	/* One answers at all of the 200 ports asked, one at 100 of some thousand. */
	for (port = 1; port <= 200; port++) {
		a = answer_of(1, (uint16_t)port);
		found_take(f, &a, port, 0);
	}
	for (port = 1; port <= 100; port++) {
		a = answer_of(2, (uint16_t)port);
		found_take(f, &a, port * 30, 0);
	}
	while (found_next(f, 0, true, &s)) {
		assert_int_equal(s.service.host.b[15], 2);
		found_pass(f);
		n++;
	}
	assert_int_equal(n, 100);
	assert_true(found_next_host(f, &host));
	assert_int_equal(host.host.b[15], 1);
	assert_int_equal(host.answers, 200);
	assert_true(hash_sketch_count(&host.ports) > 150);
	found_pass_host(f);
	assert_false(found_next_host(f, &host));
	found_free(f);
}

static void test_nothing_is_lost_when_it_is_full(void **state)
{
	struct found *f = set_up();
	struct inlet_answer a;
	struct sighting s;
	unsigned port = 0, n = 0;

	(void)state;
	/* Few of what was asked, so that it is nobody who answers everything. */
	for (; port < 60000 && !found_is_full(f); port++) {
		a = answer_of((uint8_t)(port % 250), (uint16_t)(port / 250 + 1));
		found_take(f, &a, 60000, 0);
	}
	assert_true(found_is_full(f));
	while (found_next(f, 0, true, &s)) {
		found_pass(f);
		n++;
	}
	assert_int_equal(n, port);
	found_free(f);
}

/* ---- orders ---- */

static void test_orders(void **state)
{
	static const struct {
		const char *text, *pointer;
	} wrong[] = { { "", "" },
		      { "[]", "" },
		      { "{\"prefixes\":", "" },
		      { "{}", "/prefixes" },
		      { "{\"prefixes\":[]}", "/prefixes" },
		      { "{\"prefixes\":[\"10.0.0.0/24\",5]}", "/prefixes/1" },
		      { "{\"prefixes\":[\"10.0.0.0/24\",\"192.0.2.0/24\"]}", "/prefixes/1" },
		      { "{\"prefixes\":[\"0.0.0.0/0\"]}", "/prefixes/0" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"ports\":\"0\"}", "/ports" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"ports\":80}", "/ports" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"rate\":0}", "/rate" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"rate\":\"5\"}", "/rate" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"tries\":9}", "/tries" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"shard\":\"5/4\"}", "/shard" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"seed\":\"xyz\"}", "/seed" },
		      { "{\"prefixes\":[\"10.0.0.0/24\"],\"a/b\":1}", "/a~1b" },
		      { "{\"prefixes\":[\"2001:db8::/32\"]}", "/prefixes" } };
	static const char good[] = "{\"prefixes\":[\"10.1.0.0/16\",\"10.0.0.0/16\"],"
				   "\"rate\":5,\"tries\":2,\"shard\":\"1/4\",\"seed\":\"ff\"}";
	struct orders_fault fault;
	struct sweep order = { .id = 7 };
	struct conf conf;
	size_t i;

	(void)state;
	assert_int_equal(conf_new(&conf), 0);
	assert_int_equal(conf_set(&conf, "home", "10.0.0.0/8,2001:db8::/32", NULL), 0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(
			orders_read(&conf, wrong[i].text, strlen(wrong[i].text), &order, &fault));
		assert_string_equal(fault.pointer, wrong[i].pointer);
		assert_true(*fault.detail);
		assert_int_equal(order.id, 7);
	}
	assert_true(orders_read(&conf, good, sizeof(good) - 1, &order, &fault));
	assert_int_equal(order.prefix_count, 1);
	assert_int_equal(record_sweep_hosts(&order), 131072);
	assert_int_equal(record_sweep_ports(&order), 65535);
	assert_int_equal(order.rate, 5);
	assert_int_equal(order.tries, 2);
	assert_int_equal(order.shard, 1);
	assert_int_equal(order.shards, 4);
	assert_int_equal(order.seed, 255);
	conf_free(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perm_is_bijective),
		cmocka_unit_test(test_perm_depends_on_its_seed),
		cmocka_unit_test(test_shards_are_disjoint_and_complete),
		cmocka_unit_test(test_a_position_is_resumable),
		cmocka_unit_test(test_too_many_targets),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_mend),
		cmocka_unit_test(test_the_rate_is_held),
		cmocka_unit_test(test_found_waits_for_its_moment),
		cmocka_unit_test(test_who_answers_everything_is_one_fact),
		cmocka_unit_test(test_nothing_is_lost_when_it_is_full),
		cmocka_unit_test(test_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
