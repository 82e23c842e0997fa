/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/ip.h"

#include "flowd/sensor/decode/ether.h"
#include "flowd/sensor/decode/fragment.h"
#include "flowd/sensor/decode/gre.h"
#include "flowd/sensor/decode/tunnel.h"

/* Protocol numbers (IANA). */
#define NEXT_HOPOPTS 0
#define NEXT_ICMP 1
#define NEXT_IPV4 4
#define NEXT_TCP 6
#define NEXT_UDP 17
#define NEXT_IPV6 41
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_GRE 47
#define NEXT_AH 51
#define NEXT_ICMPV6 58
#define NEXT_NONE 59
#define NEXT_DSTOPTS 60
#define NEXT_ETHERIP 97
#define NEXT_L2TP 115
#define NEXT_SCTP 132
#define NEXT_MOBILITY 135
#define NEXT_MPLS 137
#define NEXT_HIP 139
#define NEXT_SHIM6 140
#define NEXT_ETHERNET 143

#define V4_HEADER 20
#define V6_HEADER 40

static enum decode_result take_tcp(struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 20);
	uint32_t header;

	if (!h)
		return DECODE_SHORT;
	header = (uint32_t)(h[12] >> 4) * 4;
	if (header < 20 || header > p->data_len)
		return DECODE_MALFORMED;
	p->sport = wire_be16_at(h);
	p->dport = wire_be16_at(h + 2);
	p->seq = wire_be32_at(h + 4);
	p->ack = wire_be32_at(h + 8);
	p->flags = h[13];
	p->window = wire_be16_at(h + 14);
	p->checksum = wire_be16_at(h + 16);
	p->data_len -= header;
	/* Options may be cut by the snapshot length: ports and flags still count. */
	p->options = wire_take(w, header - 20);
	p->options_len = (uint8_t)(p->options ? header - 20 : 0);
	p->payload_len = p->options ? (uint32_t)wire_left(w) : 0;
	return DECODE_OK;
}

static enum decode_result take_udp(struct decode *d, struct wire *w, struct packet *p)
{
	/* A snapshot may end behind the ports: who talks to whom is known then, and that it is not
	 * empty. */
	bool cut = wire_left(w) < 8 && wire_left(w) >= 4 && p->data_len > 8;
	const uint8_t *h = wire_take(w, cut ? 4 : 8);
	enum decode_result result;
	uint32_t len;

	if (p->data_len < 8)
		return DECODE_MALFORMED;
	if (!h)
		return DECODE_SHORT;
	p->sport = wire_be16_at(h);
	p->dport = wire_be16_at(h + 2);
	/* 0: a jumbogram, or left to the interface. */
	len = cut ? 0 : wire_be16_at(h + 4);
	if (cut)
		wire_take(w, wire_left(w));
	if (len >= 8 && len < p->data_len) {
		wire_limit(w, len - 8);
		p->ip_len = (uint32_t)(w->end - p->ip);
		p->data_len = len;
	}
	p->data_len -= 8;
	p->payload_len = (uint32_t)wire_left(w);
	return tunnel_take_udp(d, w, p, &result) ? result : DECODE_OK;
}

static enum decode_result take_sctp(struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 12);

	if (p->data_len < 12)
		return DECODE_MALFORMED;
	if (!h)
		return DECODE_SHORT;
	p->sport = wire_be16_at(h);
	p->dport = wire_be16_at(h + 2);
	p->data_len -= 12;
	p->payload_len = (uint32_t)wire_left(w);
	return DECODE_OK;
}

/* What it quotes is no packet that is under way. */
static enum decode_result take_icmp(struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);

	if (!h)
		return DECODE_SHORT;
	p->sport = p->dport = 0;
	p->icmp_type = h[0];
	p->icmp_code = h[1];
	p->data_len -= p->data_len < 8 ? p->data_len : 8;
	p->payload_len = (uint32_t)wire_left(w);
	return DECODE_OK;
}

/* Another packet or frame in this one. */
static enum decode_result take_carried(struct decode *d, struct wire *w, struct packet *p)
{
	uint8_t proto = p->proto;

