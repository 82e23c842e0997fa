/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow.h"

#include <stdlib.h>

#define WAYS 8			  /* places a connection may be at */
#define FILTER_BITS 16		  /* of the filter in front of the table */
#define LOOKS_MAX 8		  /* connections looked at for a name, for each service */
#define STALE (300 * MONO_SECOND) /* idle for so long: forgotten without regret */
#define ACK_WINDOW (1u << 30)	  /* how far a client's ACK may be past our first byte */

enum {
	CONN_SYN = 1,	     /* the client's SYN was seen */
	CONN_SYN_OLD = 2,    /* and one with another sequence number before it */
	CONN_SERVER_SYN = 4, /* the server's side had sent a SYN of its own */
	CONN_ANSWERED = 8,   /* the SYN-ACK was seen */
	CONN_FOLLOWED = 16,  /* packets without SYN are of interest */
	CONN_CLIENT_ON = 32, /* the client acknowledged the SYN-ACK */
};

struct conn {
	struct addr client, server; /* client all zero: the place is free */
	uint16_t client_port, server_port;
	uint32_t syn[2];     /* sequence numbers of the client's SYN, the latest first */
	uint16_t syn_len[2]; /* and the data they carried (TCP Fast Open, RFC 7413) */
	uint32_t isn;	     /* the server's */
	uint8_t flags, payloads;
	wall_t time_us;
	struct known_entry *entry;  /* NULL: not answered yet, or the table of services is full */
	struct classify_flow *look; /* NULL: not being looked at */
	const char *early;	    /* the name that data on the SYN gave away; else NULL */
};

struct flow {
	struct flow_options o;
	bool any;
	size_t set_mask;
	struct conn *conns;
	uint16_t *tags;	 /* of each place, 0 free: most comparisons end here */
	uint8_t *filter; /* connections followed, by a cheap hash; 255 sticks */
	uint64_t filter_key;
	size_t looking; /* connections being looked at for a name */
};

struct flow *flow_new(const struct flow_options *options)
{
	struct flow *flow = calloc(1, sizeof(*flow));
	size_t sets = 1;

	if (!flow)
		return NULL;
	flow->o = *options;
	flow->any = prefix_set_is_any(&options->conf->home);
	flow->filter_key = options->key.k[0] | 1;
	while (sets * WAYS < options->conf->limit_flows)
		sets *= 2;
	flow->set_mask = sets - 1;
	flow->conns = calloc(sets * WAYS, sizeof(*flow->conns));
	flow->tags = calloc(sets * WAYS, sizeof(*flow->tags));
	flow->filter = calloc(1 << FILTER_BITS, 1);
	if (!flow->conns || !flow->tags || !flow->filter) {
		flow_free(flow);
		return NULL;
	}
	return flow;
}

void flow_free(struct flow *flow)
{
	size_t i;

	if (!flow)
		return;
	for (i = 0; flow->conns && i < (flow->set_mask + 1) * WAYS; i++)
		classify_flow_free(flow->conns[i].look);
	free(flow->conns);
	free(flow->tags);
	free(flow->filter);
	free(flow);
}

/* The same for both directions of a connection; cheap, for every packet. */
static uint8_t *filter_at(struct flow *flow, const struct addr *a, const struct addr *b,
			  uint16_t pa, uint16_t pb)
{
	uint64_t x[2], y[2], h;

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	h = (x[0] ^ y[0]) * 0x9e3779b97f4a7c15ULL + (x[1] ^ y[1]) + (uint64_t)(pa ^ pb) * 0x10001;
	return &flow->filter[h * flow->filter_key >> (64 - FILTER_BITS)];
}

/* The first place of the set where the connection of these two ends is kept; `tag` never 0. */
static size_t set_of(const struct flow *flow, const struct packet *p, uint16_t *tag)
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
	h = hash_bytes(&flow->o.key, &key, sizeof(key));
	*tag = (uint16_t)(h >> 48) | 1;
	return (h & flow->set_mask) * WAYS;
}

static bool is_between(const struct conn *c, const struct addr *client, uint16_t client_port,
		       const struct addr *server, uint16_t server_port)
{
	return c->client_port == client_port && c->server_port == server_port &&
	       addr_is_same(&c->client, client) && addr_is_same(&c->server, server);
}

static struct conn *conn_find(struct flow *flow, const struct packet *p)
{
	uint16_t tag;
	size_t i, set = set_of(flow, p, &tag);

