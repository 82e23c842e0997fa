/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/knownset.h"

#include "base/err.h"

#include <stdlib.h>
#include <sys/mman.h>

#define FIRST_PLACES 1024
#define WAITING 32     /* places on their way from memory while others are filled; a power of two */
#define REMEMBERED 256 /* names whose number is not searched for; a power of two */
#define HUGE_PAGE (2UL << 20)
#define TAG_SHIFT 20
#define NAMED_SHIFT 16
#define APP_SHIFT 8
#define DELIVERED 0x80
#define TAKEN 0x40
#define EVIDENCE_SHIFT 3
#define EPHEMERAL_MASK 7

_Static_assert(EVIDENCE_END <= 8 && EPHEMERAL_END <= 8, "they have 3 bits each");
_Static_assert(NAMED_END <= 16, "it has 4 bits");

struct head {
	struct hash_key peer_key, key;
	uint64_t mask; /* places - 1 */
	uint64_t count;
	uint64_t app_count;
	char apps[KNOWNSET_APPS][RECORD_APP_MAX];
};

_Static_assert(sizeof(struct head) % 8 == 0, "places are aligned");

struct waiting {
	uint64_t hash;
	uint64_t rest; /* of the place: what is not of the hash; 0: nobody waits here */
};

struct knownset {
	size_t size;
	struct waiting waiting[WAITING];
	size_t next;			/* in `waiting` */
	uint8_t remembered[REMEMBERED]; /* the last name's number of each hash; 0 none yet */
	struct head head;
	uint64_t places[]; /* open addressing: tag, app, TAKEN and the rest; 0 free */
};

/* Ten million places are each met once, in no order: of small pages, each is a miss of its own. */
static void huge_pages(void *bytes, size_t size)
{
	uintptr_t from = ((uintptr_t)bytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	uintptr_t to = ((uintptr_t)bytes + size) & ~(HUGE_PAGE - 1);

	if (from < to)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
}

struct knownset *knownset_new(size_t count, const struct hash_key *peer_key)
{
	size_t places = FIRST_PLACES, size;
	struct knownset *set;

	while (places / 4 * 3 < count)
		places *= 2;
	size = sizeof(set->head) + places * sizeof(set->places[0]);
	set = calloc(1, offsetof(struct knownset, head) + size);
	if (!set)
		return NULL;
	huge_pages(set, offsetof(struct knownset, head) + size);
	set->size = size;
	set->head.peer_key = *peer_key;
	set->head.key = (struct hash_key){ { hash_bytes(peer_key, "known 0", 7),
					     hash_bytes(peer_key, "known 1", 7) } };
	set->head.mask = places - 1;
	return set;
}

void knownset_free(struct knownset *set)
{
	free(set);
}

/* The number of a name, from 1; KNOWNSET_APPS + 1: there are too many. */
static uint64_t app_number(struct knownset *set, const char *app)
{
	struct head *head = &set->head;
	uint8_t *last;
	uint64_t i;

	if (!*app)
		return 0;
	last = &set->remembered[hash_bytes(&head->key, app, strnlen(app, RECORD_APP_MAX)) &
				(REMEMBERED - 1)];
	if (*last && !strncmp(head->apps[*last - 1], app, RECORD_APP_MAX))
		return *last;
	for (i = 0; i < head->app_count; i++)
		if (!strncmp(head->apps[i], app, RECORD_APP_MAX))
			break;
	if (i == KNOWNSET_APPS)
		return i + 1;
	if (i == head->app_count) {
		record_text_set(head->apps[i], RECORD_APP_MAX, app);
		head->app_count++;
	}
	return *last = (uint8_t)(i + 1);
}

/* Puts one that waited into its place, which has come from memory meanwhile. */
static void settle(struct knownset *set, struct waiting *w)
{
	uint64_t i = w->hash & set->head.mask;

	if (!w->rest)
		return;
	while (set->places[i])
		i = (i + 1) & set->head.mask;
	set->places[i] = w->hash >> TAG_SHIFT << TAG_SHIFT | w->rest;
	w->rest = 0;
}

int knownset_add(struct knownset *set, const struct service *service,
		 const struct knownset_item *item)
{
	struct waiting *w = &set->waiting[set->next];

	/* A quarter stays free, so that a search ends soon. */
	if (set->head.count >= (set->head.mask + 1) / 4 * 3)
		return ERR_FULL;
	settle(set, w);
	w->hash = hash_bytes(&set->head.key, service, sizeof(*service));
	w->rest = app_number(set, item->app) << APP_SHIFT |
		  (uint64_t)(item->named & 15) << NAMED_SHIFT | (item->delivered ? DELIVERED : 0) |
		  TAKEN | (uint64_t)(item->evidence & 7) << EVIDENCE_SHIFT |
		  (item->ephemeral & EPHEMERAL_MASK);
	__builtin_prefetch(&set->places[w->hash & set->head.mask], 1);
	set->next = (set->next + 1) & (WAITING - 1);
	set->head.count++;
	return 0;
}

const void *knownset_bytes(struct knownset *set, size_t *size)
{
	size_t i;

	for (i = 0; i < WAITING; i++)
		settle(set, &set->waiting[i]);
	*size = set->size;
	return &set->head;
}

int knownset_open(const void *bytes, size_t size, struct knownset_view *out)
{
	const struct head *head = bytes;
	uint64_t places;

	if (size < sizeof(*head))
		return ERR_SHORT;
	places = (size - sizeof(*head)) / sizeof(uint64_t);
	if (!places || places & (places - 1) || head->mask != places - 1 ||
	    size != sizeof(*head) + places * sizeof(uint64_t))
		return ERR_SHORT;
	*out = (struct knownset_view){ bytes, (const uint64_t *)(head + 1), head->mask };
	return 0;
}

struct hash_key knownset_peer_key(const struct knownset_view *view)
{
	return ((const struct head *)view->bytes)->peer_key;
}

static void read_place(const struct head *head, uint64_t place, struct knownset_item *out)
{
	uint64_t app = place >> APP_SHIFT & 0xff;

	*out = (struct knownset_item){ .evidence = place >> EVIDENCE_SHIFT & 7,
				       .ephemeral = place & EPHEMERAL_MASK,
				       .delivered = (place & DELIVERED) != 0,
				       .named = place >> NAMED_SHIFT & 15,
				       .has_name = app != 0 };
	if (out->named >= NAMED_END)
		out->named = 0;
	if (out->ephemeral >= EPHEMERAL_END)
		out->ephemeral = EPHEMERAL_NONE;
	if (app && app <= KNOWNSET_APPS)
		record_text_set(out->app, sizeof(out->app), head->apps[app - 1]);
}

bool knownset_find(const struct knownset_view *view, const struct service *service,
		   struct knownset_item *out)
{
	const struct head *head = view->bytes;
	uint64_t hash = hash_bytes(&head->key, service, sizeof(*service));
	uint64_t i = hash & view->mask, n;

	for (n = 0; n <= view->mask && view->places[i]; n++, i = (i + 1) & view->mask)
		if (view->places[i] >> TAG_SHIFT == hash >> TAG_SHIFT) {
			read_place(head, view->places[i], out);
			return true;
		}
	return false;
}
