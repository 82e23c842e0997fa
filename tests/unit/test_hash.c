/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static const struct hash_key zero_key;

/* Under the zero key, SipHash-1-3 is what CPython 3.11 says of bytes with PYTHONHASHSEED=0. */
static void known_values(void **state)
{
	uint8_t run[63];
	uint64_t i;

	(void)state;
	for (i = 0; i < sizeof(run); i++)
		run[i] = (uint8_t)i;
	assert_true(hash_bytes(&zero_key, "a", 1) == 0x407448d2b89b1813);
	assert_true(hash_bytes(&zero_key, "abcdefg", 7) == 0x6db12aae9070f506);
	assert_true(hash_bytes(&zero_key, "abcdefgh", 8) == 0x3f7b849c0b8e35ea);
	assert_true(hash_bytes(&zero_key, "abcdefghi", 9) == 0xf89b34a3d11eb6e5);
	assert_true(hash_bytes(&zero_key, run, sizeof(run)) == 0x385d3e39e5f37359);
}

static void depends_on_all(void **state)
{
	struct hash_key a = { { 1, 2 } }, b = { { 1, 3 } }, c = { { 2, 2 } };
	uint8_t text[40] = { 0 };
	size_t len;

	(void)state;
	assert_true(hash_bytes(&a, "flowd", 5) == hash_bytes(&a, "flowd", 5));
	assert_true(hash_bytes(&a, "flowd", 5) != hash_bytes(&b, "flowd", 5));
	assert_true(hash_bytes(&a, "flowd", 5) != hash_bytes(&c, "flowd", 5));
	/* Zeros of another length are another thing. */
	for (len = 0; len < sizeof(text); len++)
		assert_true(hash_bytes(&a, text, len) != hash_bytes(&a, text, len + 1));
}

static void unaligned_is_the_same(void **state)
{
	uint8_t room[64 + 8];
	uint64_t first;
	size_t shift, i;

	(void)state;
	for (shift = 0; shift < 8; shift++) {
		for (i = 0; i < 64; i++)
			room[shift + i] = (uint8_t)(i * 7);
		if (!shift)
			first = hash_bytes(&zero_key, room, 61);
		assert_true(hash_bytes(&zero_key, room + shift, 61) == first);
	}
}

/* One flipped bit, of the text or of the key, flips half of the 64 on average. */
static void avalanche(void **state)
{
	uint64_t seed = 99, flips = 0, tries = 0, h;
	int round, bit;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct hash_key key = { { unit_random(&seed), unit_random(&seed) } };
		uint32_t text[5];
		size_t i;

		for (i = 0; i < 5; i++)
			text[i] = unit_random(&seed);
		h = hash_bytes(&key, text, sizeof(text));
		for (bit = 0; bit < 160; bit++, tries++) {
			text[bit / 32] ^= 1u << (bit % 32);
			flips += (uint64_t)__builtin_popcountll(
				h ^ hash_bytes(&key, text, sizeof(text)));
			text[bit / 32] ^= 1u << (bit % 32);
		}
		for (bit = 0; bit < 128; bit++, tries++) {
			key.k[bit / 64] ^= 1ULL << (bit % 64);
			flips += (uint64_t)__builtin_popcountll(
				h ^ hash_bytes(&key, text, sizeof(text)));
			key.k[bit / 64] ^= 1ULL << (bit % 64);
		}
	}
	assert_in_range(flips * 1000 / tries, 31700, 32300);
}

static void fresh_keys(void **state)
{
	struct hash_key a = hash_key_new(), b = hash_key_new();

	(void)state;
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &zero_key, sizeof(a));
}

/* The hash of the `i`th of many different things. */
static uint64_t thing(uint32_t i)
{
	return hash_bytes(&zero_key, &i, sizeof(i));
}

static void fill(struct hash_sketch *s, uint32_t from, uint32_t to)
{
	memset(s, 0, sizeof(*s));
	for (; from < to; from++)
		hash_sketch_add(s, thing(from));
}

static void exact_at_first(void **state)
{
	struct hash_sketch s = { 0 };
	uint32_t i, j;

	(void)state;
	assert_int_equal(hash_sketch_count(&s), 0);
	for (i = 0; i < HASH_SKETCH_EXACT; i++) {
		for (j = 0; j <= i; j++)
			hash_sketch_add(&s, thing(j));
		assert_int_equal(hash_sketch_count(&s), i + 1);
	}
}

static void estimated_later(void **state)
{
	static const uint32_t sizes[] = { 33, 64, 100, 300, 1000, 10000, 100000 };
	struct hash_sketch s;
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fill(&s, 0, sizes[i]);
		n = hash_sketch_count(&s);
		assert_in_range(n, sizes[i] * 7 / 10, sizes[i] * 13 / 10);
		fill(&s, 1000000, 1000000 + sizes[i]);
		n = hash_sketch_count(&s);
		assert_in_range(n, sizes[i] * 7 / 10, sizes[i] * 13 / 10);
	}
}

/* Things seen again are not counted again, in whatever order. */
static void repeats_do_not_count(void **state)
{
	struct hash_sketch s, again;
	uint32_t i;

	(void)state;
	fill(&s, 0, 5000);
	again = s;
	for (i = 5000; i-- > 0;)
		hash_sketch_add(&again, thing(i));
	assert_memory_equal(&s, &again, sizeof(s));
}

static void check_merge(uint32_t a_from, uint32_t a_to, uint32_t b_from, uint32_t b_to)
{
	struct hash_sketch a, b, ab, ba, both;
	uint32_t i;

	fill(&a, a_from, a_to);
	fill(&b, b_from, b_to);
	both = a;
	for (i = b_from; i < b_to; i++)
		hash_sketch_add(&both, thing(i));
	ab = a;
	hash_sketch_merge(&ab, &b);
	ba = b;
	hash_sketch_merge(&ba, &a);
	assert_memory_equal(&ab, &both, sizeof(both));
	assert_int_equal(hash_sketch_count(&ba), hash_sketch_count(&both));
	hash_sketch_merge(&ab, &ab);
	assert_memory_equal(&ab, &both, sizeof(both));
}

static void merge_is_union(void **state)
{
	(void)state;
	check_merge(0, 0, 0, 0);
	check_merge(0, 5, 0, 0);
	check_merge(0, 0, 0, 5);
	check_merge(0, 10, 5, 20);
	check_merge(0, 20, 10, 32);
	check_merge(0, 20, 20, 33);
	check_merge(0, 32, 32, 64);
	check_merge(0, 1000, 500, 510);
	check_merge(500, 510, 0, 1000);
	check_merge(0, 0, 0, 1000);
	check_merge(0, 1000, 500, 3000);
	check_merge(0, 50000, 50000, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(depends_on_all),
		cmocka_unit_test(unaligned_is_the_same),
		cmocka_unit_test(avalanche),
		cmocka_unit_test(fresh_keys),
		cmocka_unit_test(exact_at_first),
		cmocka_unit_test(estimated_later),
		cmocka_unit_test(repeats_do_not_count),
		cmocka_unit_test(merge_is_union),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
