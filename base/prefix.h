/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of addresses given as prefixes ("10.0.0.0/8", "2001:db8::1"), kept as sorted ranges that
 * neither touch nor overlap.
 */
#ifndef BASE_PREFIX_H
#define BASE_PREFIX_H

#include "base/addr.h"

#include <stddef.h>

struct prefix_range {
	struct addr low, high; /* both belong to the range */
};

struct prefix_set {
	struct prefix_range *ranges; /* owned */
	size_t count;
};

/* Reads one prefix or address of `len` bytes into the range it covers. 0, ERR_SYNTAX, ERR_RANGE. */
int prefix_parse(const char *text, size_t len, struct prefix_range *out);

/*
 * Adds the prefixes of `text`, separated by commas or blanks; "any" is every address. 0, -ENOMEM,
 * ERR_SYNTAX, ERR_RANGE; on failure the set stays as it was and `bad` (may be NULL) is the offset
 * of the word that is wrong.
 */
int prefix_set_parse(struct prefix_set *set, const char *text, size_t *bad);

/* Adds one range. 0 or -ENOMEM. */
int prefix_set_add(struct prefix_set *set, const struct prefix_range *range);

/* Takes every address of `other` out of `set`. 0 or -ENOMEM. */
int prefix_set_subtract(struct prefix_set *set, const struct prefix_set *other);

bool prefix_set_has(const struct prefix_set *set, const struct addr *a);

/* For who asks once a packet: what the first octet of an IPv4 address tells already. */
struct prefix_octets {
	const struct prefix_set *set; /* must outlive it, and stay as it is */
	uint8_t tells[256]; /* 0 none of these addresses is in the set, 1 all are, 2 some */
};

void prefix_octets_open(struct prefix_octets *octets, const struct prefix_set *set);

/* The same as prefix_set_has. */
static inline bool prefix_octets_has(const struct prefix_octets *octets, const struct addr *a)
{
	uint8_t tells = addr_is_v4(a) ? octets->tells[a->b[12]] : 2;

	return tells < 2 ? tells : prefix_set_has(octets->set, a);
}

/* Every address of either family is in the set. */
bool prefix_set_is_any(const struct prefix_set *set);

/*
 * The canonical text, prefixes separated by ",", "any" for everything, "" for nothing; to be freed
 * by the caller; NULL when memory is short.
 */
char *prefix_set_text(const struct prefix_set *set);

/* Frees what the set owns and empties it. */
void prefix_set_clear(struct prefix_set *set);

#endif
