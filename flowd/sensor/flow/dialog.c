/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/dialog.h"

#include <stdlib.h>

#define WAYS 8		 /* places a dialog may be at */
#define NOTES (1u << 14) /* questions remembered apart */
#define NOTE_WAYS 4	 /* places a question may be at */
#define NOTE_KEPT (30 * MONO_SECOND)

struct note {
	wall_t time_us;
	uint32_t tag; /* 0: free */
	uint16_t port;
	uint16_t pad;
};

struct dialog_table {
	struct hash_key key;
	size_t set_mask;
	struct dialog *dialogs;
	uint16_t *tags; /* of each place, 0 free: most comparisons end here */
	struct note *notes;
};

struct dialog_table *dialog_table_new(size_t limit, const struct hash_key *key)
{
	struct dialog_table *t = calloc(1, sizeof(*t));
	size_t sets = 1;

	if (!t)
		return NULL;
	t->key = *key;
	while (sets * WAYS < limit)
		sets *= 2;
	t->set_mask = sets - 1;
	t->dialogs = calloc(sets * WAYS, sizeof(*t->dialogs));
	t->tags = calloc(sets * WAYS, sizeof(*t->tags));
	t->notes = calloc(NOTES, sizeof(*t->notes));
	if (!t->dialogs || !t->tags || !t->notes) {
		dialog_table_free(t);
		return NULL;
	}
	return t;
}

void dialog_table_free(struct dialog_table *t)
{
	if (!t)
		return;
	free(t->dialogs);
	free(t->tags);
	free(t->notes);
	free(t);
}

/* The first place of the set where the dialog of these two ends is kept; `tag` never 0. */
static size_t set_of(const struct dialog_table *t, const struct packet *p, uint16_t *tag)
{
	struct {
		struct addr a, b;
		uint16_t pa, pb;
	} key;
	int order = addr_order(&p->src, &p->dst);
	uint64_t h;

	if (order < 0 || (!order && p->sport < p->dport)) {
		key.a = p->src;
		key.b = p->dst;
		key.pa = p->sport;
		key.pb = p->dport;
	} else {
		key.a = p->dst;
		key.b = p->src;
		key.pa = p->dport;
		key.pb = p->sport;
	}
	h = hash_bytes(&t->key, &key, sizeof(key));
	*tag = (uint16_t)(h >> 48) | 1;
	return (h & t->set_mask) * WAYS;
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

struct dialog *dialog_find(struct dialog_table *t, const struct packet *p)
{
	uint16_t tag;
	size_t i, set = set_of(t, p, &tag);

	for (i = set; i < set + WAYS; i++)
		if (t->tags[i] == tag &&
		    (is_from_client(&t->dialogs[i], p) || dialog_is_from_server(&t->dialogs[i], p)))
			return &t->dialogs[i];
	return NULL;
}

struct dialog *dialog_place(struct dialog_table *t, const struct packet *p)
{
	uint16_t tag;
	size_t i, set = set_of(t, p, &tag), best = set;

	for (i = set; i < set + WAYS && t->tags[best]; i++) {
		const struct dialog *d = &t->dialogs[i], *b = &t->dialogs[best];
		bool d_kept = d->flags & DIALOG_ANSWERED, b_kept = b->flags & DIALOG_ANSWERED;

		if (!t->tags[i] || (d_kept == b_kept ? d->time_us < b->time_us : b_kept))
			best = i;
	}
	return &t->dialogs[best];
}

void dialog_make(struct dialog_table *t, struct dialog *d, const struct packet *p, bool from_client)
{
	uint16_t tag;

	set_of(t, p, &tag);
	t->tags[d - t->dialogs] = tag;
	*d = (struct dialog){ .client = from_client ? p->src : p->dst,
			      .server = from_client ? p->dst : p->src,
			      .client_port = from_client ? p->sport : p->dport,
			      .server_port = from_client ? p->dport : p->sport,
			      .tag = tag,
			      .time_us = p->time_us };
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
	while (*at < (t->set_mask + 1) * WAYS)
		if (t->tags[(*at)++])
			return &t->dialogs[*at - 1];
	return NULL;
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

	for (i = 0; i < NOTE_WAYS && best->tag != tag; i++)
		if (notes[i].tag == tag || notes[i].time_us < best->time_us)
			best = &notes[i];
	*best = (struct note){ .time_us = now, .tag = tag, .port = port };
}

bool dialog_noted(const struct dialog_table *t, const struct dialog_asked *asked, wall_t now,
		  uint16_t *port)
{
	uint32_t tag;
	const struct note *notes = notes_of(t, asked, &tag);
	size_t i;

	for (i = 0; i < NOTE_WAYS; i++) {
		if (notes[i].tag != tag)
			continue;
		*port = notes[i].port;
		return now - notes[i].time_us <= NOTE_KEPT;
	}
	return false;
}