	switch (proto) {
	case NEXT_IPV4:
	case NEXT_IPV6:
		if (!layer_tunnel(d, p, TUNNEL_IPIP, 0))
			return DECODE_DEEP;
		return ip_take(d, w, p);
	case NEXT_GRE:
		return gre_take(d, w, p);
	case NEXT_L2TP:
		return tunnel_take_l2tp(d, w, p);
	case NEXT_ETHERIP: /* RFC 3378 */
		if (wire_be16(w) >> 12 != 3)
			return layer_broken(w);
		return layer_tunnel(d, p, TUNNEL_IPIP, 0) ? ether_take(d, w, p) : DECODE_DEEP;
	case NEXT_ETHERNET: /* RFC 8986, in segment routing */
		return layer_tunnel(d, p, TUNNEL_IPIP, 0) ? ether_take(d, w, p) : DECODE_DEEP;
	case NEXT_MPLS:
		return ether_take_mpls(d, w, p);
	case NEXT_NONE:
		return DECODE_OTHER;
	default:
		return layer_unknown(d, UNKNOWN_IP_PROTO, proto);
	}
}

/* What an IP header carries; `data_len` bytes of it were on the wire. */
static enum decode_result take_transport(struct decode *d, struct wire *w, struct packet *p)
{
	switch (p->proto) {
	case NEXT_TCP:
		return take_tcp(w, p);
	case NEXT_UDP:
		return take_udp(d, w, p);
	case NEXT_SCTP:
		return take_sctp(w, p);
	case NEXT_ICMP:
	case NEXT_ICMPV6:
		return take_icmp(w, p);
	default:
		return take_carried(d, w, p);
	}
}

/*
 * A fragment of IPv4, or of IPv6, whose header ends where the cursor is. When the capture has cut
 * it, its datagram will never be complete: the first one speaks for it.
 */
static enum decode_result take_fragment(struct decode *d, struct wire *w, struct fragment *f,
					struct packet *p)
{
	enum decode_result result;
	struct wire whole;
	uint8_t *h;

	d->tally->fragments++;
	if (wire_left(w) < p->data_len)
		return f->offset ? DECODE_FRAGMENT : take_transport(d, w, p);
	f->packet = p;
	f->bytes = w->at;
	f->len = p->data_len;
	result = fragment_take(d->fragments, f, &whole);
	if (result)
		return result;
	d->holding = true;
	if (!layer_enter(d))
		return DECODE_DEEP;
	h = (uint8_t *)whole.at;
	if (f->header_len == V4_HEADER) {
		h[0] = 0x45;
		wire_put_be16(h + 2, (uint16_t)wire_left(&whole));
		wire_put_be16(h + 6, 0);
		return ip_take_v4(d, &whole, p);
	}
	wire_put_be16(h + 4, (uint16_t)(wire_left(&whole) - V6_HEADER));
	h[6] = p->proto;
	return ip_take_v6(d, &whole, p);
}

enum decode_result ip_take_v4(struct decode *d, struct wire *w, struct packet *p)
{
	struct fragment f;
	const uint8_t *h;
	uint32_t header, total;
	uint16_t offset;

	p->ip = w->at;
	h = wire_take(w, V4_HEADER);
	if (!h)
		return DECODE_SHORT;
	header = (uint32_t)(h[0] & 15) * 4;
	total = wire_be16_at(h + 2);
	/* Segmentation offload leaves the length 0: the frame ends where it ends. */
	if (!total)
		total = (uint32_t)wire_left(w) + V4_HEADER;
	if (h[0] >> 4 != 4 || header < V4_HEADER || total < header)
		return DECODE_MALFORMED;
	wire_limit(w, total - V4_HEADER);
	p->ip_len = V4_HEADER + (uint32_t)wire_left(w);
	p->ident = wire_be16_at(h + 4);
	p->ttl = h[8];
	p->proto = h[9];
	p->src = addr_v4(h + 12);
	p->dst = addr_v4(h + 16);
	p->data_len = total - header;
	offset = wire_be16_at(h + 6);
	if (!wire_take(w, header - V4_HEADER))
		return DECODE_SHORT;
	if (__builtin_expect(!(offset & 0x3fff), 1))
		return take_transport(d, w, p);
	f = (struct fragment){ .id = wire_be16_at(h + 4),
			       .header = h,
			       .header_len = V4_HEADER,
			       .offset = (uint32_t)(offset & 0x1fff) * 8,
			       .more = offset & 0x2000 };
	return take_fragment(d, w, &f, p);
}

