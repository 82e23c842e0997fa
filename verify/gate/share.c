/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/gate/share.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8 /* places that one may have */
#define FEWEST 4096
#define MOST ((size_t)1 << 20)
#define SPARE 4 /* times as many places as can be needed */

int share_open(struct share *s, uint64_t rate, uint64_t all)
{
	struct share fresh = { .slots = NULL };
	size_t count = FEWEST;

	if (rate) {
		/* Credit is full again after a second: no more than `all` are short of it at once.
		 */
		while (count < MOST && count < all * SPARE)
			count *= 2;
		fresh.hash = hash_key_new();
		fresh.rate = bucket_rate_of(rate);
		fresh.mask = count - 1;
		fresh.slots = calloc(count, sizeof(*fresh.slots));
		if (!fresh.slots)
			return -ENOMEM;
	}
	*s = fresh;
	return 0;
}

void share_close(struct share *s)
{
	free(s->slots);
	s->slots = NULL;
}

static uint64_t key_of(const struct share *s, const struct addr *who)
{
	uint64_t key = hash_bytes(&s->hash, who->b, sizeof(who->b));

	return key ? key : 1;
}

/* The place of one, or the one it may take: that of nobody, or of somebody with full credit. */
static struct share_slot *find(const struct share *s, uint64_t key, mono_t now, mono_t *wait)
{
	struct share_slot *set = &s->slots[key & s->mask & ~(size_t)(WAYS - 1)], *room = NULL;
	int64_t lacks;
	mono_t one;
	int i;

	*wait = MONO_SECOND;
	for (i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		lacks = set[i].key ? s->rate.most - bucket_credit(&set[i].bucket, &s->rate, now)
				   : 0;
		one = lacks / s->rate.refill + 1;
		if (lacks <= 0)
			room = &set[i];
		else if (one < *wait)
			*wait = one;
	}
	return room;
}

mono_t share_wait(const struct share *s, const struct addr *who, mono_t now)
{
	struct share_slot *slot;
	uint64_t key;
	mono_t wait;

	if (!s->slots)
		return 0;
	key = key_of(s, who);
	slot = find(s, key, now, &wait);
	if (!slot)
		return wait;
	return slot->key == key ? bucket_wait(&slot->bucket, &s->rate, now) : 0;
}

void share_pay(struct share *s, const struct addr *who, mono_t now)
{
	struct share_slot *slot;
	uint64_t key;
	mono_t wait;

	if (!s->slots)
		return;
	key = key_of(s, who);
	slot = find(s, key, now, &wait);
	if (!slot)
		return;
	if (slot->key != key)
		*slot = (struct share_slot){ key, { s->rate.most, now } };
	bucket_pay(&slot->bucket, &s->rate, now);
}

struct addr share_network(const struct addr *host)
{
	struct addr net = *host;

	if (addr_is_v4(host))
		net.b[15] = 0;
	else
		memset(net.b + 8, 0, 8);
	return net;
}
