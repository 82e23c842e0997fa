/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/udp.h"

#include "flowd/sensor/early/intact.h"
#include "flowd/sensor/early/midtalk.h"
#include "flowd/sensor/flow/dialog.h"
#include "flowd/sensor/flow/question.h"
#include "flowd/sensor/reply/reply.h"

#include <stdlib.h>

#define REFLECTED_MIN 32 /* clients with the same low port make a reflector */
#define ASKED 1024	 /* requests remembered for their echo */
#define ICE_PEERS_MAX 8	 /* more than that check with a server, not with a peer */

struct udp {
	struct watch *watch;
	struct dialog_table *dialogs;
	struct question_ring *questions;
	struct hash_key key;
	uint64_t asked[ASKED]; /* words_of the latest requests */
	size_t looking;	       /* dialogs being looked at for a name */
	struct midtalk midtalk;
	wall_t evicted_us; /* when an answered dialog was last forgotten too early; 0 never */
};

struct udp *udp_new(struct watch *watch, const struct hash_key *key)
{
	struct udp *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->watch = watch;
	u->key = *key;
	u->midtalk = midtalk_of(watch->conf);
	u->dialogs = dialog_table_new(watch->conf->limit_dialogs, key);
	u->questions = question_ring_new();
	if (!u->dialogs || !u->questions) {
		udp_free(u);
		return NULL;
	}
	return u;
}

void udp_free(struct udp *u)
{
	struct dialog *d;
	size_t at = 0;

	if (!u)
		return;
	while (u->dialogs && (d = dialog_next(u->dialogs, &at)))
		classify_flow_free(d->look);
	dialog_table_free(u->dialogs);
	question_ring_free(u->questions);
	free(u);
}

static void leave(struct udp *u, struct dialog *d)
{
	if (!d->look)
		return;
	classify_flow_free(d->look);
	d->look = NULL;
	u->looking--;
}

static struct reply read_payload(const struct packet *p)
{
	const struct reply_words words = { .bytes = p->ip + p->ip_len - p->payload_len,
					   .len = p->payload_len,
					   .whole = p->data_len,
					   .sport = p->sport,
					   .dport = p->dport };

	return reply_read(&words);
}

static struct service service_of(const struct packet *p)
{
	return (struct service){ .host = p->src, .port = p->sport, .proto = PROTO_UDP };
}

/* What one more packet makes of the look; NULL: no name yet. */
static const char *look_on(struct udp *u, struct dialog *d, const struct packet *p,
			   bool from_server, enum named *named)
{
	struct classify *classify = u->watch->classify;
	const char *name = classify_packet(classify, d->look, p, from_server);
	bool last = d->payloads >= u->watch->conf->name_packets;

	if (!name && last)
		name = classify_end(classify, d->look);
	*named = classify_named(d->look);
	return name;
}

/* Ends the look when it has a name, or never will. */
static void look_over(struct udp *u, struct dialog *d, const char *name)
{
	if (!d->look || (!name && d->payloads < u->watch->conf->name_packets))
		return;
	if (d->entry)
		watch_hint(u->watch, d->entry, d->look, d->time_us);
	leave(u, d);
}

/* The same, of a service that was told of. */
static void name_on(struct udp *u, struct dialog *d, const struct packet *p, bool from_server)
{
	enum named named;
	const char *name = look_on(u, d, p, from_server, &named);

	watch_name(u->watch, d->entry, name, named);
	look_over(u, d, name);
}

/* A look at the first answer, and at the question before it. */
static const char *look_at_answer(struct udp *u, struct dialog *d, struct known_entry *entry,
				  const struct packet *p, enum named *named)
{
	struct packet question;

	if (!p->payload_len || !watch_may_look(u->watch, entry, p->time_us))
		return NULL;
	if (u->looking == u->watch->conf->limit_names ||
	    !(d->look = classify_flow_new(entry->sighting.app))) {
		u->watch->tally->names_refused++;
		return NULL;
	}
	u->looking++;
	watch_look(entry, p->time_us);
	if (question_get(u->questions, d->question, &question))
		classify_packet(u->watch->classify, d->look, &question, false);
	return look_on(u, d, p, true, named);
}

/*
 * Is the service only a peer of somebody's, as far as this dialog tells? One that checks with many
 * is a server that peers meet at.
 */
