/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/expect.h"

#include "flowd/sensor/explain/range.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define WAYS 8
#define HOSTS_SHARE 4  /* a host's range is learnt for so many announcements */
#define EARLY_MOST 256 /* answers remembered in case they are announced late */
#define EARLY_WITHIN (2 * MONO_SECOND)
#define LATE_MOST 64			 /* and those that were, until their worker looks */
#define ANY_MOST 4			 /* connections explained where any peer may come */
#define MEDIA_HOLDS (3600 * MONO_SECOND) /* how long the peer of a call is known as such */

struct place {
	struct expect_item item;
	wall_t until; /* 0: free */
	uint8_t uses;
	uint16_t peer_port; /* of the latest use */
};

struct late {
	struct service service;
	unsigned owner;
	enum ephemeral reason; /* EPHEMERAL_NONE: free */
};

struct expect {
	pthread_mutex_t lock;
	struct hash_key key;
	size_t set_mask;
	struct place *places;
	struct range_table *ranges;
	atomic_bool whispered; /* ever: ranges may explain something */
	_Atomic wall_t until;  /* the last of the announcements; nothing is waited for after it */
	struct expect_answer early[EARLY_MOST];
	size_t early_at;
	struct late late[LATE_MOST];
	atomic_uint late_count;
};

struct expect *expect_new(size_t limit, const struct hash_key *key)
{
	struct expect *e = calloc(1, sizeof(*e));
	size_t sets = 1;

	if (!e)
		return NULL;
	e->key = *key;
	while (sets * WAYS < limit)
		sets *= 2;
	e->set_mask = sets - 1;
	e->places = calloc(sets * WAYS, sizeof(*e->places));
	e->ranges = range_table_new(limit / HOSTS_SHARE + 1, key);
	if (!e->places || !e->ranges || pthread_mutex_init(&e->lock, NULL)) {
		range_table_free(e->ranges);
		free(e->places);
		free(e);
		return NULL;
	}
	return e;
}

void expect_free(struct expect *e)
{
	if (!e)
		return;
	pthread_mutex_destroy(&e->lock);
	range_table_free(e->ranges);
	free(e->places);
	free(e);
}

static struct place *set_of(const struct expect *e, const struct addr *host, uint8_t proto,
			    uint16_t port)
{
	const struct service key = { .host = *host, .port = port, .proto = proto };

	return &e->places[(hash_bytes(&e->key, &key, sizeof(key)) & e->set_mask) * WAYS];
}

static bool is_for(const struct place *p, const struct service *s)
{
	return p->until && p->item.port == s->port && p->item.proto == s->proto &&
	       addr_is_same(&p->item.host, &s->host);
}

/* May this peer use the place now? */
static bool admits(const struct place *p, const struct expect_answer *a)
{
	bool same = addr_is_same(&p->item.peer, &a->peer);

	if (a->time_us > p->until)
		return false;
	/* The very connection again: met by another worker, or on another interface. */
	if (p->uses && same && p->peer_port == a->peer_port)
		return true;
	if (p->item.any_peer)
		return p->uses < ANY_MOST || same;
	return !p->uses && same;
}

static void use(struct expect *e, struct place *p, const struct expect_answer *a)
{
	p->uses += p->uses < UINT8_MAX;
	p->peer_port = a->peer_port;
	if (!p->item.any_peer)
		return;
	p->item.peer = a->peer;
	p->until = a->time_us + MEDIA_HOLDS;
	if (p->until > atomic_load_explicit(&e->until, memory_order_relaxed))
		atomic_store_explicit(&e->until, p->until, memory_order_relaxed);
}

static bool tell_late(struct expect *e, const struct late *late)
{
	size_t i;

	for (i = 0; i < LATE_MOST && e->late[i].reason; i++)
		;
	if (i == LATE_MOST)
		return false;
	e->late[i] = *late;
	atomic_fetch_add_explicit(&e->late_count, 1, memory_order_release);
	return true;
}

/* The answer that this announces was met already: its worker is told. */
static void explain_early(struct expect *e, struct place *p, wall_t now)
{
	struct expect_answer *a;
	size_t i;

	for (i = 0; i < EARLY_MOST; i++) {
		a = &e->early[i];
		if (!a->service.port || now - a->time_us > EARLY_WITHIN ||
		    !is_for(p, &a->service) || !admits(p, a))
			continue;
		if (!tell_late(e, &(struct late){ a->service, a->owner, p->item.reason }))
			return;
		use(e, p, a);
		a->service.port = 0;
	}
}