	for (i = set; i < set + WAYS; i++)
		if (flow->tags[i] == tag &&
		    (is_between(&flow->conns[i], &p->src, p->sport, &p->dst, p->dport) ||
		     is_between(&flow->conns[i], &p->dst, p->dport, &p->src, p->sport)))
			return &flow->conns[i];
	return NULL;
}

static void conn_unfollow(struct flow *flow, struct conn *c)
{
	uint8_t *filter = filter_at(flow, &c->client, &c->server, c->client_port, c->server_port);

	if (c->look) {
		classify_flow_free(c->look);
		c->look = NULL;
		flow->looking--;
	}
	if (c->flags & CONN_FOLLOWED && *filter < UINT8_MAX)
		--*filter;
	c->flags &= (uint8_t)~CONN_FOLLOWED;
}

static void conn_follow(struct flow *flow, struct conn *c)
{
	uint8_t *filter = filter_at(flow, &c->client, &c->server, c->client_port, c->server_port);

	if (!(c->flags & CONN_FOLLOWED) && *filter < UINT8_MAX)
		++*filter;
	c->flags |= CONN_FOLLOWED;
}

/* A place for a new connection: a free one, else the one idle longest, those not followed first. */
static struct conn *conn_new(struct flow *flow, const struct packet *p, bool from_client)
{
	uint16_t tag;
	size_t i, set = set_of(flow, p, &tag), best = set;

	for (i = set; i < set + WAYS && flow->tags[best]; i++) {
		const struct conn *c = &flow->conns[i], *b = &flow->conns[best];
		bool c_followed = c->flags & CONN_FOLLOWED, b_followed = b->flags & CONN_FOLLOWED;

		if (!flow->tags[i] ||
		    (c_followed == b_followed ? c->time_us < b->time_us : b_followed))
			best = i;
	}
	if (flow->tags[best]) {
		if (p->time_us - flow->conns[best].time_us < STALE)
			flow->o.tally->flows_evicted++;
		conn_unfollow(flow, &flow->conns[best]);
	}
	flow->tags[best] = tag;
	flow->conns[best] = (struct conn){ .client = from_client ? p->src : p->dst,
					   .server = from_client ? p->dst : p->src,
					   .client_port = from_client ? p->sport : p->dport,
					   .server_port = from_client ? p->dport : p->sport };
	return &flow->conns[best];
}

/* Is this one of our own probes looking at the service? */
static bool is_ours(const struct flow *flow, const struct addr *client, uint16_t port)
{
	const struct conf_ports *ports = &flow->o.conf->verify_ports;

	return port >= ports->low && port <= ports->high && prefix_set_has(flow->o.own, client);
}

/* Is it our business when `server` answers `client`? */
static bool is_watched(const struct flow *flow, const struct addr *server,
		       const struct addr *client, uint16_t client_port)
{
	const struct prefix_set *home = &flow->o.conf->home;

	if (!flow->any && !prefix_set_has(home, server))
		return false;
	if (!flow->any && !flow->o.conf->inside && prefix_set_has(home, client))
		return false;
	return !addr_is_group(server) && !addr_is_group(client) &&
	       !is_ours(flow, client, client_port);
}

/* The name that the data of a SYN gives away at once, or NULL: nothing is kept for who may never be
 * answered. */
static const char *early_name(struct flow *flow, const struct packet *p)
{
	struct classify_flow *look = p->payload_len ? classify_flow_new() : NULL;
	const char *name = look ? classify_packet(flow->o.classify, look, p, false) : NULL;

	classify_flow_free(look);
	return name;
}

static void take_syn(struct flow *flow, const struct packet *p)
{
	bool in = is_watched(flow, &p->dst, &p->src, p->sport);
	struct conn *c;

	/* Our own hosts' SYNs matter for simultaneous opens only. */
	if (!in && !is_watched(flow, &p->src, &p->dst, p->dport))
		return;
	if (in)
		flow->o.tally->syns++;
	c = conn_find(flow, p);
	if (!c)
		c = conn_new(flow, p, true);
	c->time_us = p->time_us;
	if (!is_between(c, &p->src, p->sport, &p->dst, p->dport)) {
		c->flags |= CONN_SERVER_SYN;
		return;
	}
	if (c->flags & CONN_SYN && c->syn[0] == p->seq)
		return;
	if (c->flags & CONN_ANSWERED) {
		/* The same ports again: another connection. */
		conn_unfollow(flow, c);
		c->flags = 0;
		c->payloads = 0;
	}
	if (c->flags & CONN_SYN) {
		c->syn[1] = c->syn[0];
		c->syn_len[1] = c->syn_len[0];
		c->flags |= CONN_SYN_OLD;
	}
	c->flags |= CONN_SYN;
	c->syn[0] = p->seq;
	c->syn_len[0] = (uint16_t)(p->data_len < UINT16_MAX ? p->data_len : UINT16_MAX);
	c->early = early_name(flow, p);
}

