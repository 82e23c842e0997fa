/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pending.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 1024

struct entry {
	uint8_t table, key_len;
	bool deleted;
	uint8_t key[PENDING_KEY_MAX];
	uint32_t slot;	 /* where its number is */
	uint64_t hash;	 /* of table and key */
	size_t at, size; /* of the value in `values` */
};

struct slot {
	uint32_t number; /* of the entry, + 1; 0: free */
	uint32_t tag;	 /* of the key's hash: what differs need not be looked at */
};

struct pending {
	struct hash_key hash_key;
	struct entry *entries;
	size_t count, room;
	struct slot *slots; /* twice as many as there is room */
	uint8_t *values;
	size_t values_len, values_room;
};

struct pending *pending_new(const struct hash_key *key)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p)
		p->hash_key = *key;
	return p;
}

void pending_free(struct pending *p)
{
	if (!p)
		return;
	free(p->entries);
	free(p->slots);
	free(p->values);
	free(p);
}

static bool is_entry(const struct entry *e, const struct pending_row *row)
{
	return e->table == row->table && e->key_len == row->key_len &&
	       !memcmp(e->key, row->key, row->key_len);
}

static uint64_t hash_of(const struct pending *p, const struct pending_row *row)
{
	if (row->hash)
		return row->hash;
	return hash_bytes(&p->hash_key, row->key, row->key_len) + row->table;
}

/* Where the number of the row's entry is, or belongs; a free one has the row's tag then. */
static struct slot *slot_of(const struct pending *p, const struct pending_row *row, uint64_t hash)
{
	size_t mask = 2 * p->room - 1, i = hash & mask;
	uint32_t tag = (uint32_t)(hash >> 32);

	while (p->slots[i].number &&
	       (p->slots[i].tag != tag || !is_entry(&p->entries[p->slots[i].number - 1], row)))
		i = (i + 1) & mask;
	if (!p->slots[i].number)
		p->slots[i].tag = tag;
	return &p->slots[i];
}

static int grow(struct pending *p)
{
	size_t i, room = p->room ? 2 * p->room : FIRST_SIZE;
	struct entry *entries = realloc(p->entries, room * sizeof(*entries));
	struct slot *slots = entries ? calloc(2 * room, sizeof(*slots)) : NULL;

	if (entries)
		p->entries = entries;
	if (!slots)
		return -ENOMEM;
	free(p->slots);
	p->slots = slots;
	p->room = room;
	for (i = 0; i < p->count; i++) {
		const struct pending_row row = pending_at(p, i);
		struct slot *slot = slot_of(p, &row, row.hash);

		slot->number = (uint32_t)i + 1;
		p->entries[i].slot = (uint32_t)(slot - slots);
	}
	return 0;
}

/* Puts the value where it has room; its place in `at`. */
static int value_put(struct pending *p, const void *value, size_t size, size_t *at)
{
	uint8_t *values;
	size_t room = p->values_room ? p->values_room : FIRST_SIZE;

	while (room < p->values_len + size)
		room *= 2;
	if (room > p->values_room) {
		values = realloc(p->values, room);
		if (!values)
			return -ENOMEM;
		p->values = values;
		p->values_room = room;
	}
	memcpy(p->values + p->values_len, value, size);
	*at = p->values_len;
	p->values_len += size;
	return 0;
}

int pending_put(struct pending *p, const struct pending_row *row)
{
	size_t at = 0, size = row->value ? row->size : 0;
	uint64_t hash;
	struct slot *slot;
	struct entry *e;

	if (row->key_len > PENDING_KEY_MAX)
		return ERR_RANGE;
	if (p->count == p->room && grow(p))
		return -ENOMEM;
	hash = hash_of(p, row);
	slot = slot_of(p, row, hash);
	e = slot->number ? &p->entries[slot->number - 1] : NULL;
	if (e && size && e->size >= size) {
		memcpy(p->values + e->at, row->value, size);
		at = e->at;
	} else if (size && value_put(p, row->value, size, &at)) {
		return -ENOMEM;
	}
	if (!e) {
		e = &p->entries[p->count++];
		slot->number = (uint32_t)p->count;
		e->slot = (uint32_t)(slot - p->slots);
		e->hash = hash;
		e->table = (uint8_t)row->table;
		e->key_len = (uint8_t)row->key_len;
		memcpy(e->key, row->key, row->key_len);
	}
	e->at = at;
	e->size = size;
	e->deleted = !row->value;
	return 0;
}

bool pending_find(const struct pending *p, struct pending_row *row)
{
	uint32_t number;

	row->hash = hash_of(p, row);
	number = p->room ? slot_of(p, row, row->hash)->number : 0;
	if (!number)
		return false;
	*row = pending_at(p, number - 1);
	return true;
}

size_t pending_count(const struct pending *p)
{
	return p->count;
}

struct pending_row pending_at(const struct pending *p, size_t i)
{
	const struct entry *e = &p->entries[i];

	return (struct pending_row){ .table = e->table,
				     .key = e->key,
				     .value = e->deleted ? NULL : p->values + e->at,
				     .key_len = e->key_len,
				     .size = e->size,
				     .hash = e->hash };
}

void pending_clear(struct pending *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		p->slots[p->entries[i].slot].number = 0;
	p->count = 0;
	p->values_len = 0;
}
