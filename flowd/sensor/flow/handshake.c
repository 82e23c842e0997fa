/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/handshake.h"

#define REACH (1u << 24) /* as far as who is still followed may have come */

struct conn_syn handshake_syn(const struct packet *p)
{
	return (struct conn_syn){ p->seq,
				  p->data_len < UINT16_MAX ? (uint16_t)p->data_len : UINT16_MAX };
}

bool handshake_acknowledges(struct conn_syn syn, uint32_t ack)
{
	return ack - syn.seq - 1 <= syn.len;
}

enum evidence handshake_grade(const struct conn *c, const struct packet *p)
{
	/* In a simultaneous open it is its own SYN that comes again (RFC 9293 section 3.5). */
	if (c->flags & CONN_SERVER_SYN && c->own_syn.seq == p->seq)
		return EVIDENCE_INVALID;
	/* Who asks there himself is not asked there, unless the other side has been seen to. */
	if (!(c->flags & CONN_SYN))
		return c->flags & CONN_SERVER_SYN ? EVIDENCE_INVALID : EVIDENCE_ONEWAY;
	if (handshake_acknowledges(c->syn[0], p->ack) ||
	    (c->flags & CONN_SYN_OLD && handshake_acknowledges(c->syn[1], p->ack)))
		return EVIDENCE_HANDSHAKE;
	return EVIDENCE_INVALID;
}

bool handshake_is_repeat(struct conn *c, const struct packet *p, enum evidence evidence)
{
	if (!(c->flags & CONN_ANSWERED) || evidence > c->evidence)
		return false;
	if (evidence == EVIDENCE_INVALID)
		return true;
	if (c->isn != p->seq && c->ack != p->ack)
		return false;
	c->isn = p->seq;
	c->ack = p->ack;
	return true;
}

enum evidence handshake_reached(const struct conn *c)
{
	if (c->flags & CONN_CLIENT_ON)
		return c->flags & CONN_SYN ? EVIDENCE_FULL : EVIDENCE_HANDSHAKE;
	return c->flags & CONN_SYN ? EVIDENCE_HANDSHAKE : EVIDENCE_ONEWAY;
}

bool handshake_may_end(const struct conn *c, const struct packet *p, bool client)
{
	uint32_t first = client ? c->ack - 1 : c->isn;

	return p->seq - first < REACH;
}
