/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a store that is thrown away at the end: rows in memory, by key, and walks in the
 * order of the keys. What is deleted keeps its room until memory_pack.
 */
#ifndef STORE_MEMORY_H
#define STORE_MEMORY_H

#include "store/pending.h"

#define MEMORY_TABLES 48

struct memory;
struct memory_cursor;

/* NULL when memory is short. */
struct memory *memory_new(const struct hash_key *key);
void memory_free(struct memory *memory);

/* As pending_put: 0, -ENOMEM, ERR_RANGE. */
int memory_put(struct memory *memory, const struct pending_row *row);

/* Gives back the room of deleted rows when they are more than the others; no walk may be under way.
 * 0 or -ENOMEM. */
int memory_pack(struct memory *memory);

/* Fills `value` and `size` of a row given by table and key; false: there is none. */
bool memory_find(const struct memory *memory, struct pending_row *row);

/* Deletes the keys of a table in [from, to). 0 or -ENOMEM. */
int memory_delete_range(struct memory *memory, const struct pending_row *from,
			const struct pending_row *to);

/*
 * A walk from the first key not before `from` on (its table and key count), or backwards from the
 * last one; nothing may be put while it lasts. NULL when memory is short.
 */
struct memory_cursor *memory_cursor_new(struct memory *memory, const struct pending_row *from,
					bool backwards);
void memory_cursor_free(struct memory_cursor *cursor);

/* The next row, borrowed until something is put; false at the end. */
bool memory_cursor_next(struct memory_cursor *cursor, struct pending_row *out);

#endif
