/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of sensors one after the other, and who is told of trouble. */
#include "base/ipc.h"
#include "flowd/core/vitals/counts.h"
#include "flowd/core/vitals/vitals.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <unistd.h>

#define T0 (1700000000 * MONO_SECOND)

static void grows(void **state)
{
	static struct counts c;
	struct tally grown, t = { .time_us = T0, .packets = 10, .kernel_drops = 1 };

	(void)state;
	assert_true(counts_take(&c, 0, &t, &grown));
	assert_int_equal(grown.packets, 10);
	t.packets = 25;
	assert_true(counts_take(&c, 0, &t, &grown));
	assert_int_equal(grown.packets, 15);
	assert_int_equal(grown.kernel_drops, 0);
	/* Another worker, and another source of it. */
	assert_true(counts_take(&c, COUNTS_ORIGINS - 1, &t, &grown));
	assert_int_equal(grown.packets, 25);
	t.capture = COUNTS_SOURCES - 1;
	assert_true(counts_take(&c, COUNTS_ORIGINS - 1, &t, &grown));
	assert_int_equal(c.sum.packets, 75);
	assert_int_equal(c.sum.kernel_drops, 3);
	/* What can't be. */
	assert_false(counts_take(&c, COUNTS_ORIGINS, &t, &grown));
	t.capture = COUNTS_SOURCES;
	assert_false(counts_take(&c, 0, &t, &grown));
	assert_int_equal(c.sum.packets, 75);
}

static void begins_anew(void **state)
{
	static struct counts c;
	struct tally grown, t = { .time_us = T0, .packets = 10 };

	(void)state;
	counts_restart(&c);
	counts_take(&c, 0, &t, &grown);
	assert_int_equal(c.sum.gap_us, 0);
	counts_restart(&c);
	t.time_us += 7 * MONO_SECOND;
	t.packets = 4;
	counts_take(&c, 0, &t, &grown);
	assert_int_equal(grown.packets, 4);
	assert_int_equal(c.sum.packets, 14);
	assert_int_equal(c.sum.sensor_starts, 2);
	assert_int_equal(c.sum.gap_us, 7 * MONO_SECOND);
	/* The gap is counted once. */
	t.time_us += MONO_SECOND;
	counts_take(&c, 0, &t, &grown);
	assert_int_equal(c.sum.gap_us, 7 * MONO_SECOND);
	/* Counters that go back without a restart grow by nothing. */
	t.packets = 1;
	counts_take(&c, 0, &t, &grown);
	assert_int_equal(grown.packets, 0);
	assert_int_equal(c.sum.packets, 14);
}

static void unknown_numbers(void **state)
{
	static struct counts c;
	struct tally grown, t = { .time_us = T0 };

	(void)state;
	t.unknown[0] =
		(struct tally_unknown){ .kind = UNKNOWN_IP_PROTO, .number = 99, .packets = 5 };
	counts_take(&c, 0, &t, &grown);
	counts_take(&c, 0, &t, &grown);
	counts_take(&c, 1, &t, &grown);
	assert_int_equal(c.sum.unknown[0].packets, 10);
	assert_int_equal(c.sum.unknown[0].number, 99);
}

static void says_at_times(void **state)
{
	static struct counts c;
	struct tally grown, t = { .time_us = T0, .packets = 1 };
	mono_t now = MONO_DAY;

	(void)state;
	counts_take(&c, 0, &t, &grown);
	assert_false(counts_is_worse(&c, now));
	t.kernel_drops = 1;
	counts_take(&c, 0, &t, &grown);
	assert_true(counts_is_worse(&c, now));
	t.kernel_drops = 2;
	counts_take(&c, 0, &t, &grown);
	assert_false(counts_is_worse(&c, now + 59 * MONO_SECOND));
	assert_true(counts_is_worse(&c, now + 60 * MONO_SECOND));
	assert_false(counts_is_worse(&c, now + MONO_DAY));
	assert_true(counts_refuse(&c, now));
	assert_false(counts_refuse(&c, now + 59 * MONO_SECOND));
	assert_true(counts_refuse(&c, now + 60 * MONO_SECOND));
	assert_int_equal(c.sum.records_refused, 3);
}

struct bench {
	struct conf conf;
	struct lifecycle life;
	struct prefix_set none;
	struct announce *announce;
	struct ipc *from, *web;
	struct vitals *vitals;
	int events, alerts;
};

