/* SPDX-License-Identifier: Apache-2.0 */
/* A reader who stops, comes back, and goes. */
#include "flowd/core/out/output.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIMIT 10000

struct bench {
	struct output *output;
	int ends[2];
};

static int setup(void **state)
{
	static struct bench b;

	signal(SIGPIPE, SIG_IGN);
	if (pipe(b.ends) || !(b.output = output_new(b.ends[1], LIMIT)))
		return -1;
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	output_free(b->output);
	close(b->ends[0]);
	close(b->ends[1]);
	return 0;
}

static void put(struct bench *b, int number)
{
	char line[16];

	snprintf(line, sizeof(line), "line %06d\n", number);
	output_put(b->output, line, strlen(line));
}

/* Puts line after line until one is dropped; how many were taken. */
static int fill(struct bench *b)
{
	int i;

	for (i = 0; !output_dropped(b->output) && i < 1000000; i++) {
		put(b, i);
		output_flush(b->output, 0);
	}
	return i - 1;
}

static void passes(void **state)
{
	struct bench *b = *state;
	char text[64] = "";

	output_put(b->output, "one\ntwo\n", 8);
	assert_int_equal(output_flush(b->output, 0), 0);
	assert_int_equal(read(b->ends[0], text, sizeof(text)), 8);
	assert_string_equal(text, "one\ntwo\n");
	assert_int_equal(output_dropped(b->output), 0);
}

/* What was taken comes in order and whole, what was dropped is missing as a whole. */
static void waits(void **state)
{
	struct bench *b = *state;
	static char text[1 << 20];
	char want[24];
	size_t len = 0;
	int taken = fill(b), i;
	ssize_t n;

	assert_in_range(taken, LIMIT / 12, 200000);
	put(b, taken + 1);
	assert_int_equal(output_dropped(b->output), 2);
	assert_int_equal(output_flush(b->output, 0), -EAGAIN);
	do {
		n = read(b->ends[0], text + len, 4096);
		assert_true(n > 0);
		len += (size_t)n;
	} while (output_flush(b->output, 0) == -EAGAIN);
	n = read(b->ends[0], text + len, 4096);
	assert_true(n > 0);
	len += (size_t)n;
	put(b, 7);
	assert_int_equal(output_flush(b->output, 0), 0);
	close(b->ends[1]);
	while ((n = read(b->ends[0], text + len, 4096)) > 0)
		len += (size_t)n;
	b->ends[1] = dup(b->ends[0]);
	assert_int_equal(len, (size_t)(taken + 1) * 12);
	for (i = 0; i <= taken; i++) {
		snprintf(want, sizeof(want), "line %06d\n", i < taken ? i : 7);
		assert_memory_equal(text + i * 12, want, 12);
	}
	assert_int_equal(output_dropped(b->output), 2);
}

static void goes(void **state)
{
	struct bench *b = *state;

	close(b->ends[0]);
	output_put(b->output, "one\ntwo\n", 8);
	assert_int_equal(output_flush(b->output, 0), -EPIPE);
	assert_int_equal(output_dropped(b->output), 2);
	assert_int_equal(output_flush(b->output, 0), 0);
	b->ends[0] = dup(b->ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passes, setup, teardown),
		cmocka_unit_test_setup_teardown(waits, setup, teardown),
		cmocka_unit_test_setup_teardown(goes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
