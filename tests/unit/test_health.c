/* SPDX-License-Identifier: Apache-2.0 */
/* Trouble of the capture: when it begins, when it passes, and what may be believed meanwhile. */
#include "flowd/core/vitals/health.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define T0 (1700000000 * MONO_SECOND)

struct bench {
	struct conf conf;
	struct health *health;
	wall_t now;
	char said[512]; /* what began (+) and passed (-), a word each */
	struct trouble_news latest;
};

static void say(void *arg, const struct trouble_news *news)
{
	struct bench *b = arg;
	size_t n = strlen(b->said);

	snprintf(b->said + n, sizeof(b->said) - n, "%c%s@%s ", news->over ? '-' : '+',
		 record_trouble_text(news->trouble), news->source);
	b->latest = *news;
}

static int setup(void **state)
{
	static struct bench b;

	b.said[0] = 0;
	b.now = T0;
	if (conf_new(&b.conf))
		return -1;
	b.health = health_new(&b.conf, say, &b);
	*state = &b;
	return b.health ? 0 : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	health_free(b->health);
	conf_free(&b->conf);
	return 0;
}

static void expect(struct bench *b, const char *said)
{
	assert_string_equal(b->said, said);
	b->said[0] = 0;
}

/* A second has passed at `source`, in which `t` was counted. */
static void tell(struct bench *b, const char *source, struct tally t)
{
	t.time_us = b->now;
	if (t.packets)
		t.packet_us = b->now;
	record_text_set(t.source, sizeof(t.source), source);
	health_take(b->health, &t);
}

static void pass(struct bench *b, int seconds, struct tally each)
{
	if (b->now == T0)
		tell(b, "eth0", (struct tally){ .packets = 0 });
	while (seconds--) {
		b->now += MONO_SECOND;
		tell(b, "eth0", each);
	}
}

static bool is_well(const struct bench *b, wall_t from)
{
	return health_was_well(b->health, from, b->now);
}

/* Makes `bad` and `good` seconds; the trouble begins with the first bad interval, and passes with
 * the third good one. */
static void turns(struct bench *b, const char *kind, struct tally bad, struct tally good)
{
	char on[32], off[32];

	snprintf(on, sizeof(on), "+%s@eth0 ", kind);
	snprintf(off, sizeof(off), "-%s@eth0 ", kind);
	pass(b, 20, good);
	expect(b, "");
	pass(b, 9, bad);
	expect(b, "");
	pass(b, 1, bad);
	expect(b, on);
	assert_int_equal(b->latest.time_us, b->now);
	assert_true(b->latest.value >= b->latest.limit);
	pass(b, 10, bad);
	pass(b, 29, good);
	expect(b, "");
	pass(b, 1, good);
	expect(b, off);
	pass(b, 30, good);
	expect(b, "");
}

static void drops(void **state)
{
	turns(*state, "drops", (struct tally){ .packets = 999, .kernel_drops = 1 },
	      (struct tally){ .packets = 1000 });
	turns(*state, "drops", (struct tally){ .packets = 999, .interface_drops = 1 },
	      (struct tally){ .packets = 1000 });
}

static void loss(void **state)
{
	turns(*state, "loss",
	      (struct tally){ .packets = 10, .acked_bytes = 10000, .gap_bytes = 100 },
	      (struct tally){ .packets = 10, .acked_bytes = 10000 });
}

static void duplicates(void **state)
{
	turns(*state, "duplicates",
	      (struct tally){ .packets = 40, .duplicates_checked = 20, .duplicates = 1 },
	      (struct tally){ .packets = 40, .duplicates_checked = 20 });
}

static void oneway(void **state)
{
	turns(*state, "oneway",
	      (struct tally){ .packets = 40, .syns = 10, .synacks = 10, .synacks_alone = 5 },
	      (struct tally){ .packets = 40, .syns = 10, .synacks = 10, .synacks_alone = 2 });
}

