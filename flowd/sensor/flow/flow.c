/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/flow.h"

#include "flowd/sensor/flow/conn.h"
#include "flowd/sensor/flow/handshake.h"
#include "flowd/sensor/flow/loss.h"
#include "flowd/sensor/flow/twins.h"

#include <stdlib.h>

#define AT_ONCE (3 * MONO_SECOND)   /* who resets within it has not been talked to */
#define OVERTAKEN (1 * MONO_SECOND) /* a SYN-ACK may be captured so long before its SYN */
#define WINDOW (1u << 26)	    /* how far a client may have come when it is first seen */

struct flow {
	struct watch *watch;
	struct classify *classify;
	struct conn_table *conns;
	struct loss *loss;
	struct twins *twins;
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
	flow->loss = loss_new();
	flow->twins = twins_new();
	if (!flow->conns || !flow->loss || !flow->twins) {
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
	loss_free(flow->loss);
	twins_free(flow->twins);
	free(flow);
}

/* Evidence and name of a connection are settled, or never will be. */
static void settle(struct flow *flow, struct conn *c)
{
	if (c->look) {
		classify_flow_free(c->look);
		c->look = NULL;
		flow->looking--;
	}
	explain_leave(flow->watch->explain, c->control);
	c->control = NULL;
	c->flags &= (uint16_t)~CONN_WANTED;
	if (!c->track)
		conn_unfollow(flow->conns, c);
}

/* Nothing more is to be learnt from a connection. */
static void leave(struct flow *flow, struct conn *c)
{
	loss_end(c);
	settle(flow, c);
}

/* The connection of a packet: the one that is there unless it has been idle for long, else a new
 * one, in place of another if need be. */
static struct conn *enter(struct flow *flow, const struct packet *p, uint64_t hash,
			  bool from_client)
{
	struct conn *c = conn_find(flow->conns, p, hash);

	if (c && p->time_us - c->time_us < CONN_STALE)
		return c;
	if (!c)
		c = conn_place(flow->conns, hash);
	if (c->used) {
		if (p->time_us - c->time_us < CONN_STALE)
			flow->watch->tally->flows_evicted++;
		leave(flow, c);
	}
	conn_make(flow->conns, c, p, hash, from_client);
	return c;
}

/* The evidence has become better than it was at the SYN-ACK. */
static void raise_to(struct flow *flow, struct conn *c, enum evidence evidence)
{
	if (evidence > c->evidence)
		c->evidence = (uint8_t)evidence;
	if (c->entry)
		watch_raise(flow->watch, c->entry, evidence);
}

/* The SYN of a SYN-ACK that was captured before it; two interfaces have no common order. */
static bool take_late_syn(struct flow *flow, struct conn *c, const struct packet *p)
{
	if (!(c->flags & CONN_ANSWERED) || c->evidence != EVIDENCE_ONEWAY ||
	    !handshake_acknowledges(handshake_syn(p), c->ack) ||
	    p->time_us - c->answered_us >= OVERTAKEN)
		return false;
	flow->watch->tally->synacks_explained++;
	raise_to(flow, c, c->flags & CONN_CLIENT_ON ? EVIDENCE_FULL : EVIDENCE_HANDSHAKE);
	return true;
}

static void take_syn(struct flow *flow, const struct packet *p, uint64_t hash)
{
	bool in = watch_has(flow->watch, &p->dst, &p->src, p->sport);
	struct conn *c;

	/* Our own hosts' SYNs matter for simultaneous opens only. */
	if (!in && !watch_has(flow->watch, &p->src, &p->dst, p->dport))
		return;
	if (in) {
		flow->watch->tally->syns++;
		host_asked(flow->watch->hosts, &p->dst, p->dport);
	} else {
		flow->watch->tally->syns_out++;
	}
	c = enter(flow, p, hash, true);
	conn_touch(flow->conns, c, p->time_us);
	if (!conn_is_between(c, &p->src, p->sport, &p->dst, p->dport)) {
		c->own_syn = handshake_syn(p);
		c->flags |= CONN_SERVER_SYN;
		return;
	}
	if (c->flags & CONN_SYN && c->syn[0].seq == p->seq)
		return;
	if (!take_late_syn(flow, c, p) && c->flags & CONN_SYN) {
		/* Should nobody answer it, what was there goes on. */
		c->syn[1] = c->syn[0];
		c->flags |= CONN_SYN_OLD;
	}
	c->flags |= CONN_SYN;
	c->syn[0] = handshake_syn(p);
	/* Nothing else is kept for who may never be answered. */
	c->early = p->payload_len ? classify_wish(flow->classify, p) : NULL;
}

/* Is there anything to learn from a connection of the service? */
static bool wants_more(const struct flow *flow, const struct known_entry *entry, wall_t now)
{
	return entry->sighting.evidence < EVIDENCE_FULL || !entry->sighting.delivered ||
	       watch_may_look(flow->watch, entry, now) || explain_may_control(entry);
}

static bool look(struct flow *flow, struct conn *c, const struct packet *p, bool from_server);

/* The server's answer was counted: what of the connection is still of interest? */
static void follow(struct flow *flow, struct conn *c, const struct packet *p)
{
	/* Data on the SYN-ACK: the server's first words. */
	if (p->data_len) {
		c->flags |= CONN_SERVER_ON;
		c->entry = watch_data(flow->watch, c->entry, p, handshake_reached(c));
	}
	if (!c->entry)
		c->flags |= CONN_HELD;
	else if (wants_more(flow, c->entry, p->time_us))
		c->flags |= CONN_WANTED;
	if (c->entry && c->evidence == EVIDENCE_HANDSHAKE)
		loss_begin(flow->loss, c, conn_hash(flow->conns, p));
	if (!(c->flags & (CONN_WANTED | CONN_HELD)) && !c->track)
		return;
	conn_follow(flow->conns, c);
	if (c->flags & CONN_WANTED && p->payload_len && look(flow, c, p, true))
		settle(flow, c);
}

/* A SYN-ACK that opens a connection, as far as can be seen. */
static void open_conn(struct flow *flow, struct conn *c, const struct packet *p,
		      enum evidence evidence)
{
	leave(flow, c);
	c->flags &= (uint16_t) ~(CONN_CLIENT_ON | CONN_CLIENT_SAID | CONN_SERVER_ON | CONN_HELD |
				 CONN_NAMED);
	c->flags |= CONN_ANSWERED;
	c->payloads = 0;
	c->evidence = (uint8_t)evidence;
	c->answered_us = p->time_us;
	c->isn = p->seq;
	c->ack = p->ack;
	c->entry = watch_answer(flow->watch, p, evidence);
	if (evidence == EVIDENCE_ONEWAY)
		flow->watch->tally->synacks_alone++;
	if (c->entry && evidence == EVIDENCE_ONEWAY)
		c->entry->standing++;
	/* What contradicts itself may come from the client: nothing after it counts for either. */
	if (evidence != EVIDENCE_INVALID)
		follow(flow, c, p);
}

/* Somebody outside answers one of ours, who should have been seen to ask. */
static void take_foreign_synack(struct flow *flow, const struct packet *p, uint64_t hash)
{
	struct conn *c = conn_find(flow->conns, p, hash);

	flow->watch->tally->synacks_in++;
	flow->watch->tally->synacks_in_alone += !c || !(c->flags & CONN_SYN);
	if (!c || c->flags & CONN_ABROAD || !explain_may_come_back(p->sport) ||
	    !(c->flags & CONN_SYN) || !handshake_acknowledges(c->syn[0], p->ack))
		return;
	c->isn = p->seq;
	c->flags |= CONN_ABROAD;
	conn_follow(flow->conns, c);
}

/* A server outside may come back to a port that our client tells it of. */
static void take_abroad(struct flow *flow, struct conn *c, const struct packet *p)
{
	bool client = conn_is_between(c, &p->src, p->sport, &p->dst, p->dport);
	const struct explain_talk talk = { .packet = p,
					   .from_server = !client,
					   .first = p->seq ==
						    (client ? c->syn[0].seq : c->isn) + 1 };

	conn_touch(flow->conns, c, p->time_us);
	if (explain_abroad(flow->watch->explain, &c->control, &talk))
		return;
	c->flags &= (uint16_t)~CONN_ABROAD;
	leave(flow, c);
}

static void take_synack(struct flow *flow, const struct packet *p, uint64_t hash)
{
	enum evidence evidence;
	struct conn *c;

	if (!watch_has(flow->watch, &p->src, &p->dst, p->dport)) {
		if (watch_has(flow->watch, &p->dst, &p->src, p->sport))
			take_foreign_synack(flow, p, hash);
		return;
	}
	if (watch_is_own_door(flow->watch, &p->src, p->sport))
		return;
	flow->watch->tally->synacks++;
	c = enter(flow, p, hash, false);
	if (!conn_is_between(c, &p->dst, p->dport, &p->src, p->sport)) {
		/* Who was the client answers: a simultaneous open, or the same ports the other way
		 * round; else it makes no sense, and what there is goes on. */
		if (c->flags & CONN_ANSWERED && !(c->flags & CONN_SERVER_SYN)) {
			watch_answer(flow->watch, p, EVIDENCE_INVALID);
			return;
		}
		leave(flow, c);
		conn_turn(c);
	}
	evidence = handshake_grade(c, p);
	conn_touch(flow->conns, c, p->time_us);
	if (handshake_is_repeat(c, p, evidence))
		flow->watch->tally->synack_repeats++;
	else
		open_conn(flow, c, p, evidence);
}

static void take_client(struct flow *flow, struct conn *c, const struct packet *p)
{
	/* Who hangs up first has not been refused. */
	if (p->flags & (TCP_RST | TCP_FIN))
		c->flags |= CONN_SERVER_ON;
	if (p->data_len)
		c->flags |= CONN_CLIENT_SAID;
	if (p->flags & TCP_RST && !(c->flags & CONN_CLIENT_ON) && c->entry &&
	    c->evidence == EVIDENCE_ONEWAY)
		watch_contradict(flow->watch, c->entry);
	if (c->flags & CONN_CLIENT_ON || p->flags & TCP_RST)
		return;
	if (!(p->flags & TCP_ACK) || p->ack - c->isn - 1 >= WINDOW || p->seq - c->ack + 1 >= WINDOW)
		return;
	c->flags |= CONN_CLIENT_ON;
	if (!(c->flags & CONN_SYN))
		flow->watch->tally->synacks_explained++;
	raise_to(flow, c, handshake_reached(c));
}

/*
 * A server that sends data has had its SYN-ACK acknowledged, seen or not; unless data came with the
 * SYN, for that may be answered at once (RFC 7413).
 */
static void imply_client(struct flow *flow, struct conn *c, const struct packet *p)
{
	if (c->flags & CONN_CLIENT_ON || !(c->flags & CONN_SYN) || c->syn[0].len || !p->data_len ||
	    p->flags & TCP_RST || p->seq - c->isn - 1 >= WINDOW)
		return;
	c->flags |= CONN_CLIENT_ON;
	raise_to(flow, c, EVIDENCE_FULL);
}

/*
 * The server's first packet after the handshake. Does it hang up without a word, and at once: with
 * a reset, or with an end that nobody's words have led to? That is how wrappers and access lists
 * refuse.
 */
static void take_server(struct flow *flow, struct conn *c, const struct packet *p)
{
	bool reset = p->flags & TCP_RST, end = reset || p->flags & TCP_FIN;

	imply_client(flow, c, p);
	if (p->data_len && !reset)
		c->entry = watch_data(flow->watch, c->entry, p, handshake_reached(c));
	if (c->flags & CONN_SERVER_ON || (!end && !p->data_len))
		return;
	c->flags |= CONN_SERVER_ON;
	/* More than its first number: it has said something that was not seen. */
	if (!end || (!reset && (p->data_len || c->flags & CONN_CLIENT_SAID)) ||
	    p->seq - c->isn > 1 || p->time_us - c->answered_us >= AT_ONCE ||
	    (c->flags & CONN_SYN && !(c->flags & CONN_CLIENT_ON)))
		return;
	flow->watch->tally->refusals++;
	if (c->entry)
		watch_refuse(flow->watch, c->entry);
}

/* No more will be said: the name after all. */
static void end_look(struct flow *flow, struct conn *c)
{
	const char *name = NULL;

	if (c->look && !(c->flags & CONN_NAMED))
		name = classify_end(flow->classify, c->look);
	if (name)
		watch_name(flow->watch, c->entry, name, classify_named(c->look));
	if (c->look)
		watch_hint(flow->watch, c->entry, c->look, c->time_us);
}

/* Shows a payload to nDPI; true: there is nothing more to learn from this connection. */
static bool look(struct flow *flow, struct conn *c, const struct packet *p, bool from_server)
{
	const char *name;
	bool last;

	if (!c->look) {
		if (!watch_may_look(flow->watch, c->entry, p->time_us))
			return true;
		if (flow->looking == flow->watch->conf->limit_names ||
		    !(c->look = classify_flow_new(c->entry->sighting.app))) {
			flow->watch->tally->names_refused++;
			return true;
		}
		flow->looking++;
		watch_look(c->entry, p->time_us);
	}
	name = classify_packet(flow->classify, c->look, p, from_server);
	if (!name && c->early && classify_grants(c->look, c->early))
		name = c->early;
	if (c->payloads < flow->watch->conf->name_packets)
		c->payloads++;
	last = c->payloads == flow->watch->conf->name_packets;
	if (!name && last)
		name = classify_end(flow->classify, c->look);
	/* One connection is one witness, however often it says it. */
	if (name && !(c->flags & CONN_NAMED)) {
		c->flags |= CONN_NAMED;
		/* The name sets verify going, which is to know whom clients ask for (SNI). */
		if (!classify_awaits(c->look))
			watch_hint(flow->watch, c->entry, c->look, c->time_us);
		watch_name(flow->watch, c->entry, name, classify_named(c->look));
	}
	if (!last && (!(c->flags & CONN_NAMED) || classify_awaits(c->look)))
		return false;
	watch_hint(flow->watch, c->entry, c->look, c->time_us);
	return true;
}

/* Shows a payload to what announces endpoints; true: the connection may do so later. */
static bool control(struct flow *flow, struct conn *c, const struct packet *p, bool from_server)
{
	const struct explain_talk talk = {
		.packet = p,
		.from_server = from_server,
		.first = p->seq == (from_server ? c->isn : c->syn[0].seq) + 1,
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

/* Evidence and name; true: there is nothing more to learn. */
static bool take_wanted(struct flow *flow, struct conn *c, const struct packet *p, bool client)
{
	bool done = false;

	if (p->payload_len && !(p->flags & TCP_RST)) {
		done = look(flow, c, p, !client);
		done &= !control(flow, c, p, !client);
	} else if (!watch_may_look(flow->watch, c->entry, p->time_us) && !c->look && !c->control) {
		done = c->flags & CONN_CLIENT_ON && c->flags & CONN_SERVER_ON &&
		       !explain_may_control(c->entry);
	}
	/* Whether the server says anything tells it from one that only answers. */
	done &= c->entry->sighting.delivered;
	if (!(p->flags & (TCP_RST | TCP_FIN)))
		return done;
	end_look(flow, c);
	return true;
}

static void take_followed(struct flow *flow, struct conn *c, const struct packet *p)
{
	bool client = conn_is_between(c, &p->src, p->sport, &p->dst, p->dport);

	if (p->flags & (TCP_RST | TCP_FIN) && !handshake_may_end(c, p, client))
		return;
	conn_touch(flow->conns, c, p->time_us);
	if (client)
		take_client(flow, c, p);
	else
		take_server(flow, c, p);
	if (!c->entry) {
		if (p->flags & (TCP_RST | TCP_FIN) || (!client && p->data_len))
			leave(flow, c);
		return;
	}
	if (c->flags & CONN_HELD) {
		c->flags = (uint16_t)((c->flags & ~CONN_HELD) | CONN_WANTED);
		conn_follow(flow->conns, c);
	}
	if (c->track)
		loss_take(c, p, !client, flow->watch->tally);
	if (!(c->flags & CONN_WANTED) || take_wanted(flow, c, p, client))
		settle(flow, c);
}

const struct gate *flow_gate(const struct flow *flow)
{
	return conn_gate(flow->conns);
}

void flow_fetch(const struct flow *flow, uint64_t hash)
{
	conn_fetch(flow->conns, hash);
}

void flow_fetch_rest(const struct flow *flow, uint64_t hash)
{
	conn_fetch_rest(flow->conns, hash);
}

void flow_take(struct flow *flow, const struct packet *p)
{
	uint64_t hash = conn_hash(flow->conns, p);
	struct conn *c;

	twins_look(flow->twins, conn_gate(flow->conns), flow->watch, p, hash);
	if (p->flags & TCP_SYN) {
		/* No stack opens a connection and ends it in one packet. */
		if (p->flags & (TCP_RST | TCP_FIN))
			return;
		if (p->flags & TCP_ACK)
			take_synack(flow, p, hash);
		else
			take_syn(flow, p, hash);
		return;
	}
	/* The answer of a shut port (RFC 9293, 3.10.7.1). */
	if (p->flags & TCP_RST && p->flags & TCP_ACK && !p->seq)
		host_asked(flow->watch->hosts, &p->src, p->sport);
	if (!gate_may_follow(conn_gate(flow->conns), hash))
		return;
	c = conn_find(flow->conns, p, hash);
	if (c && c->flags & CONN_FOLLOWED && c->flags & CONN_ABROAD)
		take_abroad(flow, c, p);
	else if (c && c->flags & CONN_FOLLOWED)
		take_followed(flow, c, p);
}

void flow_finish(struct flow *flow)
{
	struct conn *c;
	size_t at = 0;

	while ((c = conn_next(flow->conns, &at)))
		end_look(flow, c);
}
