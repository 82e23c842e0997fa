/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow.h"

#include "flowd/sensor/conn.h"

#include <stdlib.h>

#define LOOKS_MAX 8		  /* connections looked at for a name, for each service */
#define STALE (300 * MONO_SECOND) /* idle for so long: forgotten without regret */
#define ACK_WINDOW (1u << 30)	  /* how far a client's ACK may be past our first byte */

struct flow {
	struct flow_options o;
	bool any;
	bool has_door; /* flowd's own page is on `door` */
	struct addr door;
	struct conn_table *conns;
	size_t looking; /* connections being looked at for a name */
};

struct flow *flow_new(const struct flow_options *options)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	if (!flow)
		return NULL;
	flow->o = *options;
	flow->has_door = conf_serves(options->conf) &&
			 !addr_parse(options->conf->web_address, strlen(options->conf->web_address),
				     &flow->door);
	flow->any = prefix_set_is_any(&options->conf->home);
	flow->conns = conn_table_new(options->conf->limit_flows, &options->key);
	if (!flow->conns) {
		flow_free(flow);
		return NULL;
	}
	return flow;
}

void flow_free(struct flow *flow)
{
	struct conn *c;
	size_t at = 0;

	if (!flow)
		return;
	while (flow->conns && (c = conn_next(flow->conns, &at)))
		classify_flow_free(c->look);
	conn_table_free(flow->conns);
	free(flow);
}

/* Nothing more is to be learnt from a connection. */
static void leave(struct flow *flow, struct conn *c)
{
	if (c->look) {
		classify_flow_free(c->look);
		c->look = NULL;
		flow->looking--;
	}
	conn_unfollow(flow->conns, c);
}

/* A new connection, in place of one that has been idle for long if need be. */
static struct conn *enter(struct flow *flow, const struct packet *p, bool from_client)
{
	struct conn *c = conn_place(flow->conns, p);

	if (c->tag) {
		if (p->time_us - c->time_us < STALE)
			flow->o.tally->flows_evicted++;
		leave(flow, c);
	}
	conn_make(flow->conns, c, p, from_client);
	return c;
}

/* Is this one of our own probes looking at the service? */
static bool is_ours(const struct flow *flow, const struct addr *client, uint16_t port)
{
	const struct conf_ports *ports = &flow->o.conf->verify_ports;

	return port >= ports->low && port <= ports->high && prefix_set_has(flow->o.own, client);
}

/* Is this a listener of our own? */
static bool is_own_door(const struct flow *flow, const struct addr *server, uint16_t port)
{
	return flow->has_door && port == flow->o.conf->web_port &&
	       addr_is_same(&flow->door, server);
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

static void take_syn(struct flow *flow, const struct packet *p)
{
	bool in = is_watched(flow, &p->dst, &p->src, p->sport);
	struct conn *c;

	/* Our own hosts' SYNs matter for simultaneous opens only. */
	if (!in && !is_watched(flow, &p->src, &p->dst, p->dport))
		return;
	if (in)
		flow->o.tally->syns++;
	c = conn_find(flow->conns, p);
	if (!c)
		c = enter(flow, p, true);
	c->time_us = p->time_us;
	if (!conn_is_between(c, &p->src, p->sport, &p->dst, p->dport)) {
		c->flags |= CONN_SERVER_SYN;
		return;
	}
	if (c->flags & CONN_SYN && c->syn[0] == p->seq)
		return;
	if (c->flags & CONN_ANSWERED) {
		/* The same ports again: another connection. */
		leave(flow, c);
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
	/* Nothing else is kept for who may never be answered. */
	c->early = p->payload_len ? classify_wish(flow->o.classify, p) : NULL;
}

/* Does the SYN-ACK acknowledge the SYN `i`, with or without its data (RFC 7413)? */
static bool acknowledges(const struct conn *c, int i, uint32_t ack)
{
	return ack - c->syn[i] - 1 <= c->syn_len[i];
}

/* How sure a SYN-ACK makes us; `c` as it was before. */
static enum evidence grade(const struct conn *c, const struct packet *p)
{
	if (c->flags & CONN_SERVER_SYN || !conn_is_between(c, &p->dst, p->dport, &p->src, p->sport))
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

	if (!is_watched(flow, &p->src, &p->dst, p->dport) || is_own_door(flow, &p->src, p->sport))
		return;
	flow->o.tally->synacks++;
	c = conn_find(flow->conns, p);
	if (!c)
		c = enter(flow, p, false);
	if (c->flags & CONN_ANSWERED && c->isn == p->seq) {
		flow->o.tally->synack_repeats++;
		return;
	}
	evidence = grade(c, p);
	c->time_us = p->time_us;
	c->isn = p->seq;
	c->flags |= CONN_ANSWERED;
	c->flags &= (uint8_t)~CONN_CLIENT_ON;
	/* What contradicts itself may come from the client: nothing after it counts for either. */
	if (evidence == EVIDENCE_INVALID)
		leave(flow, c);
	note_answer(flow, c, p, evidence);
	if (evidence != EVIDENCE_INVALID && c->entry &&
	    (c->entry->sighting.evidence < EVIDENCE_FULL || wants_name(c->entry)))
		conn_follow(flow->conns, c);
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
	if (!name && c->early && classify_grants(c->look, c->early))
		name = c->early;
	if (!name && ++c->payloads >= flow->o.conf->name_packets)
		name = classify_end(flow->o.classify, c->look);
	set_name(flow, c->entry, name);
	return name || c->payloads >= flow->o.conf->name_packets;
}

static void take_followed(struct flow *flow, struct conn *c, const struct packet *p)
{
	bool client = conn_is_between(c, &p->src, p->sport, &p->dst, p->dport), done = false;

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
		leave(flow, c);
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
	if (!conn_may_follow(flow->conns, p))
		return;
	c = conn_find(flow->conns, p);
	if (c && c->flags & CONN_FOLLOWED)
		take_followed(flow, c, p);
}

void flow_finish(struct flow *flow)
{
	struct conn *c;
	size_t at = 0;

	while ((c = conn_next(flow->conns, &at)))
		if (c->look)
			set_name(flow, c->entry, classify_end(flow->o.classify, c->look));
}