/* Does the SYN-ACK acknowledge the SYN `i`, with or without its data (RFC 7413)? */
static bool acknowledges(const struct conn *c, int i, uint32_t ack)
{
	return ack - c->syn[i] - 1 <= c->syn_len[i];
}

/* How sure a SYN-ACK makes us; `c` as it was before. */
static enum evidence grade(const struct conn *c, const struct packet *p)
{
	if (c->flags & CONN_SERVER_SYN || !is_between(c, &p->dst, p->dport, &p->src, p->sport))
		return EVIDENCE_INVALID;
	if (!(c->flags & CONN_SYN))
		return EVIDENCE_ONEWAY;
	if (acknowledges(c, 0, p->ack) || (c->flags & CONN_SYN_OLD && acknowledges(c, 1, p->ack)))
		return EVIDENCE_HANDSHAKE;
	return EVIDENCE_INVALID;
}

/* A service was met for the first time. */
static void introduce(struct flow *flow, struct sighting *s)
{
	const char *guess = classify_guess(flow->o.classify, s->service.proto, s->service.port);

	if (guess)
		record_text_set(s->app_guess, sizeof(s->app_guess), guess);
}

static void count_answer(struct flow *flow, struct sighting *s, const struct packet *p)
{
	if (!s->handshakes++)
		s->first_us = p->time_us;
	s->last_us = p->time_us;
	s->peer = p->dst;
	s->peer_port = p->dport;
	s->vlan = p->vlan;
	hash_sketch_add(&s->peers, hash_bytes(&flow->o.peer_key, &p->dst, sizeof(p->dst)));
}

/* The table of services is full: core is told each time, and remembers for us. */
static void tell_unkept(struct flow *flow, const struct service *service, const struct packet *p,
			enum evidence evidence)
{
	struct sighting s = { .service = *service, .evidence = (uint8_t)evidence };

	flow->o.tally->known_evicted++;
	introduce(flow, &s);
	count_answer(flow, &s, p);
	flow->o.say(flow->o.arg, &s);
}

static void note_answer(struct flow *flow, struct conn *c, const struct packet *p,
			enum evidence evidence)
{
	const struct service service = { .host = p->src, .port = p->sport, .proto = p->proto };
	struct known_entry *entry = known_find(flow->o.known, &service);
	struct sighting *s;
	bool news;

	c->entry = entry;
	if (!entry) {
		if (evidence != EVIDENCE_INVALID)
			tell_unkept(flow, &service, p, evidence);
		return;
	}
	s = &entry->sighting;
	news = evidence > s->evidence;
	if (!s->evidence)
		introduce(flow, s);
	if (evidence == EVIDENCE_INVALID && !news)
		return;
	count_answer(flow, s, p);
	entry->standing += evidence == EVIDENCE_ONEWAY;
	if (news) {
		s->evidence = (uint8_t)evidence;
		known_tell(flow->o.known, entry, flow->o.say, flow->o.arg);
	} else {
		known_mark(flow->o.known, entry);
	}
}

static bool wants_name(const struct known_entry *entry)
{
	return !*entry->sighting.app && entry->looks < LOOKS_MAX;
}

static void set_name(struct flow *flow, struct known_entry *entry, const char *name)
{
	if (!name || *entry->sighting.app)
		return;
	record_text_set(entry->sighting.app, sizeof(entry->sighting.app), name);
	known_tell(flow->o.known, entry, flow->o.say, flow->o.arg);
}

