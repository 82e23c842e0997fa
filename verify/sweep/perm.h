/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random order of the numbers below `size`, each exactly once, without memory of which were
 * there: a Feistel network (Luby and Rackoff) over the smallest power of two, walked until it falls
 * below `size` (Black and Rogaway 2002). It depends on the seed alone. Not for secrets.
 */
#ifndef VERIFY_SWEEP_PERM_H
#define VERIFY_SWEEP_PERM_H

#include <stdint.h>

#define PERM_ROUNDS 8

struct perm {
	uint64_t size;
	uint64_t left_mask, right_mask;
	unsigned right_bits;
	uint64_t keys[PERM_ROUNDS];
};

/* `size` from 1 to 2^63. */
void perm_open(struct perm *p, uint64_t size, uint64_t seed);

/* What stands at `place`, which is below the size. */
uint64_t perm_at(const struct perm *p, uint64_t place);

#endif
