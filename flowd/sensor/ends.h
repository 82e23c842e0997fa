/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations by their two ends: a hash that is the same for both directions, and a table of
 * which a set of eight places fills one line of the processor's cache. What is known of a
 * conversation stands in a row apart; rows are taken in turn, so that few conversations touch
 * little memory and those of the same time are neighbours.
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
	uint64_t row : 27; /* 0: the place has never been taken */
	uint64_t dear : 1;
	uint64_t tag : 13;  /* of the hash */
	uint64_t time : 23; /* of the latest packet, in 65.5 ms; it wraps after six days */
};

struct ends {
	struct ends_spot *spots; /* owned */
	size_t set_mask;
	char *rows; /* owned; row 0 is nobody's */
	size_t row_size;
	uint32_t used;	/* rows that have been taken, 0 among them */
	uint32_t now;	/* of the latest packet, as in a spot */
	uint32_t stale; /* who has been idle for longer and is not dear goes before a new row is
			   taken */
};

/*
 * Places for `limit` conversations at least (below 2^27), with a row of `row_size` bytes each, zero
 * when it is first taken. False when memory is short.
 */
bool ends_open(struct ends *ends, size_t limit, size_t row_size, wall_t stale);
void ends_close(struct ends *ends);

/* How many places there are. */
static inline size_t ends_size(const struct ends *ends)
{
	return (ends->set_mask + 1) * ENDS_WAYS;
}

/* The row of a place that has been taken. */
static inline void *ends_row(const struct ends *ends, size_t place)
{
	return ends->rows + ends->spots[place].row * ends->row_size;
}

/* The rows that have been taken one by one, from `at` (0 first) on, which moves; NULL at the end.
 */
void *ends_next(const struct ends *ends, size_t *at);

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

static inline uint64_t ends_tag(uint64_t hash)
{
	return hash & 0x1fff;
}

/* Is it perhaps the conversation at this place? */
static inline bool ends_may_be(const struct ends *ends, size_t place, uint64_t hash)
{
	return ends->spots[place].tag == ends_tag(hash) && ends->spots[place].row;
}

/*
 * A packet of this conversation will be taken soon: brings the places where it may be into the
 * cache; a little later ends_guess tells which row is perhaps its, or NULL.
 */
static inline void ends_fetch(const struct ends *ends, uint64_t hash)
{
	__builtin_prefetch(&ends->spots[ends_set(ends, hash)], 1);
}

const char *ends_guess(const struct ends *ends, uint64_t hash);

/*
 * A place for a conversation, which has a row from now on: one whose conversation is stale, a free
 * one, else the one idle longest, those that are dear last.
 */
size_t ends_place(struct ends *ends, uint64_t hash);

/* The place is this conversation's, which is not dear. */
static inline void ends_take(struct ends *ends, size_t place, uint64_t hash)
{
	ends->spots[place].tag = ends_tag(hash);
	ends->spots[place].dear = 0;
}

/* The conversation at a place was met. */
static inline void ends_touch(struct ends *ends, size_t place, wall_t time)
{
	ends->now = (uint32_t)(time >> 16) & 0x7fffff;
	ends->spots[place].time = ends->now;
}

#endif
