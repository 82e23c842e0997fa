/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/judge/needs.h"

#include "rules/item.h"
#include "rules/rules.h"

/* What marks the ends of a name. They may well be in one: then a key is met in vain. */
#define NAME_BEGIN '\x01'
#define NAME_END '\x02'

#define BYTES_MAX 8 /* of a NEED_BYTES */

#define FIELD_OF(id, condition, kind, size) [id] = { condition, kind, size },
static const struct field {
	enum word_condition condition;
	enum need_kind kind;
	uint8_t size;
} fields[] = { NEED_FIELD_LIST(FIELD_OF) };

/* Who says how full a key is. */
struct filing {
	needs_load_fn load;
	const void *arg;
};

static void put_name(uint8_t *out, const char *name, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	memcpy(out, &h, sizeof(h));
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

static struct need *add_key(struct needs *keys, size_t field, unsigned bits, const void *bytes)
{
	struct need *key;

	if (keys->count == NEEDS_MAX)
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
static double share_of(const struct need *key, unsigned size)
{
	unsigned bits = key->bits, i;
	double share = 1;

	for (i = size == 16 ? 96 : 0; i < bits; i++)
		share /= 2;
	return share;
}

/* Cuts a range into prefixes. False: they are too many. */
static bool add_range(struct needs *keys, size_t field, const uint8_t *from, const uint8_t *to)
{
	unsigned size = fields[field].size, bits, i;
	uint8_t low[16], end[16], wider[16], start[16];
	struct need *key;

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

static bool add_number_range(struct needs *keys, size_t field, const struct set_range *r)
{
	uint8_t low[4], high[4];

	put_number(low, fields[field].size, r->low);
	put_number(high, fields[field].size, r->high);
	return add_range(keys, field, low, high);
}

/* A name that has no "*". */
static bool add_name(struct needs *keys, size_t field, const struct set_name *name)
{
	uint8_t bytes[NEED_SIZE];

	if (item_is_glob(name))
		return false;
	put_name(bytes, name->text, strlen(name->text));
	keys->share += 0.02;
	return add_key(keys, field, 64, bytes);
}

/* Of few bytes many names have them. */
static double share_of_bytes(size_t len)
{
	return len < 2 ? 0.3 : len < 4 ? 0.1 : 0.03;
}

/* The bytes of a glob, up to BYTES_MAX in a row, under which least is filed. A "*" alone has none.
 */
static bool add_bytes(struct needs *keys, size_t field, const struct set_name *name,
		      const struct filing *by)
{
	char text[SET_TEXT_MAX + 2];
	size_t end =
		(size_t)snprintf(text, sizeof(text), "%c%s%c", NAME_BEGIN, name->text, NAME_END);
	struct need key, best;
	double cost, least = 0;
	size_t at, len, piece;

	for (at = 0; at < end; at++) {
		piece = strcspn(text + at, "*");
		len = piece < BYTES_MAX ? piece : BYTES_MAX;
		/* The end of a longer run is met by more than the run; the marks alone by all. */
		if (!len || (len == 1 && (!at || at + 1 == end)) ||
		    (len < BYTES_MAX && at && text[at - 1] != '*'))
			continue;
		memset(&key, 0, sizeof(key));
		key.field = (uint8_t)field;
		key.bits = (uint8_t)(len * 8);
		memcpy(key.bytes, text + at, len);
		cost = (by->load(by->arg, &key) + 1) * share_of_bytes(len);
		if (!(least > 0) || cost < least) {
			best = key;
			least = cost;
		}
	}
	if (!(least > 0) || keys->count == NEEDS_MAX)
		return false;
	keys->share += share_of_bytes(best.bits / 8);
	keys->list[keys->count++] = best;
	return true;
}

static bool add_mask(struct needs *keys, size_t field, uint32_t mask)
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

static bool add_known(struct needs *keys, size_t field)
{
	static const uint8_t yes = 1;

	keys->share += 0.1;
	return add_key(keys, field, 8, &yes);
}

static bool add_item(struct needs *keys, size_t field, const struct set *set, size_t i,
		     const struct filing *by)
{
	const struct prefix_range *prefix;

	if (fields[field].kind == NEED_NAME)
		return add_name(keys, field, (struct set_name *)set->all->items + i);
	if (fields[field].kind == NEED_BYTES)
		return add_bytes(keys, field, (struct set_name *)set->all->items + i, by);
	if (set->kind != SET_PREFIXES)
		return add_number_range(keys, field, (struct set_range *)set->all->items + i);
	prefix = (struct prefix_range *)set->all->items + i;
	return add_range(keys, field, prefix->low.b, prefix->high.b);
}

void needs_add_ranges(const struct set *set, size_t field, struct needs *out)
{
	size_t i;

	for (i = 0; i < set->all->count; i++)
		if (!add_item(out, field, set, i, NULL))
			return;
}

void needs_add_values(uint32_t mask, size_t field, struct needs *out)
{
	add_mask(out, field, mask);
}

/* The keys of one field of a statement. False: it cannot be filed there. */
static bool find_keys(const struct clause *clause, size_t field, const struct filing *by,
		      struct needs *keys)
{
	enum word_condition c = fields[field].condition;
	const struct set *set = clause->sets[c];
	size_t i;

	keys->count = 0;
	keys->share = 0;
	if (!(clause->has >> c & 1) || clause->negated >> c & 1)
		return false;
	if (fields[field].kind == NEED_KNOWN)
		return add_known(keys, field);
	if (fields[field].kind == NEED_VALUE)
		return add_mask(keys, field, clause->masks[c]);
	/* Home and assets are not among the addresses. */
	if (set->home || set->assets || set->all->count > NEEDS_MAX || !set->all->count)
		return false;
	for (i = 0; i < set->all->count; i++)
		if (!add_item(keys, field, set, i, by))
			return false;
	return true;
}

/* How many statements a finding that meets these is probably asked about. */
static double cost_of(const struct needs *keys, const struct filing *by)
{
	uint32_t longest = 0, load;
	size_t i;

	for (i = 0; i < keys->count; i++) {
		load = by->load(by->arg, &keys->list[i]);
		longest = load > longest ? load : longest;
	}
	return (longest + 1) * (keys->share > 1e-5 ? keys->share : 1e-5);
}

/* One of a choice's clauses must hold: the keys of all. */
static bool find_choice(const struct clause_choice *choice, const struct filing *by,
			struct needs *keys)
{
	struct needs one;
	size_t i;

	keys->count = 0;
	keys->share = 0;
	if (choice->negated)
		return false;
	for (i = 0; i < choice->count; i++) {
		if (!needs_find(&choice->clauses[i], by->load, by->arg, &one) ||
		    keys->count + one.count > NEEDS_MAX)
			return false;
		memcpy(keys->list + keys->count, one.list, one.count * sizeof(*one.list));
		keys->count += one.count;
		keys->share += one.share;
	}
	return keys->count;
}

static void take_cheaper(struct needs *best, double *least, const struct needs *keys,
			 const struct filing *by)
{
	double cost = cost_of(keys, by);

	if (best->count && cost >= *least)
		return;
	*best = *keys;
	*least = cost;
}

bool needs_find(const struct clause *clause, needs_load_fn load, const void *arg, struct needs *out)
{
	const struct filing by = { load, arg };
	struct needs keys;
	double least = 0;
	size_t i;

	out->count = 0;
	for (i = 0; i < NEED_FIELD_END; i++)
		if (find_keys(clause, i, &by, &keys))
			take_cheaper(out, &least, &keys, &by);
	for (i = 0; i < clause->choice_count; i++)
		if (find_choice(&clause->choices[i], &by, &keys))
			take_cheaper(out, &least, &keys, &by);
	return out->count;
}

/* What goes from a case to its keys. */
struct meeting {
	const struct word_case *c;
	const uint64_t *lengths; /* of the field */
	void (*fn)(void *arg, const struct need *key);
	void *arg;
};

static void meet_prefixes(const struct meeting *m, size_t field, const uint8_t *value)
{
	struct need key;
	uint64_t left;
	size_t word;

	for (word = 0; word < 3; word++)
		for (left = m->lengths[word]; left; left &= left - 1) {
			memset(&key, 0, sizeof(key));
			key.field = (uint8_t)field;
			key.bits = (uint8_t)(word * 64 + (size_t)__builtin_ctzll(left));
			memcpy(key.bytes, value, fields[field].size);
			mask_bits(key.bytes, fields[field].size, key.bits);
			m->fn(m->arg, &key);
		}
}

static void meet_bytes(const struct meeting *m, size_t field, const char *name, size_t name_len)
{
	char text[SET_TEXT_MAX + 2];
	size_t end = name_len + 2, len, at;
	struct need key;

	text[0] = NAME_BEGIN;
	memcpy(text + 1, name, name_len);
	text[end - 1] = NAME_END;
	for (len = 1; len <= BYTES_MAX; len++) {
		if (!(m->lengths[len * 8 / 64] >> len * 8 % 64 & 1))
			continue;
		memset(&key, 0, sizeof(key));
		key.field = (uint8_t)field;
		key.bits = (uint8_t)(len * 8);
		for (at = 0; at + len <= end; at++) {
			memcpy(key.bytes, text + at, len);
			m->fn(m->arg, &key);
		}
	}
}

/* A name as sets see it: in lower case, cut where theirs are. */
static void meet_name(const struct meeting *m, size_t field, const char *name, size_t len)
{
	char lower[SET_TEXT_MAX];
	uint8_t value[NEED_SIZE];
	size_t i;

	for (i = 0; i < len && i + 1 < sizeof(lower); i++)
		lower[i] = fields[field].condition == WORD_COUNTRY ? name[i] : item_lower(name[i]);
	if (!i)
		return;
	if (fields[field].kind == NEED_BYTES) {
		meet_bytes(m, field, lower, i);
		return;
	}
	put_name(value, lower, i);
	meet_prefixes(m, field, value);
}

/* Names that commas separate. */
static void meet_names(const struct meeting *m, size_t field, const char *at, size_t size)
{
	const char *end = at + strnlen(at, size), *comma;
	size_t len;

	for (; at < end; at += len + 1) {
		comma = memchr(at, ',', (size_t)(end - at));
		len = (size_t)((comma ? comma : end) - at);
		meet_name(m, field, at, len);
	}
}

static void meet_text(const struct meeting *m, size_t field)
{
	const struct word_case *c = m->c;
	enum word_condition condition = fields[field].condition;
	const char *text = condition == WORD_APP       ? c->app
			   : condition == WORD_PRODUCT ? c->product
			   : condition == WORD_VERSION ? c->version
			   : condition == WORD_COUNTRY ? c->country
			   : condition == WORD_OWNER   ? c->facts->owner
						       : c->facts->zone;

	if (condition == WORD_VANTAGE)
		meet_names(m, field, c->finding->open_from, sizeof(c->finding->open_from));
	else if (condition == WORD_TAGGED)
		meet_names(m, field, c->facts->tags ? c->facts->tags : "", SIZE_MAX);
	else if (text)
		meet_name(m, field, text, strlen(text));
}

static void meet_number(const struct meeting *m, size_t field)
{
	const struct finding *f = m->c->finding;
	uint8_t value[NEED_SIZE];
	uint32_t n;

	switch (fields[field].condition) {
	case WORD_HOST:
		memcpy(value, f->service.host.b, 16);
		break;
	case WORD_PEER:
		memcpy(value, f->peer.b, 16);
		break;
	default:
		n = field == NEED_PORT	 ? f->service.port
		    : field == NEED_AS	 ? f->peer_origin.as_number
		    : field == NEED_VLAN ? m->c->facts->vlan
					 : m->c->minute;
		put_number(value, fields[field].size, n);
	}
	meet_prefixes(m, field, value);
}

static void meet_known(const struct meeting *m, size_t field)
{
	const struct rules_facts *facts = m->c->facts;
	const bool known[NEED_FIELD_END] = {
		[NEED_NOAUTH] = facts->noauth,	       [NEED_WEAK_TLS] = facts->weak_tls,
		[NEED_SELFSIGNED] = facts->selfsigned, [NEED_AMPLIFIES] = facts->asked,
		[NEED_EXPIRES] = facts->not_after_us,
	};
	static const uint8_t yes = 1;

	if (known[field])
		meet_prefixes(m, field, &yes);
}

void needs_meet(const struct word_case *c, const uint64_t (*lengths)[3],
		void (*fn)(void *arg, const struct need *key), void *arg)
{
	struct meeting m = { .c = c, .fn = fn, .arg = arg };
	uint8_t value;
	size_t i;

	for (i = 0; i < NEED_FIELD_END; i++) {
		m.lengths = lengths[i];
		if (!m.lengths[0] && !m.lengths[1] && !m.lengths[2])
			continue;
		if (fields[i].kind == NEED_PREFIX) {
			meet_number(&m, i);
		} else if (fields[i].kind == NEED_VALUE) {
			value = (uint8_t)word_value_of(fields[i].condition, c);
			meet_prefixes(&m, i, &value);
			value = (uint8_t)word_outcome_of(c);
			if (i == NEED_EVENT)
				meet_prefixes(&m, i, &value);
		} else if (fields[i].kind == NEED_KNOWN) {
			meet_known(&m, i);
		} else {
			meet_text(&m, i);
		}
	}
}
