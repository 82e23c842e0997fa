/* SPDX-License-Identifier: Apache-2.0 */
#include "store/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 1024
#define DEAD_MOST 65536 /* deleted rows that may lie about, besides as many as there are others */

/* The rows of one table, in the order of their keys once it is `sorted`. */
struct order {
	uint32_t *numbers; /* of the rows */
	size_t count, room;
	bool sorted;
};

struct memory {
	struct hash_key key;
	struct pending *rows; /* all tables */
	size_t dead;	      /* of them are deleted; they go when the rows are packed */
	struct order orders[MEMORY_TABLES];
};

struct memory_cursor {
	const struct memory *memory;
	const struct order *order;
	size_t at; /* forwards: the next one; backwards: one past the next one */
	bool backwards;
};

struct memory *memory_new(const struct hash_key *key)
{
	struct memory *m = calloc(1, sizeof(*m));

	if (m) {
		m->key = *key;
		m->rows = pending_new(key);
	}
	if (m && !m->rows) {
		free(m);
		return NULL;
	}
	return m;
}

void memory_free(struct memory *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < MEMORY_TABLES; i++)
		free(m->orders[i].numbers);
	pending_free(m->rows);
	free(m);
}

static int compare_keys(const struct pending_row *a, const struct pending_row *b)
{
	size_t len = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order = memcmp(a->key, b->key, len);

	return order ? order : (a->key_len > b->key_len) - (a->key_len < b->key_len);
}

static int compare_numbers(const void *a, const void *b, void *rows)
{
	const struct pending_row x = pending_at(rows, *(const uint32_t *)a),
				 y = pending_at(rows, *(const uint32_t *)b);

	return compare_keys(&x, &y);
}

/* A new row: most keys come in their order. */
static int order_add(struct memory *m, struct order *o, uint32_t number)
{
	size_t room = o->room ? 2 * o->room : FIRST_SIZE;
	uint32_t *numbers;

	if (o->count == o->room) {
		numbers = realloc(o->numbers, room * sizeof(*numbers));
		if (!numbers)
			return -ENOMEM;
		o->numbers = numbers;
		o->room = room;
	}
	o->sorted = !o->count ||
		    (o->sorted && compare_numbers(&o->numbers[o->count - 1], &number, m->rows) < 0);
	o->numbers[o->count++] = number;
	return 0;
}

int memory_put(struct memory *m, const struct pending_row *row)
{
	struct pending_row old = *row, now = *row;
	bool found = pending_find(m->rows, &old), lived = found && old.value;
	size_t before = pending_count(m->rows);
	int rc;

	if (!found && !row->value)
		return 0;
	now.hash = old.hash;
	rc = pending_put(m->rows, &now);
	if (rc)
		return rc;
	m->dead -= found && !lived && row->value;
	m->dead += lived && !row->value;
	return found ? 0 : order_add(m, &m->orders[row->table], (uint32_t)before);
}

/* Copies the rows that are left, in the order in which they came. */
static int copy_left(const struct memory *from, struct memory *to)
{
	struct pending_row row;
	size_t i;
	int rc = 0;

	for (i = 0; i < pending_count(from->rows) && !rc; i++) {
		row = pending_at(from->rows, i);
		if (row.value)
			rc = memory_put(to, &row);
	}
	return rc;
}

int memory_pack(struct memory *m)
{
	struct memory *packed, old;
	int rc;

	if (m->dead <= pending_count(m->rows) - m->dead + DEAD_MOST)
		return 0;
	packed = memory_new(&m->key);
	rc = packed ? copy_left(m, packed) : -ENOMEM;
	if (!rc) {
		old = *m;
		*m = *packed;
		*packed = old;
	}
	memory_free(packed);
	return rc;
}

bool memory_find(const struct memory *m, struct pending_row *row)
{
	return pending_find(m->rows, row) && row->value;
}

static const struct order *order_of(struct memory *m, unsigned table)
{
	struct order *o = &m->orders[table];

	if (!o->sorted && o->count)
		qsort_r(o->numbers, o->count, sizeof(*o->numbers), compare_numbers, m->rows);
	o->sorted = true;
	return o;
}

/* The place of the first key not before that of `from`. */
static size_t order_find(const struct memory *m, const struct order *o,
			 const struct pending_row *from)
{
	size_t low = 0, high = o->count, middle;

	while (low < high) {
		const struct pending_row row =
			pending_at(m->rows, o->numbers[middle = (low + high) / 2]);

		if (compare_keys(&row, from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int memory_delete_range(struct memory *m, const struct pending_row *from,
			const struct pending_row *to)
{
	const struct order *o = order_of(m, from->table);
	size_t i = order_find(m, o, from), end = order_find(m, o, to);
	struct pending_row row;
	int rc = 0;

	for (; i < end && !rc; i++) {
		row = pending_at(m->rows, o->numbers[i]);
		row.value = NULL;
		rc = memory_put(m, &row);
	}
	return rc;
}

struct memory_cursor *memory_cursor_new(struct memory *m, const struct pending_row *from,
					bool backwards)
{
	struct memory_cursor *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->memory = m;
	c->order = order_of(m, from->table);
	c->backwards = backwards;
	c->at = backwards ? c->order->count : order_find(m, c->order, from);
	return c;
}

void memory_cursor_free(struct memory_cursor *c)
{
	free(c);
}

bool memory_cursor_next(struct memory_cursor *c, struct pending_row *out)
{
	size_t i;

	while (c->backwards ? c->at > 0 : c->at < c->order->count) {
		i = c->backwards ? --c->at : c->at++;
		*out = pending_at(c->memory->rows, c->order->numbers[i]);
		if (out->value)
			return true;
	}
	return false;
}
