/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/range.h"

#include <stdlib.h>

#define WAYS 4
#define PEERS 4		    /* of a host, under TLS, at once */
#define ANNOUNCED_LEARN 4   /* ports announced in clear text make a range */
#define ANNOUNCED_WIDE 8192 /* wider than this it says nothing */
#define MET_WIDE 4096
#define WHISPER_HOLDS (30 * MONO_SECOND)
#define CREDIT_MOST 2

struct span {
	uint16_t low, high; /* both 0: none */
};

struct peer {
	struct addr addr;
	wall_t time_us; /* when it was last said something; 0: free */
	uint8_t credit; /* how often since without a connection */
};

struct host {
	struct addr addr;
	wall_t time_us; /* 0: free */
	struct span announced, met;
	uint16_t ports[ANNOUNCED_LEARN]; /* announced, distinct */
	uint8_t port_count;
	uint8_t met_at;
	struct range_answer latest[RANGE_LEARN]; /* met by clients under TLS, distinct; a ring */
	struct peer peers[PEERS];
};

struct range_table {
	struct hash_key key;
	size_t set_mask;
	struct host *hosts;
};

struct range_table *range_table_new(size_t limit, const struct hash_key *key)
{
	struct range_table *t = calloc(1, sizeof(*t));
	size_t sets = 1;

	if (!t)
		return NULL;
	t->key = *key;
	while (sets * WAYS < limit)
		sets *= 2;
	t->set_mask = sets - 1;
	t->hosts = calloc(sets * WAYS, sizeof(*t->hosts));
	if (!t->hosts) {
		free(t);
		return NULL;
	}
	return t;
}

void range_table_free(struct range_table *t)
{
	if (!t)
		return;
	free(t->hosts);
	free(t);
}

/* The host's place; with `make` one for it, in place of the one idle longest. */
static struct host *host_of(struct range_table *t, const struct addr *addr, bool make,
			    bool *evicted)
{
	struct host *set =
		&t->hosts[(hash_bytes(&t->key, addr, sizeof(*addr)) & t->set_mask) * WAYS];
	struct host *best = set;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (set[i].time_us && addr_is_same(&set[i].addr, addr))
			return &set[i];
		if (set[i].time_us < best->time_us)
			best = &set[i];
	}
	if (!make)
		return NULL;
	*evicted = best->time_us;
	*best = (struct host){ .addr = *addr };
	return best;
}

static void widen(struct span *span, uint16_t port)
{
	if (!span->high)
		*span = (struct span){ port, port };
	if (port < span->low)
		span->low = port;
	if (port > span->high)
		span->high = port;
}

static bool is_within(const struct span *span, int wide, uint16_t port)
{
	return span->high && span->high - span->low <= wide && port >= span->low &&
	       port <= span->high;
}

void range_announced(struct range_table *t, const struct addr *addr, uint16_t port, wall_t now)
{
	bool evicted;
	struct host *h = host_of(t, addr, true, &evicted);
	uint8_t i;

	h->time_us = now;
	widen(&h->announced, port);
	for (i = 0; i < h->port_count; i++)
		if (h->ports[i] == port)
			return;
	if (h->port_count < ANNOUNCED_LEARN)
		h->ports[h->port_count++] = port;
}

bool range_whispered(struct range_table *t, const struct addr *addr, const struct addr *peer,
		     wall_t now)
{
	bool evicted = false;
	struct host *h = host_of(t, addr, true, &evicted);
	struct peer *p = &h->peers[0];
	size_t i;

	h->time_us = now;
	for (i = 0; i < PEERS; i++) {
		if (h->peers[i].time_us && addr_is_same(&h->peers[i].addr, peer)) {
			p = &h->peers[i];
			break;
		}
		if (h->peers[i].time_us < p->time_us)
			p = &h->peers[i];
	}
	if (!addr_is_same(&p->addr, peer))
		*p = (struct peer){ .addr = *peer };
	p->time_us = now;
	p->credit += p->credit < CREDIT_MOST;
	return evicted;
}

/* Was the peer told something a moment ago that may have announced a port? */
static bool was_told(struct host *h, const struct range_answer *a)
{
	size_t i;

	for (i = 0; i < PEERS; i++) {
		struct peer *p = &h->peers[i];

		if (!p->credit || a->time_us - p->time_us > WHISPER_HOLDS ||
		    !addr_is_same(&p->addr, &a->peer))
			continue;
		p->credit--;
		return true;
	}
	return false;
}

/* One more port that a client under TLS was answered on: do the latest make a range? */
static size_t learn(struct host *h, const struct range_answer *a, struct range_answer *learnt)
{
	struct span span = { 0, 0 };
	size_t i;

	for (i = 0; i < RANGE_LEARN; i++)
		if (h->latest[i].port == a->port)
			return 0;
	h->latest[h->met_at++ % RANGE_LEARN] = *a;
	for (i = 0; i < RANGE_LEARN; i++) {
		if (!h->latest[i].port)
			return 0;
		widen(&span, h->latest[i].port);
	}
	if (span.high - span.low > MET_WIDE)
		return 0;
	widen(&h->met, span.low);
	widen(&h->met, span.high);
	/* Used up: those that come within the range are explained at once. */
	memcpy(learnt, h->latest, sizeof(h->latest));
	memset(h->latest, 0, sizeof(h->latest));
	return RANGE_LEARN;
}

bool range_take(struct range_table *t, const struct range_answer *a, bool is_new,
		struct range_answer *learnt, size_t *learnt_count)
{
	struct host *h = host_of(t, &a->host, false, NULL);

	*learnt_count = 0;
	if (!h || !was_told(h, a))
		return false;
	h->time_us = a->time_us;
	if ((h->port_count == ANNOUNCED_LEARN &&
	     is_within(&h->announced, ANNOUNCED_WIDE, a->port)) ||
	    is_within(&h->met, MET_WIDE, a->port))
		return true;
	if (is_new)
		*learnt_count = learn(h, a, learnt);
	return false;
}