/* What comes in alone means something only where nothing leaves. */
static void oneway_in(void **state)
{
	struct bench *b = *state;

	pass(b, 60,
	     (struct tally){ .packets = 9, .synacks_in = 9, .synacks_in_alone = 9, .synacks = 1 });
	pass(b, 60,
	     (struct tally){ .packets = 9, .synacks_in = 9, .synacks_in_alone = 9, .syns_out = 1 });
	pass(b, 50, (struct tally){ .packets = 9, .synacks_in = 9, .synacks_in_alone = 9 });
	expect(b, "");
	pass(b, 10, (struct tally){ .packets = 9, .synacks_in = 9, .synacks_in_alone = 9 });
	expect(b, "+oneway@eth0 ");
}

/* Nothing has ever left. */
static void oneway_in_ever(void **state)
{
	struct bench *b = *state;

	pass(b, 10, (struct tally){ .packets = 9, .synacks_in = 9, .synacks_in_alone = 9 });
	expect(b, "+oneway@eth0 ");
	pass(b, 29, (struct tally){ .packets = 9, .synacks = 9 });
	expect(b, "");
	pass(b, 1, (struct tally){ .packets = 9, .synacks = 9 });
	expect(b, "-oneway@eth0 ");
}

/* A second that has nothing but answers sent again dilutes nothing. */
static void oneway_repeats(void **state)
{
	struct bench *b = *state;

	pass(b, 1, (struct tally){ .packets = 20, .synacks = 20, .synacks_alone = 20 });
	pass(b, 9, (struct tally){ .packets = 20, .synacks = 20, .synack_repeats = 20 });
	expect(b, "+oneway@eth0 ");
	assert_int_equal(b->latest.value, 1000000);
}

/* Repeats and clients that were seen after all make no feed one-way. */
static void oneway_explained(void **state)
{
	struct bench *b = *state;

	pass(b, 60,
	     (struct tally){
		     .packets = 9, .synacks = 9, .synacks_alone = 9, .synacks_explained = 9 });
	expect(b, "");
	pass(b, 10,
	     (struct tally){ .packets = 9, .synacks = 9, .synack_repeats = 6, .synacks_alone = 3 });
	expect(b, "+oneway@eth0 ");
	assert_int_equal(b->latest.value, 1000000);
}

static void cut(void **state)
{
	turns(*state, "cut", (struct tally){ .packets = 100, .truncated = 1 },
	      (struct tally){ .packets = 100 });
}

/* Between half the threshold and the threshold nothing changes. */
static void stays(void **state)
{
	struct bench *b = *state;

	pass(b, 100, (struct tally){ .packets = 10000, .kernel_drops = 9 });
	expect(b, "");
	pass(b, 10, (struct tally){ .packets = 10000, .kernel_drops = 20 });
	expect(b, "+drops@eth0 ");
	pass(b, 20, (struct tally){ .packets = 10000 });
	pass(b, 10, (struct tally){ .packets = 10000, .kernel_drops = 6 });
	pass(b, 20, (struct tally){ .packets = 10000 });
	expect(b, "");
	pass(b, 10, (struct tally){ .packets = 10000 });
	expect(b, "-drops@eth0 ");
}

/* A few packets say nothing yet; they are kept until there are enough. */
/* With no more traffic to measure it by it is not told for ever. */
static void unmeasured(void **state)
{
	struct bench *b = *state;

	pass(b, 10, (struct tally){ .packets = 999, .kernel_drops = 9 });
	expect(b, "+drops@eth0 ");
	/* Silence is trouble of its own, and that holds. */
	pass(b, 599, (struct tally){ .packets = 0 });
	expect(b, "+silence@eth0 ");
	pass(b, 10, (struct tally){ .packets = 0 });
	expect(b, "-drops@eth0 ");
	pass(b, 1200, (struct tally){ .packets = 0 });
	expect(b, "");
}

