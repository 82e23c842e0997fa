/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/gate/rtt.h"

#include "verify/gate/share.h"

#include <errno.h>
#include <stdlib.h>

#define SLOTS 4096
#define WAYS 8
#define SHORTEST (100 * MONO_MS) /* servers and switches may be busy */
#define LONGEST (4 * MONO_SECOND)

int rtt_open(struct rtt *p, mono_t first)
{
	p->slots = calloc(SLOTS, sizeof(*p->slots));
	p->hash = hash_key_new();
	p->first = first;
	return p->slots ? 0 : -ENOMEM;
}

void rtt_close(struct rtt *p)
{
	free(p->slots);
	p->slots = NULL;
}

/* The place of a host's network; `room`: else the one it is to have. */
static struct rtt_slot *find(const struct rtt *p, const struct addr *host, uint64_t *key,
			     struct rtt_slot **room)
{
	const struct addr net = share_network(host);
	struct rtt_slot *set;
	int i;

	*key = hash_bytes(&p->hash, net.b, sizeof(net.b));
	*key += !*key;
	set = &p->slots[*key % SLOTS & ~(uint64_t)(WAYS - 1)];
	for (i = 0, *room = set; i < WAYS; i++) {
		if (set[i].key == *key)
			return &set[i];
		if (!set[i].key || set[i].heard < (*room)->heard)
			*room = &set[i];
		if (!(*room)->key)
			break;
	}
	/* A key lies before the first free place, as nothing is ever taken out. */
	return NULL;
}

static struct rtt_slot *touch(struct rtt *p, const struct addr *host, mono_t now)
{
	struct rtt_slot *slot, *room;
	uint64_t key;

	slot = find(p, host, &key, &room);
	if (!slot)
		*(slot = room) = (struct rtt_slot){ .key = key };
	slot->heard = now;
	return slot;
}

void rtt_hear(struct rtt *p, const struct addr *host, mono_t rtt, mono_t now)
{
	struct rtt_slot *s = touch(p, host, now);
	mono_t off = rtt > s->smooth ? rtt - s->smooth : s->smooth - rtt;

	if (s->smooth) {
		s->vary += (off - s->vary) / 4;
		s->smooth += (rtt - s->smooth) / 8;
	} else {
		s->smooth = rtt > 0 ? rtt : 1;
		s->vary = rtt / 2;
	}
	s->wait = 0;
}

void rtt_late(struct rtt *p, const struct addr *host, mono_t wait, mono_t now)
{
	struct rtt_slot *s = touch(p, host, now);

	s->wait = 2 * wait < LONGEST ? 2 * wait : LONGEST;
}

void rtt_hint(struct rtt *p, const struct addr *host, mono_t took, mono_t wait)
{
	struct rtt_slot *room;
	uint64_t key;
	const struct rtt_slot *s = find(p, host, &key, &room);

	if (s && s->smooth)
		return;
	if (took)
		rtt_hear(p, host, took, mono_now());
	else
		rtt_late(p, host, wait, mono_now());
}

mono_t rtt_of(const struct rtt *p, const struct addr *host)
{
	struct rtt_slot *room;
	uint64_t key;
	const struct rtt_slot *s = find(p, host, &key, &room);

	if (!s)
		return 0;
	return s->smooth > s->wait / 2 ? s->smooth : s->wait / 2;
}

mono_t rtt_wait(const struct rtt *p, const struct addr *host, unsigned tries, bool last)
{
	struct rtt_slot *room;
	uint64_t key;
	const struct rtt_slot *s = find(p, host, &key, &room);
	mono_t wait = p->first, most;

	if (s && s->smooth) {
		wait = s->smooth + 4 * s->vary;
		wait = wait > SHORTEST ? wait : SHORTEST;
		/* What the operator says is the most where everything is near. */
		wait = wait < p->first || s->smooth > p->first / 2 ? wait : p->first;
	}
	if (s && s->wait > wait)
		wait = s->wait;
	most = p->first << (tries - 1) > LONGEST ? p->first << (tries - 1) : LONGEST;
	wait = wait << (tries - 1) < most ? wait << (tries - 1) : most;
	return last && wait < p->first ? p->first : wait;
}
