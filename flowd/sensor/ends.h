/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations by their two ends: a hash that is the same for both directions, and the places of a
 * table, of which a set of eight fills one line of the processor's cache.
 */
#ifndef FLOWD_SENSOR_ENDS_H
#define FLOWD_SENSOR_ENDS_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/mono.h"

#include <stdbool.h>

#define ENDS_WAYS 8 /* places that a conversation may be at */

/* What is looked at to find a place. */
struct ends_spot {
	uint16_t tag; /* of the hash; 0: the place is free */
	uint16_t dear;
	uint32_t time; /* of the latest packet, in 65.5 ms; it wraps after nine years */
};

struct ends {
	struct ends_spot *spots; /* owned */
	size_t set_mask;
};

/* Places for `limit` conversations at least. False when memory is short. */
bool ends_open(struct ends *ends, size_t limit);
void ends_close(struct ends *ends);

/*
 * A row of `size` bytes for each place, all zero; NULL when memory is short. Freed before the ends.
 */
void *ends_rows(const struct ends *ends, size_t size);
void ends_rows_free(const struct ends *ends, void *rows, size_t size);

/* How many places there are. */
static inline size_t ends_size(const struct ends *ends)
{
	return (ends->set_mask + 1) * ENDS_WAYS;
}

/* The 128-bit product, folded: what an outsider adds to one factor does not add to the result. */
static inline uint64_t ends_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* One end, mixed by itself with the secret; only afterwards may the two be added. */
static inline uint64_t ends_hash_one(const struct hash_key *key, const struct addr *addr,
				     uint16_t port)
{
	uint64_t x[2];

	memcpy(x, addr, sizeof(x));
	return ends_fold(x[0] ^ key->k[0] ^ (uint64_t)port << 40, x[1] ^ key->k[1]);
}

/* The first of the places where a conversation with this hash may be, and its tag there. */
static inline size_t ends_set(const struct ends *ends, uint64_t hash)
{
	return (hash >> 16 & ends->set_mask) * ENDS_WAYS;
}

static inline uint16_t ends_tag(uint64_t hash)
{
	return (uint16_t)hash | 1;
}

/*
 * A packet of this conversation will be taken soon: brings the places where it may be into the
 * cache; a little later ends_guess tells at which of them it is, or would be put.
 */
static inline void ends_fetch(const struct ends *ends, uint64_t hash)
{
	__builtin_prefetch(&ends->spots[ends_set(ends, hash)], 1);
}

size_t ends_guess(const struct ends *ends, uint64_t hash);

/* A place for a conversation: a free one, else the one idle longest, those that are dear last. */
size_t ends_place(const struct ends *ends, uint64_t hash);

/* The conversation at a place was met. */
static inline void ends_touch(struct ends *ends, size_t place, wall_t time)
{
	ends->spots[place].time = (uint32_t)(time >> 16);
}

#endif