static void too_few(void **state)
{
	struct bench *b = *state;

	pass(b, 10, (struct tally){ .acked_bytes = 500, .gap_bytes = 500 });
	expect(b, "");
	pass(b, 10, (struct tally){ .acked_bytes = 500, .gap_bytes = 500 });
	expect(b, "+loss@eth0 ");
}

static void silence(void **state)
{
	struct bench *b = *state;

	pass(b, 60, (struct tally){ .packets = 100 });
	pass(b, 29, (struct tally){ .packets = 0 });
	expect(b, "");
	pass(b, 1, (struct tally){ .packets = 0 });
	expect(b, "+silence@eth0 ");
	assert_int_equal(b->latest.value, 30 * MONO_SECOND);
	assert_int_equal(b->latest.limit, 30 * MONO_SECOND);
	pass(b, 3600, (struct tally){ .packets = 0 });
	expect(b, "");
	pass(b, 1, (struct tally){ .packets = 1 });
	expect(b, "-silence@eth0 ");
}

/* Where little used to come, nothing may be nothing. */
static void silence_of_few(void **state)
{
	struct bench *b = *state;
	int i;

	pass(b, 600, (struct tally){ .packets = 0 });
	for (i = 0; i < 10; i++) {
		pass(b, 1, (struct tally){ .packets = 5 });
		pass(b, 9, (struct tally){ .packets = 0 });
	}
	pass(b, 600, (struct tally){ .packets = 0 });
	expect(b, "");
}

static void clock_forward(void **state)
{
	struct bench *b = *state;

	pass(b, 25, (struct tally){ .packets = 100 });
	b->now += MONO_DAY;
	tell(b, "eth0",
	     (struct tally){ .packets = 100, .clock_steps = 1, .clock_step_us = MONO_DAY });
	expect(b, "+clock@eth0 ");
	assert_int_equal(b->latest.value, MONO_DAY);
	assert_false(is_well(b, b->now - MONO_SECOND));
	pass(b, 30, (struct tally){ .packets = 100 });
	expect(b, "-clock@eth0 ");
	pass(b, 2, (struct tally){ .packets = 100 });
	assert_true(is_well(b, b->now - MONO_SECOND));
}

static void clock_back(void **state)
{
	struct bench *b = *state;

	pass(b, 25, (struct tally){ .packets = 100 });
	b->now -= MONO_DAY;
	tell(b, "eth0",
	     (struct tally){ .packets = 100, .clock_steps = 1, .clock_step_us = MONO_DAY });
	pass(b, 10, (struct tally){ .packets = 100 });
	expect(b, "+clock@eth0 ");
	pass(b, 30, (struct tally){ .packets = 100 });
	expect(b, "-clock@eth0 ");
	pass(b, 2, (struct tally){ .packets = 100 });
	assert_true(is_well(b, b->now - MONO_SECOND));
	/* A time of the clock as it was. */
	assert_false(is_well(b, T0 - MONO_DAY));
}

/* None of them speaks when its option is 0. */
static void off(void **state)
{
	static const char *const names[] = { "health.drops",  "health.loss", "health.duplicates",
					     "health.oneway", "health.cut",  "health.silence",
					     "health.clock" };
	struct bench *b = *state;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(conf_set(&b->conf, names[i], i < 5 ? "0" : "0s", NULL), 0);
	pass(b, 100,
	     (struct tally){ .packets = 100,
			     .kernel_drops = 100,
			     .acked_bytes = 10000,
			     .gap_bytes = 10000,
			     .duplicates_checked = 100,
			     .duplicates = 100,
			     .synacks = 100,
			     .synacks_alone = 100,
			     .truncated = 100,
			     .clock_steps = 1,
			     .clock_step_us = MONO_DAY });
	pass(b, 100, (struct tally){ .packets = 0 });
	expect(b, "");
	assert_int_equal(health_list(b->health, NULL, 0), 0);
}

