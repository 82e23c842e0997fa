/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/perm.h"

/* The finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

void perm_open(struct perm *p, uint64_t size, uint64_t seed)
{
	unsigned bits = 0, left, i;

	while (bits < 63 && 1ULL << bits < size)
		bits++;
	left = bits / 2;
	p->size = size;
	p->right_bits = bits - left;
	p->left_mask = (1ULL << left) - 1;
	p->right_mask = (1ULL << p->right_bits) - 1;
	for (i = 0; i < PERM_ROUNDS; i++)
		p->keys[i] = mix(seed + (i + 1) * 0x9e3779b97f4a7c15ULL);
}

static uint64_t once(const struct perm *p, uint64_t x)
{
	uint64_t left = x >> p->right_bits, right = x & p->right_mask;
	unsigned i;

	for (i = 0; i < PERM_ROUNDS; i += 2) {
		left ^= mix(right + p->keys[i]) & p->left_mask;
		right ^= mix(left + p->keys[i + 1]) & p->right_mask;
	}
	return left << p->right_bits | right;
}

uint64_t perm_at(const struct perm *p, uint64_t place)
{
	/* A bijection, so the walk comes back below the size, at the latest where it began. */
	do
		place = once(p, place);
	while (place >= p->size);
	return place;
}
