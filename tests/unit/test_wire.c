/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wire.h"
#include "tests/unit/unit.h"

static const uint8_t bytes[8] = { 0x81, 0x02, 0x83, 0x04, 0x85, 0x06, 0x87, 0x08 };

static void reads(void **state)
{
	struct wire w = wire_open(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(wire_left(&w), 8);
	assert_int_equal(wire_u8(&w), 0x81);
	assert_int_equal(wire_be16(&w), 0x0283);
	assert_int_equal(wire_be32(&w), 0x04850687);
	assert_int_equal(wire_left(&w), 1);
	assert_ptr_equal(wire_take(&w, 0), bytes + 7);
	assert_ptr_equal(wire_take(&w, 1), bytes + 7);
	assert_int_equal(wire_left(&w), 0);
	assert_false(w.bad);
	assert_int_equal(wire_be64_at(bytes), 0x8102830485068708);
}

/* A read that does not fit gives zero, takes what is left with it, and is never forgotten. */
static void past_the_end(void **state)
{
	size_t len;

	(void)state;
	for (len = 0; len < 4; len++) {
		struct wire w = wire_open(bytes, len);

		assert_int_equal(wire_be32(&w), 0);
		assert_true(w.bad);
		assert_int_equal(wire_left(&w), 0);
		assert_int_equal(wire_u8(&w), 0);
		assert_int_equal(wire_be16(&w), 0);
		assert_null(wire_take(&w, 1));
		assert_null(wire_take(&w, SIZE_MAX));
		assert_true(w.bad);
		assert_ptr_equal(w.at, bytes + len);
	}
}

static void huge_length(void **state)
{
	struct wire w = wire_open(bytes, sizeof(bytes));

	(void)state;
	assert_null(wire_take(&w, SIZE_MAX));
	assert_true(w.bad);
	assert_int_equal(wire_left(&w), 0);
}

static void bad_stays_bad(void **state)
{
	struct wire w = wire_open(bytes, 2);

	(void)state;
	assert_null(wire_take(&w, 3));
	assert_int_equal(wire_be16(&w), 0); /* the two bytes that were there are gone too */
	wire_limit(&w, 0);
	assert_true(w.bad);
}

static void limits(void **state)
{
	struct wire w = wire_open(bytes, sizeof(bytes));

	(void)state;
	wire_limit(&w, 100);
	assert_int_equal(wire_left(&w), 8);
	wire_limit(&w, 8);
	assert_int_equal(wire_left(&w), 8);
	assert_int_equal(wire_u8(&w), 0x81);
	wire_limit(&w, 3);
	assert_int_equal(wire_left(&w), 3);
	assert_false(w.bad);
	assert_int_equal(wire_be32(&w), 0);
	assert_true(w.bad);
	assert_ptr_equal(w.at, bytes + 4);
}

static void empty(void **state)
{
	struct wire w = wire_open(bytes, 0);

	(void)state;
	assert_non_null(wire_take(&w, 0));
	assert_false(w.bad);
	assert_int_equal(wire_u8(&w), 0);
	assert_true(w.bad);
}

static void writes(void **state)
{
	uint8_t out[10] = { 0 };

	(void)state;
	wire_put_be64(out + 1, 0x8102830485068708);
	assert_memory_equal(out + 1, bytes, 8);
	assert_int_equal(out[0] | out[9], 0);
	wire_put_be32(out, 0xfedcba98);
	assert_int_equal(wire_be32_at(out), 0xfedcba98);
	wire_put_be16(out, 0xffff);
	assert_int_equal(wire_be16_at(out), 0xffff);
	assert_int_equal(out[2], 0xba);
}

static void checksums(void **state)
{
	/* The example of RFC 1071 section 3: the sum of these is ddf2. */
	static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	static const uint8_t ones[40] = { [0 ... 39] = 0xff };
	static uint8_t most[65535] = { [0 ... 65534] = 0xff };
	uint8_t header[20] = { 0x45, 0, 0,   0x28, 0,	1, 0x40, 0, 0x3e, 6,
			       0,    0, 198, 51,   100, 7, 203,	 0, 113,  80 };

	(void)state;
	assert_int_equal(wire_checksum_end(wire_checksum(example, 8, 0)), (uint16_t)~0xddf2);
	assert_int_equal(wire_checksum_end(wire_checksum(example, 0, 0)), 0xffff);
	assert_int_equal(wire_checksum_end(wire_checksum(ones, 40, 0)), 0);
	assert_int_equal(wire_checksum_end(wire_checksum(example, 3, 0)), (uint16_t)~0xf201);
	/* An even first part may be summed apart. */
	assert_int_equal(
		wire_checksum_end(wire_checksum(example + 4, 4, wire_checksum(example, 4, 0))),
		(uint16_t)~0xddf2);
	wire_put_be16(header + 10, wire_checksum_end(wire_checksum(header, 20, 0)));
	assert_int_equal(wire_checksum_end(wire_checksum(header, 20, 0)), 0);
	/* The longest packet does not overflow the sum. */
	assert_int_equal(wire_checksum_end(wire_checksum(most, 65535, 0x1fffe)), 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),       cmocka_unit_test(past_the_end),
		cmocka_unit_test(huge_length), cmocka_unit_test(bad_stays_bad),
		cmocka_unit_test(limits),      cmocka_unit_test(empty),
		cmocka_unit_test(writes),      cmocka_unit_test(checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
