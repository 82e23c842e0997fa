/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/flow.h"

#include "flowd/sensor/flow/conn.h"

#include <stdlib.h>

#define STALE (300 * MONO_SECOND) /* idle for so long: forgotten without regret */
#define ACK_WINDOW (1u << 30)	  /* how far a client's ACK may be past our first byte */

struct flow {
	struct watch *watch;
	struct classify *classify;
	struct conn_table *conns;
	size_t looking; /* connections being looked at for a name */
};

struct flow *flow_new(struct watch *watch, struct classify *classify, const struct hash_key *key)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	if (!flow)
		return NULL;
	flow->watch = watch;
	flow->classify = classify;
	flow->conns = conn_table_new(watch->conf->limit_flows, key);
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
	while (flow->conns && (c = conn_next(flow->conns, &at))) {
		classify_flow_free(c->look);
		explain_leave(flow->watch->explain, c->control);
	}
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
	explain_leave(flow->watch->explain, c->control);
	c->control = NULL;
	conn_unfollow(flow->conns, c);
}

/* A new connection, in place of one that has been idle for long if need be. */
static struct conn *enter(struct flow *flow, const struct packet *p, bool from_client)
{
	struct conn *c = conn_place(flow->conns, p);

	if (c->tag) {
		if (p->time_us - c->time_us < STALE)
			flow->watch->tally->flows_evicted++;
		leave(flow, c);
	}
	conn_make(flow->conns, c, p, from_client);
	return c;
}

