/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/dialog.h"

#include "base/wire.h"

#include <stdlib.h>

#define COPY_NEAR (50 * MONO_MS) /* the same packet again within: a mirror's copy */
#define COPY_NEXT MONO_MS	 /* that has no identification */
#define NOTES (1u << 14)	 /* questions remembered apart */
#define NOTE_WAYS 4		 /* places a question may be at */
#define NOTE_KEPT (30 * MONO_SECOND)

struct note {
	wall_t time_us;
	uint32_t tag; /* 0: free */
	uint16_t port;
	uint16_t pad;
};

struct dialog_table {
	struct hash_key key;
	struct ends ends;
	struct note *notes;
	wall_t group_us; /* when a group was last asked: nearly never */
};

struct dialog_table *dialog_table_new(size_t limit, const struct hash_key *key)
{
	struct dialog_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->key = *key;
	if (!ends_open(&t->ends, limit, sizeof(struct dialog), DIALOG_STALE) ||
	    !(t->notes = calloc(NOTES, sizeof(*t->notes)))) {
		dialog_table_free(t);
		return NULL;
	}
	return t;
}

void dialog_table_free(struct dialog_table *t)
{
	if (!t)
		return;
	ends_close(&t->ends);
	free(t->notes);
	free(t);
}

uint64_t dialog_hash(const struct dialog_table *t, const struct packet *p)
{
	return ends_hash_one(&t->key, &p->src, p->sport) +
	       ends_hash_one(&t->key, &p->dst, p->dport);
}

void dialog_fetch(const struct dialog_table *t, uint64_t hash)
{
	ends_fetch(&t->ends, hash);
}

void dialog_fetch_rest(const struct dialog_table *t, uint64_t hash)
{
	const char *d = ends_guess(&t->ends, hash);

	if (!d)
		return;
	__builtin_prefetch(d, 1);
	__builtin_prefetch(d + sizeof(struct dialog) - 1, 1);
}

bool dialog_is_from_server(const struct dialog *d, const struct packet *p)
{
	return d->server_port == p->sport && d->client_port == p->dport &&
	       addr_is_same(&d->server, &p->src) && addr_is_same(&d->client, &p->dst);
}

static bool is_from_client(const struct dialog *d, const struct packet *p)
{
	return d->client_port == p->sport && d->server_port == p->dport &&
	       addr_is_same(&d->client, &p->src) && addr_is_same(&d->server, &p->dst);
}

struct dialog *dialog_find(struct dialog_table *t, const struct packet *p, uint64_t hash)
{
	size_t i, set = ends_set(&t->ends, hash);
	struct dialog *d;

	for (i = set; i < set + ENDS_WAYS; i++) {
		if (!ends_may_be(&t->ends, i, hash))
			continue;
		d = ends_row(&t->ends, i);
		if (is_from_client(d, p) || dialog_is_from_server(d, p))
			return d;
	}
	return NULL;
}

struct dialog *dialog_place(struct dialog_table *t, uint64_t hash)
{
	size_t place = ends_place(&t->ends, hash);
	struct dialog *d = ends_row(&t->ends, place);

	d->place = (uint32_t)place;
	return d;
}

void dialog_touch(struct dialog_table *t, struct dialog *d, wall_t time)
{
	d->time_us = time;
	ends_touch(&t->ends, d->place, time);
	t->ends.spots[d->place].dear = (d->flags & DIALOG_ANSWERED) != 0;
}

void dialog_make(struct dialog_table *t, struct dialog *d, const struct packet *p, uint64_t hash,
		 bool from_client)
{
	ends_take(&t->ends, d->place, hash);
	*d = (struct dialog){ .client = from_client ? p->src : p->dst,
			      .server = from_client ? p->dst : p->src,
			      .client_port = from_client ? p->sport : p->dport,
			      .server_port = from_client ? p->dport : p->sport,
			      .place = d->place,
			      .used = true };
	dialog_touch(t, d, p->time_us);
}

bool dialog_is_copy(struct dialog *d, const struct packet *p)
{
	const uint8_t *checksum = p->ip + p->ip_len - p->payload_len - 2;
	uint32_t print = ((uint32_t)p->ident << 16 | wire_be16_at(checksum)) ^
			 ((uint32_t)p->sport << 16 | (uint16_t)p->data_len);
	wall_t ago = p->time_us - d->time_us;
	bool copy = print == d->print && ago >= 0 && ago < (p->ident ? COPY_NEAR : COPY_NEXT);

	d->print = print;
	return copy;
}

void dialog_turn(struct dialog *d)
{
	const struct addr client = d->client;
	const uint16_t port = d->client_port;

	d->client = d->server;
	d->client_port = d->server_port;
	d->server = client;
	d->server_port = port;
	d->asked = 0;
	d->question = 0;
}

struct dialog *dialog_next(struct dialog_table *t, size_t *at)
{
	return ends_next(&t->ends, at);
}

static struct note *notes_of(const struct dialog_table *t, const struct dialog_asked *asked,
			     uint32_t *tag)
{
	uint64_t h = hash_bytes(&t->key, asked, sizeof(*asked));

	*tag = (uint32_t)(h >> 32) | 1;
	return &t->notes[h % (NOTES / NOTE_WAYS) * NOTE_WAYS];
}

void dialog_note(struct dialog_table *t, const struct dialog_asked *asked, uint16_t port,
		 wall_t now)
{
	uint32_t tag;
	struct note *notes = notes_of(t, asked, &tag), *best = notes;
	size_t i;

	if (asked->group_port)
		t->group_us = now;
	for (i = 0; i < NOTE_WAYS && best->tag != tag; i++)
		if (notes[i].tag == tag || notes[i].time_us < best->time_us)
			best = &notes[i];
	*best = (struct note){ .time_us = now, .tag = tag, .port = port };
}

bool dialog_noted(const struct dialog_table *t, const struct dialog_asked *asked, wall_t now,
		  uint16_t *port)
{
	const struct note *notes;
	uint32_t tag;
	size_t i;

	if (asked->group_port && now - t->group_us > NOTE_KEPT)
		return false;
	notes = notes_of(t, asked, &tag);
	for (i = 0; i < NOTE_WAYS; i++) {
		if (notes[i].tag != tag)
			continue;
		*port = notes[i].port;
		return now - notes[i].time_us <= NOTE_KEPT;
	}
	return false;
}
