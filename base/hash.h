/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyed hashing (outsiders choose what we hash, so the key is secret) and the sketch that counts
 * distinct things in bounded memory.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k[2];
};

/* A key from the kernel's random source. */
struct hash_key hash_key_new(void);

/* SipHash-1-3 (Aumasson and Bernstein): for tables, not for signatures. */
uint64_t hash_bytes(const struct hash_key *key, const void *bytes, size_t len);

#define HASH_SKETCH_EXACT 32
#define HASH_SKETCH_REGISTERS 128

/*
 * Distinct count: exact up to HASH_SKETCH_EXACT, beyond it HyperLogLog (Flajolet et al. 2007) with
 * HASH_SKETCH_REGISTERS registers, standard error 9 %. Plain bytes; all zero is the empty sketch.
 */
struct hash_sketch {
	uint32_t exact_count; /* HASH_SKETCH_EXACT + 1: the registers are in use */
	union {
		uint32_t exact[HASH_SKETCH_EXACT];
		uint8_t registers[HASH_SKETCH_REGISTERS];
	};
};

/* Adds one thing by its 64-bit hash. */
void hash_sketch_add(struct hash_sketch *s, uint64_t hash);

/* Adds all that `from` holds. */
void hash_sketch_merge(struct hash_sketch *s, const struct hash_sketch *from);

/* How many distinct things were added, exact or estimated. */
uint64_t hash_sketch_count(const struct hash_sketch *s);

#endif
