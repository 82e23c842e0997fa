/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/judge/index.h"

#include "rules/judge/deny.h"
#include "rules/judge/needs.h"

#include <stdlib.h>

struct bucket {
	struct need key;
	uint32_t count, room; /* count 0: empty */
	uint32_t *rules;      /* owned, ascending */
};

struct index {
	struct bucket *buckets; /* owned; as many as a power of two */
	size_t room, used;
	size_t count; /* of the list */
	struct bucket always;
	needs_lengths lengths;
	struct index *denied; /* owned; which statements cannot hold under a key; NULL: of none */
};

/* So many statements under one key, and it is worth the while to know which of them cannot hold. */
#define DENY_FROM 128
#define DENY_MOST 65536 /* statements of which that may be known: one place on the stack each */

/* The keys are those of the rules, which no stranger writes. */
static size_t hash(const struct need *key)
{
	uint64_t a, b, h;

	memcpy(&a, key->bytes, sizeof(a));
	memcpy(&b, key->bytes + sizeof(a), sizeof(b));
	h = (a ^ (uint64_t)key->field << 56 ^ (uint64_t)key->bits << 48) *
	    UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32 ^ b) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 32) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(h ^ h >> 32);
}

/* The bucket of the key, or the empty one where it would be. */
static struct bucket *seek(const struct index *index, const struct need *key)
{
	size_t i = hash(key) & (index->room - 1);

	while (index->buckets[i].count && memcmp(&index->buckets[i].key, key, sizeof(*key)) != 0)
		i = (i + 1) & (index->room - 1);
	return &index->buckets[i];
}

static int widen(struct index *index)
{
	struct index wide = { .room = index->room ? index->room * 2 : 1024 };
	size_t i;

	if (index->used * 2 < index->room)
		return 0;
	wide.buckets = calloc(wide.room, sizeof(*wide.buckets));
	if (!wide.buckets)
		return -1;
	for (i = 0; i < index->room; i++)
		if (index->buckets[i].count)
			*seek(&wide, &index->buckets[i].key) = index->buckets[i];
	free(index->buckets);
	index->buckets = wide.buckets;
	index->room = wide.room;
	return 0;
}

static int append(struct bucket *bucket, uint32_t number)
{
	uint32_t room = bucket->room ? bucket->room * 2 : 2, *grown;

	if (bucket->count == bucket->room) {
		grown = realloc(bucket->rules, room * sizeof(*grown));
		if (!grown)
			return -1;
		bucket->rules = grown;
		bucket->room = room;
	}
	bucket->rules[bucket->count++] = number;
	return 0;
}

/* For needs_find. */
static uint32_t load(const void *arg, const struct need *key)
{
	return seek(arg, key)->count;
}

static int file_under(struct index *index, const struct needs *keys, uint32_t number)
{
	size_t i;

	for (i = 0; i < keys->count; i++) {
		const struct need *key = &keys->list[i];
		struct bucket *bucket;

		if (widen(index))
			return -1;
		bucket = seek(index, key);
		if (!bucket->count) {
			bucket->key = *key;
			index->used++;
		}
		if (append(bucket, number))
			return -1;
		index->lengths[key->field][key->bits / 64] |= UINT64_C(1) << key->bits % 64;
	}
	return 0;
}

static int file(struct index *index, const struct rule *rule, uint32_t number)
{
	struct needs keys;

	if (!needs_find(&rule->clause, load, index, &keys))
		return append(&index->always, number);
	return file_under(index, &keys, number);
}

/* Files a statement under what it denies. */
static int deny(struct index *index, const struct rule *rule, uint32_t number)
{
	struct needs keys;
	size_t field;

	for (field = 0; field < NEED_FIELD_END; field++) {
		deny_find(&rule->clause, field, &keys);
		if (keys.count && file_under(index, &keys, number))
			return -1;
	}
	return 0;
}

/* NULL: no memory. */
static struct index *denied_new(const struct rule *list, size_t count)
{
	struct index *index = calloc(1, sizeof(*index));
	size_t i;

	if (!index || widen(index)) {
		free(index);
		return NULL;
	}
	for (i = 0; i < count && i < DENY_MOST; i++)
		if (list[i].verb != WORD_NOPROBE && deny(index, &list[i], (uint32_t)i)) {
			index_free(index);
			return NULL;
		}
	/* Names are met as they are (deny_meet_names), not by a hash that another one may share. */
	for (i = 0; i < NEED_FIELD_END; i++)
		if (deny_is_name(i))
			memset(index->lengths[i], 0, sizeof(index->lengths[i]));
	return index;
}

struct index *index_new(const struct rule *list, size_t count)
{
	struct index *index = calloc(1, sizeof(*index));
	size_t i;

	if (!index || widen(index)) {
		free(index);
		return NULL;
	}
	index->count = count;
	for (i = 0; i < count; i++)
		if (list[i].verb != WORD_NOPROBE && file(index, &list[i], (uint32_t)i)) {
			index_free(index);
			return NULL;
		}
	if (count >= DENY_FROM && !(index->denied = denied_new(list, count))) {
		index_free(index);
		return NULL;
	}
	return index;
}

void index_free(struct index *index)
{
	size_t i;

	if (!index)
		return;
	for (i = 0; i < index->room; i++)
		free(index->buckets[i].rules);
	index_free(index->denied);
	free(index->buckets);
	free(index->always.rules);
	free(index);
}

/* Who asks, and the first statement found so far that speaks of the case. */
struct asking {
	const struct index *index;
	const struct rule *list;
	const struct word_case *c;
	size_t count;
	uint32_t best;
	bool marked;			 /* `denied` is filled */
	uint64_t denied[DENY_MOST / 64]; /* a bit each: it cannot hold */
};

static void mark(void *arg, const struct need *key)
{
	struct asking *a = arg;
	const struct bucket *bucket = seek(a->index->denied, key);
	uint32_t i;

	for (i = 0; i < bucket->count; i++)
		a->denied[bucket->rules[i] / 64] |= UINT64_C(1) << bucket->rules[i] % 64;
}

static void mark_denied(struct asking *a)
{
	const struct index *denied = a->index->denied;

	a->marked = true;
	memset(a->denied, 0, (a->count < DENY_MOST ? (a->count + 63) / 64 : DENY_MOST / 64) * 8);
	if (!denied || !denied->used)
		return;
	needs_meet(a->c, denied->lengths, mark, a);
	deny_meet_names(a->c, mark, a);
}

static bool is_denied(const struct asking *a, uint32_t number)
{
	return a->marked && number < DENY_MOST && a->denied[number / 64] >> number % 64 & 1;
}

static void ask(struct asking *a, const struct bucket *bucket)
{
	uint32_t i;

	if (bucket->count >= DENY_FROM && !a->marked)
		mark_denied(a);
	for (i = 0; i < bucket->count && bucket->rules[i] < a->best; i++)
		if (!is_denied(a, bucket->rules[i]) &&
		    rule_matches(&a->list[bucket->rules[i]], a->c)) {
			a->best = bucket->rules[i];
			return;
		}
}

static void ask_key(void *arg, const struct need *key)
{
	struct asking *a = arg;

	ask(a, seek(a->index, key));
}

const struct rule *index_find(const struct index *index, const struct rule *list,
			      const struct word_case *c)
{
	struct asking a; /* most of it is filled only when it is wanted */

	a.index = index;
	a.list = list;
	a.c = c;
	a.count = index->count;
	a.best = UINT32_MAX;
	a.marked = false;

	ask(&a, &index->always);
	needs_meet(c, index->lengths, ask_key, &a);
	return a.best == UINT32_MAX ? NULL : &list[a.best];
}
