/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/ends.h"
#include "tests/unit/unit.h"

#define STALE (300 * MONO_SECOND)
#define START (1000000 * MONO_SECOND)

/* The hash of a conversation in the first set of places, told by its tag. */
static uint64_t hash_of(unsigned tag)
{
	return tag;
}

/* Enters a conversation as the tables do; gives its place. */
static size_t enter(struct ends *ends, unsigned tag, wall_t time)
{
	size_t place = ends_place(ends, hash_of(tag));

	ends_take(ends, place, hash_of(tag));
	ends_touch(ends, place, time);
	return place;
}

static void rows_are_taken_in_turn(void **state)
{
	struct ends ends;
	size_t at = 0, place;
	char *row, *first;

	(void)state;
	assert_true(ends_open(&ends, 1024, 64, STALE));
	assert_int_equal(ends_size(&ends), 1024);
	assert_null(ends_next(&ends, &at));
	first = ends_row(&ends, enter(&ends, 1, START));
	place = ends_place(&ends, (uint64_t)77 << 16 | 2);
	ends_take(&ends, place, (uint64_t)77 << 16 | 2);
	row = ends_row(&ends, place);
	assert_ptr_equal(row, first + 64);
	assert_ptr_equal(ends_guess(&ends, (uint64_t)77 << 16 | 2), row);
	assert_null(ends_guess(&ends, (uint64_t)77 << 16 | 3));
	assert_ptr_equal(ends_next(&ends, &at), first);
	assert_ptr_equal(ends_next(&ends, &at), row);
	assert_null(ends_next(&ends, &at));
	ends_close(&ends);
}

/* A free place before one that may still be asked for; a stale one before a free one. */
static void stale_goes_first(void **state)
{
	struct ends ends;
	size_t a, b;

	(void)state;
	assert_true(ends_open(&ends, 8, 64, STALE));
	a = enter(&ends, 1, START);
	b = enter(&ends, 2, START + STALE / 2);
	assert_int_not_equal(a, b);
	ends_touch(&ends, b, START + STALE + 2 * MONO_SECOND);
	assert_int_equal(ends_place(&ends, hash_of(3)), a);
	/* Not when it is followed. */
	ends.spots[a].dear = 1;
	assert_int_not_equal(ends_place(&ends, hash_of(3)), a);
	ends_close(&ends);
}

static void full_takes_the_idle_and_not_the_dear(void **state)
{
	struct ends ends;
	size_t i, places[8];

	(void)state;
	assert_true(ends_open(&ends, 8, 64, STALE));
	for (i = 0; i < 8; i++)
		places[i] = enter(&ends, (unsigned)i, START + (wall_t)i * MONO_SECOND);
	assert_int_equal(ends_place(&ends, hash_of(9)), places[0]);
	ends.spots[places[0]].dear = ends.spots[places[1]].dear = 1;
	assert_int_equal(ends_place(&ends, hash_of(9)), places[2]);
	for (i = 0; i < 8; i++)
		ends.spots[places[i]].dear = 1;
	assert_int_equal(ends_place(&ends, hash_of(9)), places[0]);
	/* The clock has been put back: what is ahead of it is not idle. */
	ends_touch(&ends, places[7], START - 10 * MONO_SECOND);
	assert_int_not_equal(ends_place(&ends, hash_of(9)), places[7]);
	ends_close(&ends);
}

/* Times wrap: the order stays. */
static void wraps(void **state)
{
	const wall_t turn = (wall_t)1 << 39;
	struct ends ends;
	size_t i, places[8];

	(void)state;
	assert_true(ends_open(&ends, 8, 64, STALE));
	for (i = 0; i < 8; i++)
		places[i] = enter(&ends, (unsigned)i, turn + ((wall_t)i - 4) * MONO_SECOND);
	assert_int_equal(ends_place(&ends, hash_of(9)), places[0]);
	ends_close(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_taken_in_turn),
		cmocka_unit_test(stale_goes_first),
		cmocka_unit_test(full_takes_the_idle_and_not_the_dear),
		cmocka_unit_test(wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