bool expect_announce(struct expect *e, const struct expect_item *item, wall_t now)
{
	struct place *set = set_of(e, &item->host, item->proto, item->port), *best = set;
	const struct service s = { .host = item->host, .port = item->port, .proto = item->proto };
	bool lost;
	size_t i;

	pthread_mutex_lock(&e->lock);
	for (i = 0; i < WAYS; i++) {
		if (is_for(&set[i], &s)) {
			best = &set[i];
			break;
		}
		if (set[i].until < best->until)
			best = &set[i];
	}
	lost = best->until > now && !is_for(best, &s) && !best->uses;
	*best = (struct place){ .item = *item, .until = now + EXPECT_WITHIN };
	if (best->until > atomic_load_explicit(&e->until, memory_order_relaxed))
		atomic_store_explicit(&e->until, best->until, memory_order_relaxed);
	explain_early(e, best, now);
	if (item->reason == EPHEMERAL_FTP_DATA)
		range_announced(e->ranges, &item->host, item->port, now);
	pthread_mutex_unlock(&e->lock);
	return lost;
}

static void remember(struct expect *e, const struct expect_answer *answer)
{
	e->early[e->early_at++ % EARLY_MOST] = *answer;
}

bool expect_whisper(struct expect *e, const struct addr *host, const struct addr *peer, wall_t now)
{
	bool evicted;

	pthread_mutex_lock(&e->lock);
	evicted = range_whispered(e->ranges, host, peer, now);
	atomic_store_explicit(&e->whispered, true, memory_order_relaxed);
	pthread_mutex_unlock(&e->lock);
	return evicted;
}

/* Is it in a range that its host is known to use? What makes a range is explained with it. */
static enum ephemeral take_range(struct expect *e, const struct expect_answer *a)
{
	const struct range_answer answer = { a->service.host, a->peer, a->service.port, a->owner,
					     a->time_us };
	struct range_answer learnt[RANGE_LEARN];
	struct late late = { .reason = EPHEMERAL_PASSIVE_RANGE };
	bool explained;
	size_t i, count;

	if (a->service.proto != PROTO_TCP)
		return EPHEMERAL_NONE;
	explained = range_take(e->ranges, &answer, a->is_new, learnt, &count);
	for (i = 0; i < count; i++) {
		late.service = a->service;
		late.service.port = learnt[i].port;
		late.owner = learnt[i].owner;
		/* This one can be told so at once. */
		if (late.service.port == a->service.port)
			explained = true;
		else
			tell_late(e, &late);
	}
	return explained ? EPHEMERAL_PASSIVE_RANGE : EPHEMERAL_NONE;
}

enum ephemeral expect_take(struct expect *e, const struct expect_answer *answer)
{
	enum ephemeral reason = EPHEMERAL_NONE;
	struct place *set;
	size_t i;

	pthread_mutex_lock(&e->lock);
	if (answer->time_us <= atomic_load_explicit(&e->until, memory_order_relaxed)) {
		set = set_of(e, &answer->service.host, answer->service.proto, answer->service.port);
		for (i = 0; i < WAYS && !reason; i++)
			if (is_for(&set[i], &answer->service) && admits(&set[i], answer)) {
				reason = set[i].item.reason;
				use(e, &set[i], answer);
			}
	}
	if (!reason && atomic_load_explicit(&e->whispered, memory_order_relaxed))
		reason = take_range(e, answer);
	if (!reason && answer->is_new)
		remember(e, answer);
	pthread_mutex_unlock(&e->lock);
	return reason;
}

bool expect_late(struct expect *e, unsigned owner, struct service *service, enum ephemeral *reason)
{
	bool found = false;
	size_t i;

	if (!atomic_load_explicit(&e->late_count, memory_order_acquire))
		return false;
	pthread_mutex_lock(&e->lock);
	for (i = 0; i < LATE_MOST && !found; i++) {
		if (!e->late[i].reason || e->late[i].owner != owner)
			continue;
		*service = e->late[i].service;
		*reason = e->late[i].reason;
		e->late[i].reason = EPHEMERAL_NONE;
		atomic_fetch_sub_explicit(&e->late_count, 1, memory_order_release);
		found = true;
	}
	pthread_mutex_unlock(&e->lock);
	return found;
}
