/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the modules of the store share among themselves.
 */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store/expire.h"
#include "store/rocks.h"
#include "store/store.h"

#define KEY(array) ((struct rocks_key){ (array), sizeof(array) })

/* The last numbers given; stored with every batch that gave one. */
struct numbers {
	uint64_t event, job, alert, audit, judgement, trail;
};

struct store {
	struct rocks *rocks;
	struct hash_key peer_key;
	struct numbers numbers, stored;
	uint64_t services,
		services_stored; /* how many rows; stored with the batch that changes it */
	uint64_t jobs;		 /* the same, counted at each start */
	bool memory;		 /* thrown away at the end */
	char *path;		 /* of its folder; NULL in memory */
	struct store_given_up given_up;
};

#define ROW_MAX 8192 /* bytes of the largest row that is walked */

/* The row of a service's key in ROCKS_KNOWN: see known.c. */
void known_put(struct store *store, const struct rocks_key *key, const struct store_service *row);
void known_delete(struct store *store, const struct rocks_key *key);

/* Its tags: see policy/groups.c. */
void tags_delete(struct store *store, const struct rocks_key *key);

/* Calls one of the typed functions of a header. */
typedef int (*row_fn)(void *fn, void *arg, const void *row);

struct row_walk {
	size_t row_size;
	enum rocks_table
		table;	 /* where its rows may be of an earlier layout (schema/rows.h), else any */
	uint64_t before; /* rows of a numbered key with this number or a higher one are passed over;
			    0 none */
	const void *prefix; /* keys that start otherwise end the walk */
	size_t prefix_len;
	row_fn call;
	void *fn, *arg;
};

/* Takes the walk from where `cursor` stands; frees it. */
int row_walk(const struct row_walk *walk, struct rocks_cursor *cursor);

#define ROW_CALLER(name, type, function)                                 \
	static int call_##name(void *fn, void *arg, const void *row)     \
	{                                                                \
		return (*(function *)fn)(arg, (const struct type *)row); \
	}

#endif