static void take_synack(struct flow *flow, const struct packet *p)
{
	enum evidence evidence;
	struct conn *c;

	if (!is_watched(flow, &p->src, &p->dst, p->dport))
		return;
	flow->o.tally->synacks++;
	c = conn_find(flow, p);
	if (!c)
		c = conn_new(flow, p, false);
	if (c->flags & CONN_ANSWERED && c->isn == p->seq) {
		flow->o.tally->synack_repeats++;
		return;
	}
	evidence = grade(c, p);
	c->time_us = p->time_us;
	c->isn = p->seq;
	c->flags |= CONN_ANSWERED;
	c->flags &= (uint8_t)~CONN_CLIENT_ON;
	note_answer(flow, c, p, evidence);
	if (c->entry)
		set_name(flow, c->entry, c->early);
	if (evidence != EVIDENCE_INVALID && c->entry &&
	    (c->entry->sighting.evidence < EVIDENCE_FULL || wants_name(c->entry)))
		conn_follow(flow, c);
}

static void raise(struct flow *flow, struct known_entry *entry, enum evidence evidence)
{
	if (evidence <= entry->sighting.evidence)
		return;
	entry->sighting.evidence = (uint8_t)evidence;
	known_tell(flow->o.known, entry, flow->o.say, flow->o.arg);
}

/*
 * The client resets a connection whose SYN was never seen, although its own packets are: the
 * SYN-ACK was not an answer (a scan by our host, backscatter), unless other clients say otherwise.
 */
static void contradict(struct flow *flow, struct known_entry *entry)
{
	if (!entry->standing || --entry->standing || entry->sighting.evidence != EVIDENCE_ONEWAY)
		return;
	entry->sighting.evidence = EVIDENCE_INVALID;
	known_tell(flow->o.known, entry, flow->o.say, flow->o.arg);
}

static void take_client(struct flow *flow, struct conn *c, const struct packet *p)
{
	if (c->flags & CONN_CLIENT_ON)
		return;
	if (p->flags & TCP_RST) {
		if (!(c->flags & CONN_SYN))
			contradict(flow, c->entry);
		return;
	}
	if (!(p->flags & TCP_ACK) || p->ack - c->isn - 1 >= ACK_WINDOW)
		return;
	c->flags |= CONN_CLIENT_ON;
	raise(flow, c->entry, c->flags & CONN_SYN ? EVIDENCE_FULL : EVIDENCE_HANDSHAKE);
}

/* Shows a payload to nDPI; true: there is nothing more to learn from this connection. */
static bool look(struct flow *flow, struct conn *c, const struct packet *p, bool from_server)
{
	const char *name;

	if (*c->entry->sighting.app)
		return true;
	if (!c->look) {
		if (!wants_name(c->entry))
			return true;
		if (flow->looking == flow->o.conf->limit_names ||
		    !(c->look = classify_flow_new())) {
			flow->o.tally->names_refused++;
			return true;
		}
		flow->looking++;
		c->entry->looks++;
	}
	name = classify_packet(flow->o.classify, c->look, p, from_server);
	if (!name && ++c->payloads >= flow->o.conf->name_packets)
		name = classify_end(flow->o.classify, c->look);
	set_name(flow, c->entry, name);
	return name || c->payloads >= flow->o.conf->name_packets;
}

static void take_followed(struct flow *flow, struct conn *c, const struct packet *p)
{
	bool client = is_between(c, &p->src, p->sport, &p->dst, p->dport), done = false;

	c->time_us = p->time_us;
	if (client)
		take_client(flow, c, p);
	if (p->payload_len && !(p->flags & TCP_RST))
		done = look(flow, c, p, !client);
	else if (!wants_name(c->entry) && !c->look)
		done = c->flags & CONN_CLIENT_ON;
	if (p->flags & (TCP_RST | TCP_FIN)) {
		if (c->look)
			set_name(flow, c->entry, classify_end(flow->o.classify, c->look));
		done = true;
	}
	if (done)
		conn_unfollow(flow, c);
}

void flow_take(struct flow *flow, const struct packet *p)
{
	struct conn *c;

	if (p->flags & TCP_SYN) {
		/* No stack opens a connection and ends it in one packet. */
		if (p->flags & (TCP_RST | TCP_FIN))
			return;
		if (p->flags & TCP_ACK)
			take_synack(flow, p);
		else
			take_syn(flow, p);
		return;
	}
	if (!*filter_at(flow, &p->src, &p->dst, p->sport, p->dport))
		return;
	c = conn_find(flow, p);
	if (c && c->flags & CONN_FOLLOWED)
		take_followed(flow, c, p);
}

void flow_finish(struct flow *flow)
{
	size_t i;

	for (i = 0; i < (flow->set_mask + 1) * WAYS; i++)
		if (flow->conns[i].look)
			set_name(flow, flow->conns[i].entry,
				 classify_end(flow->o.classify, flow->conns[i].look));
}
