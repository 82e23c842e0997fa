/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/sctp.h"

#include "base/wire.h"
#include "flowd/sensor/flow/conn.h"

#include <stdlib.h>

/* RFC 9260 section 3.2 */
#define CHUNK_DATA 0
#define CHUNK_INIT 1
#define CHUNK_INIT_ACK 2
#define CHUNK_COOKIE_ECHO 10
#define CHUNK_COOKIE_ACK 11

struct sctp {
	struct watch *watch;
	struct conn_table *conns;
};

/* The common header and the first chunk. */
struct head {
	uint32_t verification; /* tag that the receiver asked for */
	uint8_t chunk;
	uint32_t initiate; /* INIT, INIT ACK: tag that the sender asks for */
	uint32_t payload;  /* DATA: payload protocol identifier */
};

struct sctp *sctp_new(struct watch *watch, const struct hash_key *key)
{
	struct sctp *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->watch = watch;
	s->conns = conn_table_new(watch->conf->limit_associations, key);
	if (!s->conns) {
		sctp_free(s);
		return NULL;
	}
	return s;
}

void sctp_free(struct sctp *s)
{
	if (!s)
		return;
	conn_table_free(s->conns);
	free(s);
}

static bool read_head(const struct packet *p, struct head *out)
{
	struct wire w = wire_open(p->ip + p->ip_len - p->payload_len, p->payload_len);

	*out = (struct head){ .verification = wire_be32_at(w.at - 8) };
	out->chunk = wire_u8(&w);
	wire_take(&w, 3);
	if (out->chunk == CHUNK_DATA) {
		wire_take(&w, 8);
		out->payload = wire_be32(&w);
	} else {
		out->initiate = wire_be32(&w);
	}
	return !w.bad || out->chunk == CHUNK_COOKIE_ACK;
}

/* The upper layer by the number that its sender writes into each chunk (IANA). */
static const char *payload_name(uint32_t payload)
{
	static const struct {
		uint32_t id;
		const char *name;
	} names[] = {
		{ 1, "iua" },	{ 2, "m2ua" },	    { 3, "m3ua" },	{ 4, "sua" },
		{ 5, "m2pa" },	{ 7, "h248" },	    { 18, "s1ap" },	{ 27, "x2ap" },
		{ 43, "m2ap" }, { 46, "diameter" }, { 47, "diameter" }, { 60, "ngap" },
		{ 61, "xnap" }, { 62, "f1ap" },	    { 64, "e1ap" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].id == payload)
			return names[i].name;
	return NULL;
}

static struct conn *find_or_enter(struct sctp *s, const struct packet *p, bool from_client)
{
	uint64_t hash = conn_hash(s->conns, p);
	struct conn *c = conn_find(s->conns, p, hash);

	if (c && p->time_us - c->time_us < CONN_STALE)
		return c;
	if (!c) {
		c = conn_place(s->conns, hash);
		if (c->used && p->time_us - c->time_us < CONN_STALE)
			s->watch->tally->associations_evicted++;
	}
	conn_make(s->conns, c, p, hash, from_client);
	return c;
}

/* `syn` holds the tags: [0] the client's, [1] the server's, who may begin at the same time. */
static void take_init(struct sctp *s, const struct packet *p, const struct head *h)
{
	struct conn *c;

	if (h->verification || !h->initiate ||
	    (!watch_has(s->watch, &p->dst, &p->src, p->sport) &&
	     !watch_has(s->watch, &p->src, &p->dst, p->dport)))
		return;
	c = find_or_enter(s, p, true);
	conn_touch(s->conns, c, p->time_us);
	if (conn_is_between(c, &p->src, p->sport, &p->dst, p->dport)) {
		c->flags |= CONN_SYN;
		c->syn[0].seq = h->initiate;
	} else {
		c->flags |= CONN_SERVER_SYN;
		c->syn[1].seq = h->initiate;
	}
}

static enum evidence grade(const struct conn *c, const struct packet *p, const struct head *h)
{
	bool server = conn_is_between(c, &p->dst, p->dport, &p->src, p->sport);

	if (!(c->flags & (server ? CONN_SYN : CONN_SERVER_SYN)))
		return EVIDENCE_ONEWAY;
	return h->verification == c->syn[!server].seq ? EVIDENCE_HANDSHAKE : EVIDENCE_INVALID;
}

static void take_init_ack(struct sctp *s, const struct packet *p, const struct head *h)
{
	enum evidence evidence;
	struct conn *c;

	if (!h->initiate || !watch_has(s->watch, &p->src, &p->dst, p->dport))
		return;
	c = find_or_enter(s, p, false);
	if (c->flags & CONN_ANSWERED && c->isn == h->initiate)
		return;
	evidence = grade(c, p, h);
	c->time_us = p->time_us;
	c->isn = h->initiate;
	c->flags |= CONN_ANSWERED;
	c->entry = watch_answer(s->watch, p, evidence);
	if (evidence == EVIDENCE_INVALID)
		c->entry = NULL;
}

/* The association stands: its cookie has come back, or what it was made for. */
static void take_rest(struct sctp *s, const struct packet *p, const struct head *h)
{
	struct conn *c = conn_find(s->conns, p, conn_hash(s->conns, p));
	bool begun;

	if (!c || !c->entry)
		return;
	conn_touch(s->conns, c, p->time_us);
	begun = c->flags & (CONN_SYN | CONN_SERVER_SYN);
	/* Of one side alone no more is known than that it answers: the client bears the server's
	 * tag. */
	if (begun || h->verification == c->isn)
		watch_raise(s->watch, c->entry, begun ? EVIDENCE_FULL : EVIDENCE_HANDSHAKE);
	if (h->chunk == CHUNK_DATA)
		watch_name(s->watch, c->entry, payload_name(h->payload), NAMED_PAYLOAD);
}

void sctp_take(struct sctp *s, const struct packet *p)
{
	struct head h;

	if (!read_head(p, &h))
		return;
	switch (h.chunk) {
	case CHUNK_INIT:
		take_init(s, p, &h);
		break;
	case CHUNK_INIT_ACK:
		take_init_ack(s, p, &h);
		break;
	case CHUNK_DATA:
	case CHUNK_COOKIE_ECHO:
	case CHUNK_COOKIE_ACK:
		take_rest(s, p, &h);
		break;
	default:
		break;
	}
}
