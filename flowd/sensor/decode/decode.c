/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/decode.h"

#include "base/wire.h"

/* https://www.tcpdump.org/linktypes.html */
#define LINK_NULL 0
#define LINK_ETHERNET 1
#define LINK_RAW_BSD 12
#define LINK_RAW_OPENBSD 14
#define LINK_RAW 101
#define LINK_LOOP 108
#define LINK_SLL 113
#define LINK_IPV4 228
#define LINK_IPV6 229
#define LINK_SLL2 276

/* IEEE 802 numbers (IANA). */
#define ETHER_IPV4 0x0800
#define ETHER_IPV6 0x86dd
#define ETHER_VLAN 0x8100
#define ETHER_QINQ 0x88a8
#define ETHER_QINQ_OLD 0x9100

/* Protocol numbers (IANA). */
#define NEXT_HOPOPTS 0
#define NEXT_ICMP 1
#define NEXT_TCP 6
#define NEXT_UDP 17
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AH 51
#define NEXT_ICMPV6 58
#define NEXT_DSTOPTS 60
#define NEXT_SCTP 132
#define NEXT_MOBILITY 135
#define NEXT_HIP 139
#define NEXT_SHIM6 140

/* Tags or extension headers in a row that a sane frame does not exceed. */
#define DEPTH_MAX 8

static enum decode_result cut(const struct wire *w)
{
	return w->bad ? DECODE_SHORT : DECODE_OK;
}

static enum decode_result decode_tcp(struct wire *w, struct packet *p)
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
	p->data_len -= header;
	/* Options may be cut by the snapshot length: ports and flags still count. */
	p->payload_len = wire_take(w, header - 20) ? (uint32_t)wire_left(w) : 0;
	return DECODE_OK;
}

/* The ports of UDP and SCTP; what follows a header of `header` bytes is payload. */
static enum decode_result decode_ports(struct wire *w, uint32_t header, struct packet *p)
{
	const uint8_t *h = wire_take(w, header);

	if (header > p->data_len)
		return DECODE_MALFORMED;
	if (!h)
		return DECODE_SHORT;
	p->sport = wire_be16_at(h);
	p->dport = wire_be16_at(h + 2);
	p->data_len -= header;
	p->payload_len = (uint32_t)wire_left(w);
	return DECODE_OK;
}

static enum decode_result decode_icmp(struct wire *w, struct packet *p)
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

/* What the innermost IP header carries; `data_len` bytes of it were on the wire. */
static enum decode_result decode_transport(struct wire *w, uint8_t proto, struct packet *p)
{
	p->proto = proto;
	switch (proto) {
	case NEXT_TCP:
		return decode_tcp(w, p);
	case NEXT_UDP:
		return decode_ports(w, 8, p);
	case NEXT_SCTP:
		return decode_ports(w, 12, p);
	case NEXT_ICMP:
	case NEXT_ICMPV6:
		return decode_icmp(w, p);
	default:
		return DECODE_OTHER;
	}
}

static enum decode_result decode_ipv4(struct wire *w, struct packet *p)
{
	const uint8_t *h;
	uint32_t header, total;
	uint16_t fragment;

	p->ip = w->at;
	h = wire_take(w, 20);
	if (!h)
		return DECODE_SHORT;
	header = (uint32_t)(h[0] & 15) * 4;
	total = wire_be16_at(h + 2);
	/* Segmentation offload leaves the length 0: the frame ends where it ends. */
	if (!total)
		total = (uint32_t)wire_left(w) + 20;
	if (h[0] >> 4 != 4 || header < 20 || total < header)
		return DECODE_MALFORMED;
	wire_limit(w, total - 20);
	p->ip_len = 20 + (uint32_t)wire_left(w);
	p->ttl = h[8];
	p->src = addr_v4(h + 12);
	p->dst = addr_v4(h + 16);
	p->data_len = total - header;
	fragment = wire_be16_at(h + 6) & 0x1fff;
	if (!wire_take(w, header - 20))
		return DECODE_SHORT;
	return fragment ? DECODE_FRAGMENT : decode_transport(w, h[9], p);
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
		if (wire_be16_at(h + 2) & 0xfff8)
			return DECODE_FRAGMENT;
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
	return cut(w);
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

static enum decode_result decode_ipv6(struct wire *w, struct packet *p)
{
	enum decode_result result = DECODE_OK;
	const uint8_t *h;
	uint8_t next;
	int depth;

