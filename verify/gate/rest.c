/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/gate/rest.h"

#include "verify/gate/share.h"

#include <errno.h>
#include <stdlib.h>

#define SLOTS 4096
#define WAYS 8

enum scope { SCOPE_NONE, SCOPE_HOST, SCOPE_NETWORK };

int rest_open(struct rest *r, mono_t length)
{
	struct rest fresh = { .length = length, .hash = hash_key_new() };

	if (length) {
		fresh.slots = calloc(SLOTS, sizeof(*fresh.slots));
		if (!fresh.slots)
			return -ENOMEM;
	}
	*r = fresh;
	return 0;
}

void rest_close(struct rest *r)
{
	free(r->slots);
	r->slots = NULL;
}

/* What a message speaks of: RFC 792, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1. */
static enum scope scope_of(const struct rest_word *word)
{
	if (addr_is_v4(&word->host)) {
		if (word->type != 3)
			return SCOPE_NONE;
		if (word->code == 0 || word->code == 9)
			return SCOPE_NETWORK;
		return word->code == 1 || word->code == 10 || word->code == 13 ? SCOPE_HOST
									       : SCOPE_NONE;
	}
	if (word->type != 1)
		return SCOPE_NONE;
	if (word->code == 0)
		return SCOPE_NETWORK;
	return word->code == 1 || word->code == 3 || word->code == 5 || word->code == 6
		       ? SCOPE_HOST
		       : SCOPE_NONE;
}

/* Said by a filter, not for want of a way. */
static bool is_filter(const struct rest_word *word)
{
	return addr_is_v4(&word->host) ? word->code > 1 : word->code != 0 && word->code != 3;
}

static uint64_t key_of(const struct rest *r, const struct addr *host, enum scope scope)
{
	const struct addr who = scope == SCOPE_NETWORK ? share_network(host) : *host;
	uint64_t key = hash_bytes(&r->hash, who.b, sizeof(who.b)) + scope;

	return key ? key : 1;
}

/* The key's place; NULL: it has none. */
static struct rest_slot *find(const struct rest *r, uint64_t key)
{
	struct rest_slot *set = &r->slots[key % SLOTS & ~(uint64_t)(WAYS - 1)];
	int i;

	for (i = 0; i < WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

/* A place for the key, which has none. */
static struct rest_slot *make_room(struct rest *r, uint64_t key, mono_t now)
{
	struct rest_slot *set = &r->slots[key % SLOTS & ~(uint64_t)(WAYS - 1)], *oldest = set;
	int i;

	for (i = 0; i < WAYS; i++) {
		if (!set[i].key || now - set[i].first > 2 * r->length)
			return &set[i];
		if (set[i].first < oldest->first)
			oldest = &set[i];
	}
	r->forgotten++;
	return oldest;
}

bool rest_hear(struct rest *r, const struct rest_word *word, mono_t now)
{
	enum scope scope = scope_of(word);
	struct rest_slot *slot;
	uint64_t key;

	if (!r->slots || !scope)
		return false;
	key = key_of(r, &word->host, scope);
	slot = find(r, key);
	if (!slot)
		*(slot = make_room(r, key, now)) = (struct rest_slot){ .key = key, .first = now };
	if (now - slot->first > r->length && slot->until <= now)
		*slot = (struct rest_slot){ .key = key, .first = now };
	slot->forbidden |= is_filter(word);
	if (++slot->count < REST_AFTER || slot->until > now)
		return false;
	slot->until = now + r->length;
	r->begun++;
	return true;
}

static mono_t left_of(const struct rest *r, uint64_t key, mono_t now)
{
	const struct rest_slot *slot = find(r, key);

	return slot && slot->until > now ? slot->until - now : 0;
}

mono_t rest_left(const struct rest *r, const struct addr *host, mono_t now)
{
	mono_t one, two;

	if (!r->slots || !r->begun)
		return 0;
	one = left_of(r, key_of(r, host, SCOPE_HOST), now);
	two = left_of(r, key_of(r, host, SCOPE_NETWORK), now);
	return one > two ? one : two;
}

static bool is_dead(const struct rest *r, uint64_t key, mono_t now)
{
	const struct rest_slot *slot = find(r, key);

	return slot && slot->until > now && !slot->forbidden;
}

bool rest_is_dead(const struct rest *r, const struct addr *host, mono_t now)
{
	return r->slots && r->begun &&
	       (is_dead(r, key_of(r, host, SCOPE_HOST), now) ||
		is_dead(r, key_of(r, host, SCOPE_NETWORK), now));
}
