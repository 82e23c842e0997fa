/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has been put and is not committed yet: each key once, with what was said of it last.
 */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PENDING_KEY_MAX 48

struct pending;

struct pending_row {
	unsigned table;
	const void *key, *value; /* borrowed until the next change; value NULL: to be deleted */
	size_t key_len, size;
	uint64_t hash; /* of the key, kept for those with the same hash key; 0: not known yet */
};

/* Rows may go from one to another of the same key. NULL when memory is short. */
struct pending *pending_new(const struct hash_key *key);
void pending_free(struct pending *p);

/* Puts a row in place of what was there. 0; -ENOMEM; ERR_RANGE: the key is too long. */
int pending_put(struct pending *p, const struct pending_row *row);

/* Fills `value`, `size` and `hash` of a row given by table and key; false: nothing is pending
 * there, and only the hash is filled. */
bool pending_find(const struct pending *p, struct pending_row *row);

/* How many rows there are, and each of them in the order they first came. */
size_t pending_count(const struct pending *p);
struct pending_row pending_at(const struct pending *p, size_t i);

void pending_clear(struct pending *p);

#endif
