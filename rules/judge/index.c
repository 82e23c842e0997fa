/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/judge/index.h"

#include "rules/item.h"

#include <stdlib.h>

#define KEYS_MAX 64 /* under so many prefixes or names a statement may be filed */

/* X(condition, bytes of its key, prefixes of it are kept); of a name the hash: whoever meets it by
   chance is asked in vain. */
#define FIELD_LIST(X)             \
	X(WORD_HOST, 16, true)    \
	X(WORD_PORT, 2, true)     \
	X(WORD_APP, 8, false)     \
	X(WORD_PRODUCT, 8, false) \
	X(WORD_VERSION, 8, false) \
	X(WORD_PEER, 16, true)    \
	X(WORD_COUNTRY, 8, false) \
	X(WORD_AS, 4, true)       \
	X(WORD_EVENT, 1, true)    \
	X(WORD_STATE, 1, true)

#define KEY_SIZE 16

#define FIELD_OF(condition, size, prefixes) { condition, size, prefixes },
static const struct field {
	enum word_condition condition;
	uint8_t size;
	bool prefixes;
} fields[] = { FIELD_LIST(FIELD_OF) };

#define FIELD_COUNT (sizeof(fields) / sizeof(*fields))

/* The first `bits` of the bytes; the rest of them is zero. */
struct key {
	uint8_t field, bits;
	uint8_t bytes[KEY_SIZE];
};

struct bucket {
	struct key key;
	uint32_t count, room; /* count 0: empty */
	uint32_t *rules;      /* owned, ascending */
};

struct index {
	struct bucket *buckets; /* owned; as many as a power of two */
	size_t room, used;
	struct bucket always;
	uint64_t lengths[FIELD_COUNT][3]; /* bit n: some key has n bits */
};

