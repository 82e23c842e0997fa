/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/known.h"

#include <stdlib.h>

#define PARTED_MOST 512 /* records between two flushes that tell peers apart */
#define PARTED_EACH 4	/* of one service */
#define CHUNK 1024	/* entries allocated at once: they never move */

struct slot {
	uint32_t number; /* of the entry, + 1; 0: empty */
	uint32_t tag;	 /* of its hash: strangers are told apart without a look at the entry */
};

struct known {
	struct hash_key key;
	const struct knownset_view *before; /* may be NULL */
	size_t limit, count;
	struct known_entry **chunks; /* limit / CHUNK + 1 of them */
	struct slot *slots;	     /* open addressing */
	size_t slot_mask;
	uint32_t *marked; /* entry numbers */
	size_t marked_count, marked_size;
	unsigned parted; /* since the last flush, of all */
};

struct known *known_new(size_t limit, const struct hash_key *key)
{
	struct known *known = calloc(1, sizeof(*known));

	if (!known)
		return NULL;
	known->key = *key;
	known->limit = limit;
	known->slot_mask = 2 * CHUNK - 1;
	known->slots = calloc(known->slot_mask + 1, sizeof(*known->slots));
	known->chunks = calloc(limit / CHUNK + 1, sizeof(struct known_entry *));
	if (!known->slots || !known->chunks) {
		known_free(known);
		return NULL;
	}
	return known;
}

void known_free(struct known *known)
{
	size_t i;

	if (!known)
		return;
	for (i = 0; known->chunks && i <= known->limit / CHUNK; i++)
		free(known->chunks[i]);
	free(known->chunks);
	free(known->slots);
	free(known->marked);
	free(known);
}

void known_learn(struct known *known, const struct knownset_view *before)
{
	known->before = before;
}

static struct known_entry *entry_at(struct known *known, size_t number)
{
	return &known->chunks[number / CHUNK][number % CHUNK];
}

/* Where the service's entry number is, or belongs with this tag. */
static struct slot *slot_of(struct known *known, const struct service *service, uint32_t *tag)
{
	uint64_t hash = hash_bytes(&known->key, service, sizeof(*service));
	size_t i = hash & known->slot_mask;
	const struct slot *slot;

	*tag = (uint32_t)(hash >> 32);
	for (; (slot = &known->slots[i])->number; i = (i + 1) & known->slot_mask)
		if (slot->tag == *tag &&
		    service_is_same(&entry_at(known, slot->number - 1)->sighting.service, service))
			break;
	return &known->slots[i];
}

/* Doubles the slots. */
static bool slots_grow(struct known *known)
{
	size_t i, at, size = 2 * (known->slot_mask + 1);
	struct slot *slots = calloc(size, sizeof(*slots));
	uint64_t hash;

	if (!slots)
		return false;
	free(known->slots);
	known->slots = slots;
	known->slot_mask = size - 1;
	for (i = 0; i < known->count; i++) {
		hash = hash_bytes(&known->key, &entry_at(known, i)->sighting.service,
				  sizeof(struct service));
		for (at = hash & known->slot_mask; slots[at].number;)
			at = (at + 1) & known->slot_mask;
		slots[at] = (struct slot){ (uint32_t)i + 1, (uint32_t)(hash >> 32) };
	}
	return true;
}

struct known_entry *known_get(struct known *known, const struct service *service)
{
	uint32_t tag, number = slot_of(known, service, &tag)->number;
	struct knownset_item item;

	if (number)
		return entry_at(known, number - 1);
	return known->before && knownset_find(known->before, service, &item)
		       ? known_find(known, service)
		       : NULL;
}

/* Fills in what core has said of the service. */
static void recall(const struct known *known, struct known_entry *entry)
{
	struct sighting *s = &entry->sighting;
	struct knownset_item item;

	if (!known->before || !knownset_find(known->before, &s->service, &item))
		return;
	s->evidence = entry->said = item.evidence;
	s->ephemeral = item.ephemeral;
	s->delivered = item.delivered;
	memcpy(s->app, item.app, sizeof(s->app));
	s->named = item.named;
	entry->named = item.has_name;
}

struct known_entry *known_find(struct known *known, const struct service *service)
{
	uint32_t tag;
	struct slot *slot = slot_of(known, service, &tag);
	struct known_entry **chunk, *entry;

	if (slot->number)
		return entry_at(known, slot->number - 1);
	if (known->count == known->limit)
		return NULL;
	if (2 * known->count > known->slot_mask) {
		if (!slots_grow(known))
			return NULL;
		slot = slot_of(known, service, &tag);
	}
	chunk = &known->chunks[known->count / CHUNK];
	if (!*chunk && !(*chunk = calloc(CHUNK, sizeof(**chunk))))
		return NULL;
	entry = entry_at(known, known->count);
	entry->sighting.service = *service;
	recall(known, entry);
	*slot = (struct slot){ (uint32_t)++known->count, tag };
	return entry;
}

void known_mark(struct known *known, struct known_entry *entry)
{
	uint32_t *marked, tag;
	size_t size;

	if (entry->dirty)
		return;
	if (known->marked_count == known->marked_size) {
		size = known->marked_size ? 2 * known->marked_size : CHUNK;
		marked = realloc(known->marked, size * sizeof(*marked));
		/* Short of memory: it is marked again at its next handshake. */
		if (!marked)
			return;
		known->marked = marked;
		known->marked_size = size;
	}
	known->marked[known->marked_count++] =
		slot_of(known, &entry->sighting.service, &tag)->number - 1;
	entry->dirty = true;
}

void known_tell(struct known *known, struct known_entry *entry, known_fn fn, void *arg)
{
	struct sighting *s = &entry->sighting;

	if (fn(arg, s)) {
		known_mark(known, entry);
		return;
	}
	entry->said = s->evidence;
	entry->named = *s->app != 0;
	entry->refused |= s->refusals != 0;
	s->handshakes = s->refusals = s->filtered = 0;
	s->asked = s->answered = 0;
	memset(&s->peers, 0, sizeof(s->peers));
}

void known_part(struct known *known, struct known_entry *entry, known_fn fn, void *arg)
{
	if (entry->parted == PARTED_EACH || known->parted == PARTED_MOST)
		return;
	entry->parted++;
	known->parted++;
	known_tell(known, entry, fn, arg);
}

static bool has_news(const struct known_entry *entry)
{
	const struct sighting *s = &entry->sighting;

	return s->handshakes || s->refusals || s->filtered || s->asked || s->answered ||
	       s->evidence != entry->said || (*s->app != 0) != entry->named;
}

void known_flush(struct known *known, known_fn fn, void *arg)
{
	size_t i, count = known->marked_count;
	struct known_entry *entry;

	known->marked_count = 0;
	known->parted = 0;
	for (i = 0; i < count; i++) {
		/* Marked again when it cannot be told: at a place this loop has gone past. */
		entry = entry_at(known, known->marked[i]);
		entry->dirty = false;
		entry->parted = 0;
		if (has_news(entry))
			known_tell(known, entry, fn, arg);
	}
}

void known_unsay(struct known *known)
{
	size_t i;

	for (i = 0; i < known->count; i++) {
		struct known_entry *entry = entry_at(known, i);

		/* Never met in this life: all there is to say of it is core's own word. */
		if (!entry->sighting.last_us)
			continue;
		entry->said = EVIDENCE_NONE;
		entry->named = false;
		known_mark(known, entry);
	}
}