/* One IPv6 extension header. `next`: its kind, becomes the one that follows. */
static enum decode_result skip_extension(struct wire *w, uint8_t *next, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);
	size_t rest;

	if (!h)
		return DECODE_SHORT;
	if (*next == NEXT_FRAGMENT) {
		rest = 0;
	} else if (*next == NEXT_AH) {
		rest = ((size_t)h[1] + 2) * 4;
		rest = rest > 8 ? rest - 8 : 0;
	} else {
		rest = (size_t)h[1] * 8;
	}
	if (rest + 8 > p->data_len)
		return DECODE_MALFORMED;
	p->data_len -= (uint32_t)rest + 8;
	*next = h[0];
	wire_take(w, rest);
	return w->bad ? DECODE_SHORT : DECODE_OK;
}

static bool is_extension(uint8_t next)
{
	switch (next) {
	case NEXT_HOPOPTS:
	case NEXT_ROUTING:
	case NEXT_FRAGMENT:
	case NEXT_AH:
	case NEXT_DSTOPTS:
	case NEXT_MOBILITY:
	case NEXT_HIP:
	case NEXT_SHIM6:
		return true;
	default:
		return false;
	}
}

/* From the extension headers on; `h` is the IPv6 header. */
static enum decode_result take_extensions(struct decode *d, struct wire *w, const uint8_t *h,
					  struct packet *p)
{
	enum decode_result result;
	struct fragment f;
	const uint8_t *at;
	uint8_t kind;
	int depth;

	for (depth = 0; is_extension(p->proto); depth++) {
		if (depth == LAYER_DEPTH_MAX)
			return DECODE_DEEP;
		at = w->at;
		kind = p->proto;
		result = skip_extension(w, &p->proto, p);
		if (result)
			return result;
		/* With no more and no offset it is whole (RFC 6946). */
		if (kind != NEXT_FRAGMENT || !(wire_be16_at(at + 2) & 0xfff9))
			continue;
		f = (struct fragment){ .id = wire_be32_at(at + 4),
				       .header = h,
				       .header_len = V6_HEADER,
				       .offset = wire_be16_at(at + 2) & 0xfff8,
				       .more = at[3] & 1 };
		return take_fragment(d, w, &f, p);
	}
	return take_transport(d, w, p);
}

enum decode_result ip_take_v6(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h;

	p->ip = w->at;
	h = wire_take(w, V6_HEADER);
	if (!h)
		return DECODE_SHORT;
	if (h[0] >> 4 != 6)
		return DECODE_MALFORMED;
	p->data_len = wire_be16_at(h + 4);
	/* 0: a jumbogram (RFC 2675) or segmentation offload. */
	if (!p->data_len)
		p->data_len = (uint32_t)wire_left(w);
	wire_limit(w, p->data_len);
	p->ip_len = V6_HEADER + (uint32_t)wire_left(w);
	p->ident = 0;
	p->ttl = h[7];
	p->proto = h[6];
	p->src = addr_v6(h + 8);
	p->dst = addr_v6(h + 24);
	return take_extensions(d, w, h, p);
}

enum decode_result ip_take(struct decode *d, struct wire *w, struct packet *p)
{
	if (!wire_left(w))
		return DECODE_SHORT;
	return *w->at >> 4 == 6 ? ip_take_v6(d, w, p) : ip_take_v4(d, w, p);
}

bool ip_is_likely(const struct wire *w)
{
	size_t left = wire_left(w), total;

	if (left >= V4_HEADER && w->at[0] >> 4 == 4) {
		total = wire_be16_at(w->at + 2);
		return (w->at[0] & 15) >= 5 && total >= (size_t)(w->at[0] & 15) * 4 &&
		       total <= left && w->at[8];
	}
	return left >= V6_HEADER && w->at[0] >> 4 == 6 &&
	       wire_be16_at(w->at + 4) + (size_t)V6_HEADER <= left;
}