static void act(void *arg, const struct lifecycle_act *a)
{
	struct bench *b = arg;

	b->events += a->event && a->event->finding.event == EVENT_HEALTH;
	b->alerts += a->alert && a->alert->finding.event == EVENT_HEALTH;
}

static int setup(void **state)
{
	static const char text[] = "alert medium event health\n";
	static struct bench b;
	struct rules_error error;
	struct rules *rules;
	char said[STORE_ERROR_MAX];
	int fds[2];

	memset(&b, 0, sizeof(b));
	if (conf_new(&b.conf) || ipc_pair(fds, 1 << 18) || store_open(NULL, &b.life.store, said) ||
	    rules_read(text, strlen(text), &rules, &error))
		return -1;
	b.from = ipc_new(fds[0], 0, false);
	b.web = ipc_new(fds[1], 0, false);
	b.announce = announce_new(b.from, 0);
	b.life.rules = rules;
	b.life.home = b.life.targets = &b.none;
	b.life.act = act;
	b.life.arg = &b;
	if (!b.from || !b.web || !b.announce || lifecycle_open(&b.life))
		return -1;
	b.vitals = vitals_new(&b.conf, &b.life, b.announce, b.from);
	if (!b.vitals)
		return -1;
	b.life.health = vitals_health(b.vitals);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	vitals_free(b->vitals);
	announce_free(b->announce);
	lifecycle_close(&b->life);
	rules_free((struct rules *)b->life.rules);
	store_close(b->life.store);
	ipc_free(b->from);
	ipc_free(b->web);
	conf_free(&b->conf);
	return 0;
}

/* What web was told: the packets it knows of, and a sum of troubles begun and passed. */
static int troubles(struct bench *b, uint64_t *packets)
{
	const struct trouble_news *news;
	struct ipc_message m;
	int on = 0;

	while (ipc_recv(b->web, false, &m) == 1) {
		if (m.kind == IPC_TALLY)
			*packets = ((const struct tally *)m.record)->packets;
		if (m.kind != IPC_TROUBLE)
			continue;
		news = m.record;
		on = news->trouble ? on + (news->over ? -1 : 1) : 0;
	}
	return on;
}

/* Counts of second `i` of a source that cuts packets until `end`. */
static void take(struct bench *b, uint64_t i, uint64_t end)
{
	struct tally t = { .time_us = T0 + (wall_t)i * MONO_SECOND, .packets = 100 * (i + 1) };

	t.packet_us = t.time_us;
	t.truncated = 100 * ((i < end ? i : end) + 1);
	record_text_set(t.source, sizeof(t.source), "eth0");
	vitals_take(b->vitals, 0, &t, t.time_us, true);
}

static void tells(void **state)
{
	struct bench *b = *state;
	uint64_t i, packets = 0;

	for (i = 0; i <= 10; i++)
		take(b, i, 20);
	assert_int_equal(b->events, 1);
	assert_int_equal(b->alerts, 1);
	assert_int_equal(troubles(b, &packets), 1);
	assert_int_equal(packets, 1100);
	assert_false(lifecycle_may_be_gone(&b->life, b->life.now));
	/* Web was born again: it hears what holds. */
	vitals_tell(b->vitals);
	assert_int_equal(troubles(b, &packets), 1);
	for (; i <= 60; i++)
		take(b, i, 20);
	/* That it has passed is an event and no alert. */
	assert_int_equal(b->events, 2);
	assert_int_equal(b->alerts, 1);
	assert_int_equal(troubles(b, &packets), -1);
	vitals_tell(b->vitals);
	assert_int_equal(troubles(b, &packets), 0);
}

static void may_be_gone(void **state)
{
	struct bench *b = *state;
	uint64_t i;

	b->life.now = T0;
	assert_false(lifecycle_may_be_gone(&b->life, T0));
	for (i = 0; i < 5; i++)
		take(b, i, 0);
	b->life.now = T0 + 4 * MONO_SECOND;
	assert_false(lifecycle_may_be_gone(&b->life, T0 - MONO_SECOND));
	assert_true(lifecycle_may_be_gone(&b->life, T0 + MONO_SECOND));
	/* The sensor was replaced: what was before it has been missed. */
	vitals_restart(b->vitals);
	assert_false(lifecycle_may_be_gone(&b->life, T0 + MONO_SECOND));
	b->life.health = NULL;
	assert_false(lifecycle_may_be_gone(&b->life, T0 + MONO_SECOND));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(begins_anew),
		cmocka_unit_test(unknown_numbers),
		cmocka_unit_test(says_at_times),
		CASE(tells),
		CASE(may_be_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