	p->ip = w->at;
	h = wire_take(w, 40);
	if (!h)
		return DECODE_SHORT;
	if (h[0] >> 4 != 6)
		return DECODE_MALFORMED;
	p->data_len = wire_be16_at(h + 4);
	/* 0: a jumbogram (RFC 2675) or segmentation offload. */
	if (!p->data_len)
		p->data_len = (uint32_t)wire_left(w);
	wire_limit(w, p->data_len);
	p->ip_len = 40 + (uint32_t)wire_left(w);
	p->ttl = h[7];
	p->src = addr_v6(h + 8);
	p->dst = addr_v6(h + 24);
	next = h[6];
	for (depth = 0; is_extension(next); depth++) {
		if (depth == DEPTH_MAX)
			return DECODE_MALFORMED;
		result = skip_extension(w, &next, p);
		if (result)
			return result;
	}
	return decode_transport(w, next, p);
}

/* What an EtherType announces. */
static enum decode_result decode_ether(struct wire *w, uint16_t type, struct packet *p)
{
	int depth;

	for (depth = 0; type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD;
	     depth++) {
		if (depth == DEPTH_MAX)
			return DECODE_MALFORMED;
		p->vlan = wire_be16(w) & 0x0fff;
		type = wire_be16(w);
	}
	if (w->bad)
		return DECODE_SHORT;
	if (type == ETHER_IPV4)
		return decode_ipv4(w, p);
	if (type == ETHER_IPV6)
		return decode_ipv6(w, p);
	return DECODE_OTHER;
}

/* Raw IP: the first half-byte is the version. */
static enum decode_result decode_raw(struct wire *w, struct packet *p)
{
	if (!wire_left(w))
		return DECODE_SHORT;
	return *w->at >> 4 == 6 ? decode_ipv6(w, p) : decode_ipv4(w, p);
}

/* An address family in the byte order of the machine that captured; 2 is IPv4 everywhere. */
static enum decode_result decode_null(struct wire *w, struct packet *p)
{
	uint32_t family = wire_be32(w);

	if (family > 0xffff)
		family = wire_swap32(family);
	if (w->bad)
		return DECODE_SHORT;
	switch (family) {
	case 2:
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		return decode_raw(w, p);
	default:
		return DECODE_OTHER;
	}
}

bool decode_knows(int link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_RAW:
	case LINK_LOOP:
	case LINK_SLL:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_SLL2:
		return true;
	default:
		return false;
	}
}

static enum decode_result decode_link(int link, struct wire *w, struct packet *p)
{
	const uint8_t *h;

	switch (link) {
	case LINK_ETHERNET:
		h = wire_take(w, 14);
		return h ? decode_ether(w, wire_be16_at(h + 12), p) : DECODE_SHORT;
	case LINK_SLL:
		h = wire_take(w, 16);
		return h ? decode_ether(w, wire_be16_at(h + 14), p) : DECODE_SHORT;
	case LINK_SLL2:
		h = wire_take(w, 20);
		return h ? decode_ether(w, wire_be16_at(h), p) : DECODE_SHORT;
	case LINK_NULL:
	case LINK_LOOP:
		return decode_null(w, p);
	default:
		return decode_knows(link) ? decode_raw(w, p) : DECODE_OTHER;
	}
}

enum decode_result decode_frame(int link, const uint8_t *bytes, size_t len, struct packet *out)
{
	struct wire w = wire_open(bytes, len);

	out->vlan = 0;
	out->tunnel = TUNNEL_NONE;
	out->tunnel_id = 0;
	return decode_link(link, &w, out);
}