/* Each source has its own; those beyond the most are passed over. */
static void sources(void **state)
{
	struct trouble_news news[2];
	struct bench *b = *state;
	char name[16];
	int i, second;

	for (second = 0; second < 11; second++) {
		b->now += MONO_SECOND;
		tell(b, "a", (struct tally){ .packets = 100, .kernel_drops = 100 });
		tell(b, "b", (struct tally){ .packets = 100, .truncated = 100 });
		tell(b, "", (struct tally){ .packets = 100, .kernel_drops = 100 });
		for (i = 0; i < HEALTH_SOURCES; i++) {
			snprintf(name, sizeof(name), "c%d", i);
			tell(b, name,
			     (struct tally){ .packets = 100, .kernel_drops = i < 62 ? 0 : 100 });
		}
	}
	expect(b, "+drops@a +cut@b ");
	assert_int_equal(health_list(b->health, news, 1), 2);
	assert_int_equal(health_list(b->health, news, 2), 2);
	assert_string_equal(news[0].source, "a");
	assert_int_equal(news[1].trouble, TROUBLE_CUT);
	health_restart(b->health);
	expect(b, "-drops@a -cut@b ");
	assert_int_equal(health_list(b->health, NULL, 0), 0);
}

/* The interval that the end of a replay cuts off is judged, too. */
static void finish(void **state)
{
	struct bench *b = *state;

	pass(b, 2, (struct tally){ .packets = 100, .truncated = 100 });
	expect(b, "");
	health_finish(b->health);
	expect(b, "+cut@eth0 ");
}

static void well(void **state)
{
	struct bench *b = *state;

	assert_false(is_well(b, T0));
	pass(b, 5, (struct tally){ .packets = 100 });
	assert_false(is_well(b, T0));
	assert_true(is_well(b, T0 + MONO_SECOND));
	/* The sensor tells nothing any more, or for a while. */
	b->now += 11 * MONO_SECOND;
	assert_false(is_well(b, T0 + 2 * MONO_SECOND));
	tell(b, "eth0", (struct tally){ .packets = 1 });
	assert_false(is_well(b, T0 + 2 * MONO_SECOND));
	pass(b, 2, (struct tally){ .packets = 100 });
	assert_true(is_well(b, b->now - MONO_SECOND));
}

static void well_after_trouble(void **state)
{
	struct bench *b = *state;

	pass(b, 11, (struct tally){ .packets = 100, .truncated = 100 });
	expect(b, "+cut@eth0 ");
	assert_false(is_well(b, b->now));
	pass(b, 40, (struct tally){ .packets = 100 });
	expect(b, "-cut@eth0 ");
	assert_false(is_well(b, T0 + 11 * MONO_SECOND));
	assert_true(is_well(b, b->now));
}

/* While it was away nothing was seen, even if no time of that has been told. */
static void well_after_restart(void **state)
{
	struct bench *b = *state;
	wall_t gone;

	pass(b, 20, (struct tally){ .packets = 100 });
	gone = b->now;
	health_restart(b->health);
	assert_false(is_well(b, gone + MONO_SECOND));
	b->now += 100 * MONO_SECOND;
	pass(b, 1, (struct tally){ .packets = 100 });
	assert_false(is_well(b, gone + MONO_SECOND));
	pass(b, 2, (struct tally){ .packets = 100 });
	assert_false(is_well(b, gone + 100 * MONO_SECOND));
	assert_true(is_well(b, b->now - MONO_SECOND));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(drops),
		CASE(loss),
		CASE(duplicates),
		CASE(oneway),
		CASE(oneway_in),
		CASE(oneway_explained),
		CASE(oneway_in_ever),
		CASE(oneway_repeats),
		CASE(cut),
		CASE(stays),
		CASE(unmeasured),
		CASE(too_few),
		CASE(silence),
		CASE(silence_of_few),
		CASE(clock_forward),
		CASE(clock_back),
		CASE(off),
		CASE(sources),
		CASE(finish),
		CASE(well),
		CASE(well_after_trouble),
		CASE(well_after_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
