/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses what the rest is: the order of a sweep as people write it, a record of one
 * from another role, answers that a sweep gets. What is taken can be run.
 */
#include "base/conf.h"
#include "verify/sweep/found.h"
#include "verify/sweep/plan.h"
#include "web/orders.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(good)              \
	do {                     \
		if (!(good))     \
			abort(); \
	} while (0)

/* Each step is about a host and a port that were asked for. */
static void run(const struct sweep *s)
{
	struct addr host;
	struct plan p;
	uint16_t port;
	uint64_t i;
	unsigned k;

	CHECK(!plan_open(&p, s));
	for (i = 0; i < 16; i++) {
		plan_at(&p, i * (p.steps / 16) % p.steps, &host, &port);
		for (k = 0; k < s->prefix_count; k++)
			if (addr_order(&host, &s->prefixes[k].low) >= 0 &&
			    addr_order(&host, &s->prefixes[k].high) <= 0)
				break;
		CHECK(k < s->prefix_count);
		for (k = 0; k < s->port_count; k++)
			if (port >= s->ports[k].low && port <= s->ports[k].high)
				break;
		CHECK(k < s->port_count);
	}
}

static void try_order(const uint8_t *data, size_t size)
{
	struct orders_fault fault;
	struct sweep order;
	struct conf conf;

	CHECK(!conf_new(&conf));
	CHECK(!conf_set(&conf, "home", "10.0.0.0/8,2001:db8::/32", NULL));
	if (orders_read(&conf, (const char *)data, size, &order, &fault)) {
		order.id = 1;
		CHECK(record_mend_sweep(&order, 1));
		run(&order);
	} else {
		CHECK(*fault.detail && memchr(fault.pointer, 0, sizeof(fault.pointer)));
	}
	conf_free(&conf);
}

static void try_record(const uint8_t *data, size_t size)
{
	struct sweep s = { .id = 1, .tries = 1, .shard = 1, .shards = 1 };

	memcpy(&s, data, size < sizeof(s) ? size : sizeof(s));
	if (!record_mend_sweep(&s, 1))
		return;
	CHECK(s.position <= s.total);
	run(&s);
}

/* Pieces of 16 bytes, each an answer. */
static void try_answers(const uint8_t *data, size_t size)
{
	const struct found_setup setup = { .ports = 4 };
	const struct hash_key key = { { 0, 0 } };
	struct found *f = found_new(&setup);
	struct host_sighting host;
	struct sighting s;

	CHECK(f);
	found_clear(f, &key);
	for (; size >= 16; data += 16, size -= 16) {
		struct inlet_answer a = { .syn = { .ttl = data[0],
						   .host = addr_v4(data + 1),
						   .port = wire_be16_at(data + 2) },
					  .window = data[4],
					  .options_len = data[5] % 11 };

		memcpy(a.options, data + 6, a.options_len);
		found_take(f, &a, data[5], 0);
	}
	for (; found_next(f, 0, true, &s); found_pass(f))
		CHECK(s.evidence == EVIDENCE_PROBE && s.print);
	for (; found_next_host(f, &host); found_pass_host(f))
		CHECK(memchr(host.options, 0, sizeof(host.options)) && host.print);
	found_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const ways[])(const uint8_t *, size_t) = { try_order, try_record,
								 try_answers };

	if (size)
		ways[*data % 3](data + 1, size - 1);
	return 0;
}