static void explain(struct known_entry *entry, struct dialog *d, const struct reply *read,
		    bool both_ask)
{
	uint8_t is = both_ask ? read->peers : read->ephemeral;

	if (both_ask && d->flags & DIALOG_MUTUAL)
		return;
	if (both_ask)
		d->flags |= DIALOG_MUTUAL;
	if (is == EPHEMERAL_ICE && ++entry->standing > ICE_PEERS_MAX)
		entry->sighting.ephemeral = EPHEMERAL_NONE;
	else if (is)
		entry->sighting.ephemeral = is;
}

/*
 * Many clients, one after the other, all with the same low port that is not ours: their addresses
 * are forged, to make the service answer whoever has them. Clients of DHCP do have a low port.
 */
static void note_port(struct known_entry *entry, const struct packet *p)
{
	if (p->dport != entry->client_port)
		entry->same_port = 0;
	entry->client_port = p->dport;
	if (entry->same_port < REFLECTED_MIN && ++entry->same_port == REFLECTED_MIN &&
	    p->dport < 1024 && p->dport != p->sport && p->dport != 68 && p->dport != 546)
		entry->sighting.reflects = 1;
}

/* The first answer of a dialog. */
static void answer_first(struct udp *u, struct dialog *d, const struct packet *p,
			 const struct reply *read, bool both_ask)
{
	const struct service service = service_of(p);
	struct known_entry *entry = known_find(u->watch->known, &service);
	enum named named = NAMED_PAYLOAD;
	const char *name = NULL, *looked = NULL;

	if (entry) {
		bool met = entry->sighting.evidence;

		name = looked = look_at_answer(u, d, entry, p, &named);
		/* Its fields alone: good enough for who has no name. */
		if (!name && !*entry->sighting.app) {
			name = read->app;
			named = NAMED_PAYLOAD;
		}
		/* What is told first should bear the name already. */
		explain(entry, d, read, both_ask);
		if (name && !met) {
			record_text_set(entry->sighting.app, sizeof(entry->sighting.app), name);
			entry->sighting.named = (uint8_t)named;
			explain_name(entry, name);
		}
		note_port(entry, p);
		entry->sighting.asked += d->asked;
		entry->sighting.answered += p->data_len;
	}
	d->entry = watch_answer(u->watch, p,
				read->way == REPLY_RESPONSE ? EVIDENCE_REPLY : EVIDENCE_ANSWERED);
	if (d->entry)
		watch_name(u->watch, d->entry, name, named);
	look_over(u, d, looked);
}

/* Another one. */
static void answer_next(struct udp *u, struct dialog *d, const struct packet *p,
			const struct reply *read, bool both_ask)
{
	struct sighting *s;
	uint8_t ephemeral;

	if (!d->entry)
		return;
	s = &d->entry->sighting;
	s->answered += p->data_len;
	s->last_us = p->time_us;
	known_mark(u->watch->known, d->entry);
	ephemeral = s->ephemeral;
	if (both_ask)
		explain(d->entry, d, read, true);
	if (read->way == REPLY_RESPONSE)
		watch_raise(u->watch, d->entry, EVIDENCE_REPLY);
	if (s->ephemeral != ephemeral)
		known_tell(u->watch->known, d->entry, u->watch->say, u->watch->arg);
	if (d->look && p->payload_len)
		name_on(u, d, p, true);
}

/* What one side of a dialog says, as a number. */
static uint64_t words_of(const struct udp *u, const struct dialog *d, const struct packet *p)
{
	const uint8_t *payload = p->ip + p->ip_len - p->payload_len;

	return (hash_bytes(&u->key, payload, p->payload_len) ^ (uintptr_t)d) | 1;
}

static void note_words(struct udp *u, const struct dialog *d, const struct packet *p)
{
	uint64_t words = words_of(u, d, p);

	u->asked[words % ASKED] = words;
}

/* Does the packet bring back what the client has asked of late? Then it does not ask: it answers,
 * if only as an echo. */
static bool is_echo(const struct udp *u, const struct dialog *d, const struct packet *p)
{
	uint64_t words = words_of(u, d, p);

	return p->payload_len == p->data_len && u->asked[words % ASKED] == words;
}