static void take_syn(struct flow *flow, const struct packet *p)
{
	bool in = watch_has(flow->watch, &p->dst, &p->src, p->sport);
	struct conn *c;

	/* Our own hosts' SYNs matter for simultaneous opens only. */
	if (!in && !watch_has(flow->watch, &p->src, &p->dst, p->dport))
		return;
	if (in) {
		flow->watch->tally->syns++;
		host_asked(flow->watch->hosts, &p->dst, p->dport);
	}
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
	c->early = p->payload_len ? classify_wish(flow->classify, p) : NULL;
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

static bool wants_name(const struct flow *flow, const struct known_entry *entry, wall_t now)
{
	return watch_may_look(flow->watch, entry, now);
}

/* Is there anything to learn from a connection of the service? */
static bool wants_more(const struct flow *flow, const struct known_entry *entry, wall_t now)
{
	return entry->sighting.evidence < EVIDENCE_FULL || !entry->sighting.delivered ||
	       wants_name(flow, entry, now) || explain_may_control(entry);
}

static void take_synack(struct flow *flow, const struct packet *p)
{
	enum evidence evidence;
	struct conn *c;

	if (!watch_has(flow->watch, &p->src, &p->dst, p->dport) ||
	    watch_is_own_door(flow->watch, &p->src, p->sport))
		return;
	flow->watch->tally->synacks++;
	c = conn_find(flow->conns, p);
	if (!c)
		c = enter(flow, p, false);
	if (c->flags & CONN_ANSWERED && c->isn == p->seq) {
		flow->watch->tally->synack_repeats++;
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
	c->entry = watch_answer(flow->watch, p, evidence);
	c->flags &= (uint8_t)~CONN_HELD;
	if (c->entry && evidence == EVIDENCE_ONEWAY)
		c->entry->standing++;
	if (evidence == EVIDENCE_INVALID)
		return;
	if (!c->entry)
		c->flags |= CONN_HELD;
	if (!c->entry || wants_more(flow, c->entry, p->time_us))
		conn_follow(flow->conns, c);
}

/*
 * The client resets a connection whose SYN was never seen, although its own packets are: the
 * SYN-ACK was not an answer (a scan by our host, backscatter), unless other clients say otherwise.
 */
static void contradict(struct flow *flow, struct known_entry *entry)
{
	if (!entry->standing || --entry->standing || entry->sighting.evidence != EVIDENCE_ONEWAY)
		return;
	watch_contradict(flow->watch, entry);
}

/* How sure a connection whose SYN-ACK was no contradiction has made us by now. */
static enum evidence reached(const struct conn *c)
{
	if (c->flags & CONN_CLIENT_ON)
		return c->flags & CONN_SYN ? EVIDENCE_FULL : EVIDENCE_HANDSHAKE;
	return c->flags & CONN_SYN ? EVIDENCE_HANDSHAKE : EVIDENCE_ONEWAY;
}

static void take_client(struct flow *flow, struct conn *c, const struct packet *p)
{
	if (c->flags & CONN_CLIENT_ON)
		return;
	if (p->flags & TCP_RST) {
		if (!(c->flags & CONN_SYN) && c->entry)
			contradict(flow, c->entry);
		return;
	}
	if (!(p->flags & TCP_ACK) || p->ack - c->isn - 1 >= ACK_WINDOW)
		return;
	c->flags |= CONN_CLIENT_ON;
	if (c->entry)
		watch_raise(flow->watch, c->entry, reached(c));
}

/*
 * A server that sends data has had its SYN-ACK acknowledged, seen or not; unless data came with the
 * SYN, for that may be answered at once (RFC 7413).
 */
static void take_server(struct flow *flow, struct conn *c, const struct packet *p)
{
	bool on = c->flags & CONN_SYN && !c->syn_len[0] && p->seq - c->isn - 1 < ACK_WINDOW;

	if (!p->data_len || p->flags & TCP_RST)
		return;
	if (on && !(c->flags & CONN_CLIENT_ON)) {
		c->flags |= CONN_CLIENT_ON;
		if (c->entry)
			watch_raise(flow->watch, c->entry, EVIDENCE_FULL);
	}
	c->entry = watch_data(flow->watch, c->entry, p, reached(c));
}

/* No more will be said: the name after all. */
static void end_look(struct flow *flow, struct conn *c)
{
	const char *name = c->look ? classify_end(flow->classify, c->look) : NULL;

	if (name)
		watch_name(flow->watch, c->entry, name, classify_named(c->look));
}

/* Shows a payload to nDPI; true: there is nothing more to learn from this connection. */
static bool look(struct flow *flow, struct conn *c, const struct packet *p, bool from_server)
{
	const char *name;

	if (!c->look) {
		if (!wants_name(flow, c->entry, p->time_us))
			return true;
		if (flow->looking == flow->watch->conf->limit_names ||
		    !(c->look = classify_flow_new())) {
			flow->watch->tally->names_refused++;
			return true;
		}
		flow->looking++;
		watch_look(c->entry, p->time_us);
	}
	name = classify_packet(flow->classify, c->look, p, from_server);
	if (!name && c->early && classify_grants(c->look, c->early))
		name = c->early;
	if (!name && ++c->payloads >= flow->watch->conf->name_packets)
		name = classify_end(flow->classify, c->look);
	watch_name(flow->watch, c->entry, name, classify_named(c->look));
	return name || c->payloads >= flow->watch->conf->name_packets;
}

/* Shows a payload to what announces endpoints; true: the connection may do so later. */
static bool control(struct flow *flow, struct conn *c, const struct packet *p, bool from_server)
{
	const struct explain_talk talk = {
		.packet = p,
		.from_server = from_server,
		.first = p->seq == (from_server ? c->isn : c->syn[0]) + 1,
		.half = !(c->flags & (CONN_SYN | CONN_CLIENT_ON)),
	};
	struct explain *x = flow->watch->explain;

	if (from_server && talk.first && explain_words(x, c->entry, p))
		known_tell(flow->watch->known, c->entry, flow->watch->say, flow->watch->arg);
	/* It speaks something else. */
	if (*c->entry->sighting.app && !explain_may_control(c->entry))
		return false;
	watch_name(flow->watch, c->entry, explain_control(x, &c->control, &talk), NAMED_PAYLOAD);
	return explain_goes_on(c->control);
}

static void take_followed(struct flow *flow, struct conn *c, const struct packet *p)
{
	bool client = conn_is_between(c, &p->src, p->sport, &p->dst, p->dport), done = false;

	c->time_us = p->time_us;
	if (client)
		take_client(flow, c, p);
	else
		take_server(flow, c, p);
	if (!c->entry) {
		if (p->flags & (TCP_RST | TCP_FIN) || (!client && p->data_len))
			leave(flow, c);
		return;
	}
	c->flags &= (uint8_t)~CONN_HELD;
	if (p->payload_len && !(p->flags & TCP_RST)) {
		done = look(flow, c, p, !client);
		done &= !control(flow, c, p, !client);
	} else if (!wants_name(flow, c->entry, p->time_us) && !c->look && !c->control)
		done = c->flags & CONN_CLIENT_ON && !explain_may_control(c->entry);
	/* Whether the server says anything tells it from one that only answers. */
	done &= c->entry->sighting.delivered;
	if (p->flags & (TCP_RST | TCP_FIN)) {
		end_look(flow, c);
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
	/* The answer of a shut port (RFC 9293, 3.10.7.1). */
	if (p->flags & TCP_RST && p->flags & TCP_ACK && !p->seq)
		host_asked(flow->watch->hosts, &p->src, p->sport);
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
		end_look(flow, c);
}
