/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/fragment.h"

#include <stdlib.h>

#define WAYS 8		   /* places a datagram may be at */
#define HEADER_MAX 40	   /* of IPv6 */
#define DATAGRAM_MAX 65535 /* bytes of its payload */
#define UNIT 8		   /* bytes: offsets count in these */
#define UNITS (1 << 13)
#define HELD_MAX 8		 /* datagrams completed by one frame */
#define STALE (30 * MONO_SECOND) /* incomplete for so long: forgotten */

/* What tells datagrams apart; plain bytes. */
struct fragment_key {
	struct addr src, dst;
	uint32_t id, tunnel_id;
	uint16_t vlan;
	uint8_t proto, tunnel;
};

struct datagram {
	struct fragment_key key;
	wall_t begun_us;   /* by the first fragment that came */
	uint32_t filled;   /* units that have come */
	uint32_t total;	   /* bytes; 0 not known yet */
	uint32_t furthest; /* the end of what has come */
	bool used;
	bool held;
	uint8_t seen[UNITS / 8]; /* a bit for each unit */
	uint8_t bytes[HEADER_MAX + DATAGRAM_MAX + UNIT];
};

struct fragment_table {
	struct hash_key key;
	struct tally *tally;
	size_t sets;
	struct datagram *held[HELD_MAX]; /* complete, and read until the next frame */
	size_t held_count;
	struct datagram *datagrams;
};

struct fragment_table *fragment_table_new(size_t bytes, const struct hash_key *key,
					  struct tally *tally)
{
	struct fragment_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->key = *key;
	t->tally = tally;
	t->sets = bytes / (WAYS * sizeof(*t->datagrams));
	if (!t->sets)
		t->sets = 1;
	/* Untouched pages cost nothing. */
	t->datagrams = calloc(t->sets * WAYS, sizeof(*t->datagrams));
	if (!t->datagrams) {
		fragment_table_free(t);
		return NULL;
	}
	return t;
}

void fragment_table_free(struct fragment_table *t)
{
	if (!t)
		return;
	free(t->datagrams);
	free(t);
}

void fragment_release(struct fragment_table *t)
{
	while (t->held_count)
		t->held[--t->held_count]->held = false;
}

static bool is_stale(const struct datagram *g, wall_t now)
{
	return now - g->begun_us > STALE || now < g->begun_us - STALE;
}

static void begin(struct datagram *g, const struct fragment_key *key, wall_t now)
{
	g->key = *key;
	g->begun_us = now;
	g->filled = g->total = g->furthest = 0;
	g->used = true;
	memset(g->seen, 0, sizeof(g->seen));
}

/* The datagram of this key, or a new one in a free place or that of the oldest; NULL: all are held.
 */
static struct datagram *find(struct fragment_table *t, const struct fragment_key *key, wall_t now)
{
	struct datagram *set =
		&t->datagrams[hash_bytes(&t->key, key, sizeof(*key)) % t->sets * WAYS];
	struct datagram *g, *best = NULL;

	for (g = set; g < set + WAYS; g++) {
		if (g->held)
			continue;
		if (g->used && is_stale(g, now))
			g->used = false;
		if (g->used && !memcmp(&g->key, key, sizeof(*key)))
			return g;
		if (!best || (best->used && (!g->used || g->begun_us < best->begun_us)))
			best = g;
	}
	if (!best) {
		t->tally->fragments_evicted++;
		return NULL;
	}
	t->tally->fragments_evicted += best->used;
	begin(best, key, now);
	return best;
}

/* Copies a unit, or what there is of the last one; false: other bytes are there already. */
static bool put_unit(struct datagram *g, uint32_t unit, const uint8_t *bytes, size_t len)
{
	uint8_t *to = g->bytes + HEADER_MAX + (size_t)unit * UNIT;

	if (g->seen[unit / 8] >> (unit % 8) & 1)
		return !memcmp(to, bytes, len);
	g->seen[unit / 8] |= (uint8_t)(1 << unit % 8);
	g->filled++;
	memcpy(to, bytes, len);
	return true;
}

/* Puts a fragment into its place; false: it contradicts what has come before. */
static bool put(struct datagram *g, const struct fragment *f)
{
	uint32_t end = f->offset + f->len, at;
	bool agrees = true;

	if (!f->more && !g->total && end >= g->furthest)
		g->total = end;
	else if (!f->more && g->total != end)
		return false;
	if (g->total && end > g->total)
		return false;
	if (end > g->furthest)
		g->furthest = end;
	for (at = 0; at < f->len; at += UNIT)
		agrees &= put_unit(g, (f->offset + at) / UNIT, f->bytes + at,
				   f->len - at < UNIT ? f->len - at : UNIT);
	return agrees;
}

enum decode_result fragment_take(struct fragment_table *t, const struct fragment *f,
				 struct wire *out)
{
	const struct packet *p = f->packet;
	const struct fragment_key key = { .src = p->src,
					  .dst = p->dst,
					  .id = f->id,
					  .tunnel_id = p->tunnel_id,
					  .vlan = p->vlan,
					  .proto = p->proto,
					  .tunnel = p->tunnel };
	struct datagram *g;
	uint8_t *start;

	if (!f->len || (f->more && f->len % UNIT) || f->header_len > HEADER_MAX ||
	    f->offset + f->len > DATAGRAM_MAX - f->header_len)
		return DECODE_MALFORMED;
	g = find(t, &key, p->time_us);
	if (!g || t->held_count == HELD_MAX)
		return DECODE_FRAGMENT;
	t->tally->fragments_overlap += !put(g, f);
	if (!g->total || g->filled < (g->total + UNIT - 1) / UNIT)
		return DECODE_FRAGMENT;
	t->tally->reassembled++;
	g->used = false;
	g->held = true;
	t->held[t->held_count++] = g;
	start = g->bytes + HEADER_MAX - f->header_len;
	memcpy(start, f->header, f->header_len);
	*out = wire_open(start, f->header_len + g->total);
	return DECODE_OK;
}