/* Is the sender known for answering? */
static bool is_known(const struct udp *u, const struct packet *p)
{
	const struct service service = service_of(p);
	const struct known_entry *entry = known_get(u->watch->known, &service);

	return entry && entry->sighting.evidence > EVIDENCE_INVALID;
}

/* The server's side speaks; `inside`: its answers are our business. */
static void take_server(struct udp *u, struct dialog *d, const struct packet *p,
			const struct reply *read, bool inside)
{
	bool both_ask = read->way == REPLY_REQUEST && read->peers;

	if (midtalk_lasts(d, read, d->flags & DIALOG_MIDTALK && inside && is_known(u, p)))
		return;
	if (read->way == REPLY_REQUEST && !both_ask && !is_echo(u, d, p)) {
		/* Who asks is no server; if nothing is known of the other side, it may be one. */
		if (!(d->flags & (DIALOG_ASKED | DIALOG_ANSWERED)) && !read->mutual) {
			dialog_turn(d);
			d->flags |= DIALOG_ASKED;
			d->asked = p->data_len;
			d->question = question_put(u->questions, p);
		}
		return;
	}
	if (inside && p->sport && !(d->flags & DIALOG_ASIDE)) {
		if (d->flags & DIALOG_ANSWERED)
			answer_next(u, d, p, read, both_ask);
		else
			answer_first(u, d, p, read, both_ask);
	}
	d->flags |= DIALOG_ANSWERED;
	dialog_touch(u->dialogs, d, p->time_us);
}

static void take_client(struct udp *u, struct dialog *d, const struct packet *p,
			const struct reply *read, bool inside)
{
	/* An answer from who spoke first, but did not ask: the capture began in mid-talk. */
	if (read->way == REPLY_RESPONSE && !(d->flags & (DIALOG_ASKED | DIALOG_ANSWERED)) &&
	    !read->mutual) {
		dialog_turn(d);
		take_server(u, d, p, read, inside);
		return;
	}
	midtalk_lasts(d, read, false);
	if (read->way == REPLY_REQUEST) {
		d->flags |= DIALOG_ASKED;
		note_words(u, d, p);
	}
	if (!d->entry) {
		d->asked += p->data_len;
		return;
	}
	d->entry->sighting.asked += p->data_len;
	known_mark(u->watch->known, d->entry);
	if (d->look && p->payload_len)
		name_on(u, d, p, false);
}

/*
 * Is the first packet of a dialog the answer to something asked elsewhere: of a group, or of
 * another port of the same host (`port`, 0 not known)?
 */
static bool is_answer_elsewhere(struct udp *u, const struct packet *p, bool *of_group,
				uint16_t *port)
{
	struct dialog_asked asked = { .client = p->dst, .client_port = p->dport };

	asked.group_port = p->sport;
	*of_group = dialog_noted(u->dialogs, &asked, p->time_us, port);
	if (*of_group)
		return true;
	asked.group_port = 0;
	asked.host = p->src;
	return dialog_noted(u->dialogs, &asked, p->time_us, port);
}

/*
 * The service asked there has answered from a port it made for this answer: it is the one that
 * clients find, the made one is theirs alone.
 */
static void answer_from(struct udp *u, const struct packet *p, uint16_t port)
{
	struct packet from = *p;
	struct known_entry *entry;

	from.sport = port;
	entry = watch_answer(u->watch, &from, EVIDENCE_ANSWERED);
	if (entry)
		watch_name(u->watch, entry, "tftp", NAMED_PAYLOAD);
}

static void note_question(struct udp *u, const struct packet *p, bool elsewhere)
{
	struct dialog_asked asked = { .client = p->src, .client_port = p->sport };
	bool group = addr_is_group(&p->dst);

	if (group)
		asked.group_port = p->dport;
	else
		asked.host = p->dst;
	dialog_note(u->dialogs, &asked, elsewhere ? p->dport : 0, p->time_us);
}

/* The place for a new dialog. */
static struct dialog *enter(struct udp *u, const struct packet *p, uint64_t hash)
{
	struct dialog *d = dialog_place(u->dialogs, hash);

	if (d->used) {
		if (p->time_us - d->time_us < DIALOG_STALE) {
			u->watch->tally->dialogs_evicted++;
			if (d->flags & DIALOG_ANSWERED)
				u->evicted_us = p->time_us;
		}
		leave(u, d);
	}
	return d;
}