/* FNV-1a. The keys are those of the rules, which no stranger writes. */
static uint64_t fnv(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

static size_t hash(const struct key *key)
{
	return (size_t)fnv(key, sizeof(*key));
}

static void put_name(uint8_t *out, const char *name)
{
	uint64_t h = fnv(name, strlen(name));

	memcpy(out, &h, sizeof(h));
}

/* The bucket of the key, or the empty one where it would be. */
static struct bucket *seek(const struct index *index, const struct key *key)
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

static void mask_bits(uint8_t *bytes, unsigned size, unsigned bits)
{
	unsigned i = bits / 8;

	if (i < size && bits % 8) {
		bytes[i] &= (uint8_t)(0xff << (8 - bits % 8));
		i++;
	}
	for (; i < size; i++)
		bytes[i] = 0;
}

/* The keys a statement could be filed under. */
struct keys {
	struct key list[KEYS_MAX];
	size_t count;
	double share; /* of all findings that may meet it: a guess */
};

static struct key *add_key(struct keys *keys, size_t field, unsigned bits, const void *bytes)
{
	struct key *key;

	if (keys->count == KEYS_MAX)
		return NULL;
	key = &keys->list[keys->count++];
	memset(key, 0, sizeof(*key));
	key->field = (uint8_t)field;
	key->bits = (uint8_t)bits;
	memcpy(key->bytes, bytes, fields[field].size);
	mask_bits(key->bytes, fields[field].size, bits);
	return key;
}

/* The last one of those that begin with the first `bits`. */
static void last_of(const uint8_t *low, unsigned size, unsigned bits, uint8_t *out)
{
	unsigned i;

	memcpy(out, low, size);
	for (i = bits; i < size * 8; i++)
		out[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* A wide prefix is met by many. Of addresses those of IPv4 are in the last 32 bits. */
static double share_of(const struct key *key, unsigned size)
{
	unsigned bits = key->bits, i;
	double share = 1;

	for (i = size == 16 ? 96 : 0; i < bits; i++)
		share /= 2;
	return share;
}

/* Cuts a range into prefixes. False: they are too many. */
static bool add_range(struct keys *keys, size_t field, const uint8_t *from, const uint8_t *to)
{
	unsigned size = fields[field].size, bits, i;
	uint8_t low[16], end[16], wider[16], start[16];
	struct key *key;

	memcpy(low, from, size);
	for (;;) {
		bits = size * 8;
		memcpy(end, low, size);
		while (bits) {
			memcpy(start, low, size);
			mask_bits(start, size, bits - 1);
			last_of(low, size, bits - 1, wider);
			if (memcmp(start, low, size) != 0 || memcmp(wider, to, size) > 0)
				break;
			memcpy(end, wider, size);
			bits--;
		}
		if (!(key = add_key(keys, field, bits, low)))
			return false;
		keys->share += share_of(key, size);
		if (!memcmp(end, to, size))
			return true;
		memcpy(low, end, size);
		for (i = size; i-- > 0 && !++low[i];)
			;
	}
}

static void put_number(uint8_t *out, unsigned size, uint32_t n)
{
	while (size--) {
		out[size] = (uint8_t)n;
		n >>= 8;
	}
}

static bool add_number_range(struct keys *keys, size_t field, const struct set_range *r)
{
	uint8_t low[4], high[4];

	put_number(low, fields[field].size, r->low);
	put_number(high, fields[field].size, r->high);
	return add_range(keys, field, low, high);
}

static bool add_name(struct keys *keys, size_t field, const struct set_name *name)
{
	uint8_t bytes[KEY_SIZE];

	if (item_is_glob(name))
		return false;
	put_name(bytes, name->text);
	keys->share += 0.02;
	return add_key(keys, field, 64, bytes);
}

static bool add_mask(struct keys *keys, size_t field, uint32_t mask)
{
	uint8_t i;

	for (i = 0; i < 32; i++)
		if (mask >> i & 1) {
			keys->share += 0.1;
			if (!add_key(keys, field, 8, &i))
				return false;
		}
	return true;
}

/* The keys of one field of a statement. False: it cannot be filed there. */
static bool find_keys(const struct clause *clause, size_t field, struct keys *keys)
{
	enum word_condition c = fields[field].condition;
	const struct set *set = clause->sets[c];
	const struct prefix_range *prefixes;
	size_t i;
	bool ok = true;

	keys->count = 0;
	keys->share = 0;
	if (!(clause->has >> c & 1) || clause->negated >> c & 1)
		return false;
	if (!set)
		return add_mask(keys, field, clause->masks[c]);
	/* Home and assets are not among the addresses. */
	if (set->home || set->assets || set->all->count > KEYS_MAX || !set->all->count)
		return false;
	prefixes = set->all->items;
	for (i = 0; i < set->all->count && ok; i++) {
		if (!fields[field].prefixes)
			ok = add_name(keys, field, (struct set_name *)set->all->items + i);
		else if (set->kind == SET_PREFIXES)
			ok = add_range(keys, field, prefixes[i].low.b, prefixes[i].high.b);
		else
			ok = add_number_range(keys, field, (struct set_range *)set->all->items + i);
	}
	return ok;
}

/* How many statements a finding that meets these is probably asked about. */
static double cost_of(const struct index *index, const struct keys *keys)
{
	uint32_t longest = 0;
	size_t i;

	for (i = 0; i < keys->count; i++) {
		const struct bucket *bucket = seek(index, &keys->list[i]);

		if (bucket->count > longest)
			longest = bucket->count;
	}
	return (longest + 1) * (keys->share > 1e-5 ? keys->share : 1e-5);
}

static int file_under(struct index *index, const struct keys *keys, uint32_t number)
{
	size_t i;

	for (i = 0; i < keys->count; i++) {
		const struct key *key = &keys->list[i];
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
	struct keys keys, best = { .count = 0 };
	double cost, least = 0;
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++) {
		if (!find_keys(&rule->clause, i, &keys))
			continue;
		cost = cost_of(index, &keys);
		if (!best.count || cost < least) {
			best = keys;
			least = cost;
		}
	}
	return best.count ? file_under(index, &best, number) : append(&index->always, number);
}

struct index *index_new(const struct rule *list, size_t count)
{
	struct index *index = calloc(1, sizeof(*index));
	size_t i;

	if (!index || widen(index)) {
		free(index);
		return NULL;
	}
	for (i = 0; i < count; i++)
		if (list[i].verb != WORD_NOPROBE && file(index, &list[i], (uint32_t)i)) {
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
	free(index->buckets);
	free(index->always.rules);
	free(index);
}

/* The bytes of the field as they are filed. */
static void value_of(size_t field, const struct word_case *c, uint8_t *out)
{
	const struct finding *f = c->finding;

	switch (fields[field].condition) {
	case WORD_HOST:
		memcpy(out, f->service.host.b, 16);
		return;
	case WORD_PEER:
		memcpy(out, f->peer.b, 16);
		return;
	case WORD_PORT:
		put_number(out, 2, f->service.port);
		return;
	case WORD_AS:
		put_number(out, 4, f->peer_origin.as_number);
		return;
	case WORD_EVENT:
		out[0] = f->event;
		return;
	case WORD_STATE:
		out[0] = f->state;
		return;
	case WORD_COUNTRY:
		put_name(out, c->country);
		return;
	case WORD_PRODUCT:
		put_name(out, c->product);
		return;
	case WORD_VERSION:
		put_name(out, c->version);
		return;
	default:
		put_name(out, c->app);
		return;
	}
}

/* The first in the bucket that speaks of the case and comes before `best`; else `best`. */
static uint32_t ask(const struct bucket *bucket, const struct rule *list, const struct word_case *c,
		    uint32_t best)
{
	uint32_t i;

	for (i = 0; i < bucket->count && bucket->rules[i] < best; i++)
		if (rule_matches(&list[bucket->rules[i]], c))
			return bucket->rules[i];
	return best;
}

const struct rule *index_find(const struct index *index, const struct rule *list,
			      const struct word_case *c)
{
	uint32_t best = ask(&index->always, list, c, UINT32_MAX);
	uint8_t value[KEY_SIZE];
	struct key key;
	uint64_t left;
	size_t i, word;

	for (i = 0; i < FIELD_COUNT; i++) {
		value_of(i, c, value);
		for (word = 0; word < 3; word++)
			for (left = index->lengths[i][word]; left; left &= left - 1) {
				memset(&key, 0, sizeof(key));
				key.field = (uint8_t)i;
				key.bits = (uint8_t)(word * 64 + (size_t)__builtin_ctzll(left));
				memcpy(key.bytes, value, fields[i].size);
				mask_bits(key.bytes, fields[i].size, key.bits);
				best = ask(seek(index, &key), list, c, best);
			}
	}
	return best == UINT32_MAX ? NULL : &list[best];
}
