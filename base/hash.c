/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <math.h>
#include <string.h>
#include <sys/random.h>

#define ROTATE(x, b) ((x) << (b) | (x) >> (64 - (b)))

struct sip {
	uint64_t a, b, c, d;
};

static inline void sip_round(struct sip *s)
{
	s->a += s->b;
	s->b = ROTATE(s->b, 13) ^ s->a;
	s->a = ROTATE(s->a, 32);
	s->c += s->d;
	s->d = ROTATE(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = ROTATE(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = ROTATE(s->b, 17) ^ s->c;
	s->c = ROTATE(s->c, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
	s->d ^= word;
	sip_round(s);
	s->a ^= word;
}

struct hash_key hash_key_new(void)
{
	struct hash_key key = { { 0, 0 } };

	while (getrandom(&key, sizeof(key), 0) != (ssize_t)sizeof(key))
		;
	return key;
}

uint64_t hash_bytes(const struct hash_key *key, const void *bytes, size_t len)
{
	struct sip s = { key->k[0] ^ 0x736f6d6570736575ULL, key->k[1] ^ 0x646f72616e646f6dULL,
			 key->k[0] ^ 0x6c7967656e657261ULL, key->k[1] ^ 0x7465646279746573ULL };
	const uint8_t *p = bytes;
	uint64_t word, last = (uint64_t)len << 56;
	int i;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		sip_word(&s, word);
	}
	word = 0;
	memcpy(&word, p, len);
	sip_word(&s, last | word);
	s.c ^= 0xff;
	for (i = 0; i < 3; i++)
		sip_round(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

static void sketch_register(struct hash_sketch *s, uint32_t hash)
{
	uint32_t rest = hash / HASH_SKETCH_REGISTERS;
	uint8_t rank = 1;

	while (rank < 26 && !(rest & 1)) {
		rest >>= 1;
		rank++;
	}
	if (rank > s->registers[hash % HASH_SKETCH_REGISTERS])
		s->registers[hash % HASH_SKETCH_REGISTERS] = rank;
}

static void sketch_add32(struct hash_sketch *s, uint32_t hash)
{
	uint32_t i, old[HASH_SKETCH_EXACT];

	if (s->exact_count > HASH_SKETCH_EXACT) {
		sketch_register(s, hash);
		return;
	}
	for (i = 0; i < s->exact_count; i++)
		if (s->exact[i] == hash)
			return;
	if (s->exact_count < HASH_SKETCH_EXACT) {
		s->exact[s->exact_count++] = hash;
		return;
	}
	memcpy(old, s->exact, sizeof(old));
	memset(s->registers, 0, sizeof(s->registers));
	s->exact_count++;
	for (i = 0; i < HASH_SKETCH_EXACT; i++)
		sketch_register(s, old[i]);
	sketch_register(s, hash);
}

void hash_sketch_add(struct hash_sketch *s, uint64_t hash)
{
	sketch_add32(s, (uint32_t)(hash ^ hash >> 32));
}

void hash_sketch_merge(struct hash_sketch *s, const struct hash_sketch *from)
{
	struct hash_sketch sum;
	uint32_t i;

	if (from->exact_count <= HASH_SKETCH_EXACT) {
		for (i = 0; i < from->exact_count; i++)
			sketch_add32(s, from->exact[i]);
		return;
	}
	sum = *from;
	if (s->exact_count <= HASH_SKETCH_EXACT) {
		for (i = 0; i < s->exact_count; i++)
			sketch_register(&sum, s->exact[i]);
	} else {
		for (i = 0; i < HASH_SKETCH_REGISTERS; i++)
			if (s->registers[i] > sum.registers[i])
				sum.registers[i] = s->registers[i];
	}
	*s = sum;
}

uint64_t hash_sketch_count(const struct hash_sketch *s)
{
	double m = HASH_SKETCH_REGISTERS, sum = 0, estimate;
	uint32_t i, empty = 0;

	if (s->exact_count <= HASH_SKETCH_EXACT)
		return s->exact_count;
	for (i = 0; i < HASH_SKETCH_REGISTERS; i++) {
		sum += 1.0 / (double)(1ULL << (s->registers[i] & 63));
		empty += !s->registers[i];
	}
	estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	if (estimate <= 2.5 * m && empty)
		estimate = m * log(m / empty);
	return (uint64_t)(estimate + 0.5);
}