/* SIP, in either direction: its sender may say where it will listen. */
static void hear(struct udp *u, struct dialog *d, const struct packet *p, const struct reply *read)
{
	if (read->app && !strcmp(read->app, "sip"))
		d->flags |= DIALOG_TELLS;
	if (d->flags & DIALOG_TELLS && p->payload_len)
		explain_datagram(u->watch->explain, p);
}

/* The first packet of a dialog; `d`: one that ended so long ago that it is forgotten, or NULL. */
static void begin(struct udp *u, struct dialog *d, const struct packet *p, uint64_t hash,
		  bool inside)
{
	struct reply read = read_payload(p);
	bool of_group = false, server = read.way == REPLY_RESPONSE, aside = false;
	bool midtalk = midtalk_may_be(&u->midtalk, p->time_us);
	uint16_t port = 0;

	if (!server && is_answer_elsewhere(u, p, &of_group, &port)) {
		server = of_group || read.way != REPLY_REQUEST;
		aside = server && !of_group;
	}
	/* A lone answer is believed, but not one that would be dropped where it arrives. */
	if (server && !of_group && !aside && !intact_is(p))
		return;
	/* A dialog that was forgotten early, or begun before we listened, can be taken up again. */
	if (read.way == REPLY_EITHER && inside && !server)
		server = (midtalk ||
			  (u->evicted_us && p->time_us - u->evicted_us <= DIALOG_STALE)) &&
			 is_known(u, p);
	if (d)
		leave(u, d);
	else
		d = enter(u, p, hash);
	dialog_make(u->dialogs, d, p, hash, !server);
	d->payloads = 1;
	dialog_is_copy(d, p);
	hear(u, d, p, &read);
	if (aside)
		d->flags |= DIALOG_ASIDE;
	if (midtalk && !server && read.way == REPLY_EITHER)
		d->flags |= DIALOG_MIDTALK;
	if (aside && port && read.moved && inside)
		answer_from(u, p, port);
	if (server) {
		take_server(u, d, p, &read, inside);
		return;
	}
	note_question(u, p, read.elsewhere);
	d->question = question_put(u->questions, p);
	take_client(u, d, p, &read, inside);
}

void udp_fetch(const struct udp *u, uint64_t hash)
{
	dialog_fetch(u->dialogs, hash);
}

void udp_fetch_rest(const struct udp *u, uint64_t hash)
{
	dialog_fetch_rest(u->dialogs, hash);
}

void udp_take(struct udp *u, const struct packet *p)
{
	const struct watch *w = u->watch;
	bool inside = watch_has(w, &p->src, &p->dst, p->dport);
	struct reply read = { .way = REPLY_EITHER };
	struct dialog *d;
	uint64_t hash;

	if (!inside && !watch_has(w, &p->dst, &p->src, p->sport)) {
		if (addr_is_group(&p->dst) && !addr_is_group(&p->src))
			note_question(u, p, false);
		return;
	}
	if (p->sport == p->dport && addr_is_same(&p->src, &p->dst))
		return;
	hash = dialog_hash(u->dialogs, p);
	d = dialog_find(u->dialogs, p, hash);
	if (!d || p->time_us - d->time_us > DIALOG_STALE) {
		begin(u, d, p, hash, inside);
		return;
	}
	if (dialog_is_copy(d, p))
		return;
	dialog_touch(u->dialogs, d, p->time_us);
	if (d->payloads < (d->flags & DIALOG_MIDTALK ? UINT8_MAX : w->conf->name_packets)) {
		d->payloads++;
		read = read_payload(p);
	}
	hear(u, d, p, &read);
	if (dialog_is_from_server(d, p))
		take_server(u, d, p, &read, inside);
	else
		take_client(u, d, p, &read, inside);
}

void udp_finish(struct udp *u)
{
	struct dialog *d;
	size_t at = 0;

	while ((d = dialog_next(u->dialogs, &at)))
		if (d->look && d->entry) {
			const char *name = classify_end(u->watch->classify, d->look);

			watch_name(u->watch, d->entry, name, classify_named(d->look));
			watch_hint(u->watch, d->entry, d->look, d->time_us);
		}
}
