/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What statements are filed under, and what a finding meets: an address or a number under its
 * prefixes, a name under itself, a glob under a few bytes that are in whatever it fits, a fact
 * under being known. A finding that a statement speaks of meets one of the statement's keys.
 */
#ifndef RULES_JUDGE_NEEDS_H
#define RULES_JUDGE_NEEDS_H

#include "rules/clause.h"

#define NEEDS_MAX 64 /* under so many a statement may be filed */
#define NEED_SIZE 16

/* How a condition is filed: of a name the hash (whoever meets it by chance is asked in vain). */
enum need_kind {
	NEED_PREFIX, /* address or number: the first bits */
	NEED_NAME,   /* a hash of the whole */
	NEED_BYTES,  /* up to 8 bytes in a row of a name, its ends marked */
	NEED_VALUE,  /* the value from a list */
	NEED_KNOWN,  /* that there is such a fact */
};

/* X(constant, condition, kind, bytes) */
#define NEED_FIELD_LIST(X)                                 \
	X(NEED_HOST, WORD_HOST, NEED_PREFIX, 16)           \
	X(NEED_PORT, WORD_PORT, NEED_PREFIX, 2)            \
	X(NEED_APP, WORD_APP, NEED_NAME, 8)                \
	X(NEED_APP_BYTES, WORD_APP, NEED_BYTES, 8)         \
	X(NEED_PRODUCT, WORD_PRODUCT, NEED_NAME, 8)        \
	X(NEED_PRODUCT_BYTES, WORD_PRODUCT, NEED_BYTES, 8) \
	X(NEED_VERSION, WORD_VERSION, NEED_NAME, 8)        \
	X(NEED_VERSION_BYTES, WORD_VERSION, NEED_BYTES, 8) \
	X(NEED_PEER, WORD_PEER, NEED_PREFIX, 16)           \
	X(NEED_COUNTRY, WORD_COUNTRY, NEED_NAME, 8)        \
	X(NEED_AS, WORD_AS, NEED_PREFIX, 4)                \
	X(NEED_VLAN, WORD_VLAN, NEED_PREFIX, 4)            \
	X(NEED_OWNER, WORD_OWNER, NEED_NAME, 8)            \
	X(NEED_OWNER_BYTES, WORD_OWNER, NEED_BYTES, 8)     \
	X(NEED_TAGGED, WORD_TAGGED, NEED_NAME, 8)          \
	X(NEED_TAGGED_BYTES, WORD_TAGGED, NEED_BYTES, 8)   \
	X(NEED_ZONE, WORD_ZONE, NEED_NAME, 8)              \
	X(NEED_ZONE_BYTES, WORD_ZONE, NEED_BYTES, 8)       \
	X(NEED_VANTAGE, WORD_VANTAGE, NEED_NAME, 8)        \
	X(NEED_TIME, WORD_TIME, NEED_PREFIX, 2)            \
	X(NEED_EVENT, WORD_EVENT, NEED_VALUE, 1)           \
	X(NEED_STATE, WORD_STATE, NEED_VALUE, 1)           \
	X(NEED_EVIDENCE, WORD_EVIDENCE, NEED_VALUE, 1)     \
	X(NEED_TUNNEL, WORD_TUNNEL, NEED_VALUE, 1)         \
	X(NEED_DAY, WORD_DAY, NEED_VALUE, 1)               \
	X(NEED_NOAUTH, WORD_NOAUTH, NEED_KNOWN, 1)         \
	X(NEED_WEAK_TLS, WORD_WEAK_TLS, NEED_KNOWN, 1)     \
	X(NEED_SELFSIGNED, WORD_SELFSIGNED, NEED_KNOWN, 1) \
	X(NEED_AMPLIFIES, WORD_AMPLIFIES, NEED_KNOWN, 1)   \
	X(NEED_EXPIRES, WORD_EXPIRES, NEED_KNOWN, 1)

#define NEED_ENUM(id, ...) id,
enum need_field { NEED_FIELD_LIST(NEED_ENUM) NEED_FIELD_END };
#undef NEED_ENUM

/* The first `bits` of the bytes; the rest of them is zero. */
struct need {
	uint8_t field, bits;
	uint8_t bytes[NEED_SIZE];
};

/* The keys a statement could be filed under. */
struct needs {
	struct need list[NEEDS_MAX];
	size_t count;
	double share; /* of all findings that may meet it: a guess */
};

/* How many are filed under the key already. */
typedef uint32_t (*needs_load_fn)(const void *arg, const struct need *key);

/* The keys of whichever condition fewest findings meet; false: there is none to file it under. */
bool needs_find(const struct clause *clause, needs_load_fn load, const void *arg,
		struct needs *out);

/* Adds the keys of a set's ranges, of the values of a mask; no more than there is room for. */
void needs_add_ranges(const struct set *set, size_t field, struct needs *out);
void needs_add_values(uint32_t mask, size_t field, struct needs *out);

/* Bit n of a field: some key of it has n bits. */
typedef uint64_t needs_lengths[NEED_FIELD_END][3];

/* Calls `fn` with every key the case meets, of lengths there are; with some more than once. */
void needs_meet(const struct word_case *c, const uint64_t (*lengths)[3],
		void (*fn)(void *arg, const struct need *key), void *arg);

#endif
