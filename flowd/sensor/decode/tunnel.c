/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/tunnel.h"

#include "flowd/sensor/decode/ether.h"
#include "flowd/sensor/decode/ip.h"
#include "flowd/sensor/decode/ppp.h"
#include "flowd/sensor/decode/wlan.h"

#define PORT_L2TP 1701
#define PORT_GTP 2152
#define PORT_TEREDO 3544
#define PORT_VXLAN 4789
#define PORT_VXLAN_GPE 4790
#define PORT_AYIYA 5072
#define PORT_CAPWAP 5247
#define PORT_GENEVE 6081
#define PORT_VXLAN_LINUX 8472
#define PORT_TZSP 37008

/* VXLAN: flags of the first byte. */
#define VXLAN_ID 0x08
#define VXLAN_NEXT 0x04 /* GPE: the fourth byte says what follows */
#define VXLAN_RESERVED 0x70

#define L2TP_CONTROL 0x8000
#define L2TP_LENGTH 0x4000
#define L2TP_SEQUENCE 0x0800
#define L2TP_OFFSET 0x0200
#define L2TP_RESERVED 0x34f0

/* The third byte of a CAPWAP header, and the fourth. */
#define CAPWAP_NATIVE 0x01
#define CAPWAP_FRAGMENT 0x80
#define CAPWAP_KEEPALIVE 0x08

/*
 * Each `is` looks at the first eight bytes of a payload, which has `len` on the wire; each `take`
 * gets the cursor there.
 */
struct kind {
	bool (*is)(const uint8_t *h, size_t len);
	enum decode_result (*take)(struct decode *d, struct wire *w, struct packet *p);
};

static uint32_t be24_at(const uint8_t *h)
{
	return wire_be32_at(h) >> 8;
}

static bool is_vxlan(const uint8_t *h, size_t len)
{
	(void)len;
	return (h[0] & (VXLAN_ID | VXLAN_RESERVED)) == VXLAN_ID;
}

static enum decode_result take_vxlan(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);

	if (!layer_tunnel(d, p, TUNNEL_VXLAN, be24_at(h + 4)))
		return DECODE_DEEP;
	switch (h[0] & VXLAN_NEXT ? h[3] : 3) {
	case 1:
	case 2:
		return ip_take(d, w, p);
	case 4:
		return ether_take_nsh(d, w, p);
	case 5:
		return ether_take_mpls(d, w, p);
	default:
		return ether_take(d, w, p);
	}
}

static bool is_geneve(const uint8_t *h, size_t len)
{
	uint16_t type = wire_be16_at(h + 2);

	return !(h[0] >> 6) && !(h[1] & 0x3f) && 8 + (size_t)h[0] * 4 <= len &&
	       (type == ETHER_BRIDGED || type == ETHER_IPV4 || type == ETHER_IPV6 ||
		type == ETHER_MPLS || type == ETHER_NSH);
}

static enum decode_result take_geneve(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);
	uint16_t type = wire_be16_at(h + 2);

	if (!wire_take(w, (size_t)h[0] * 4))
		return DECODE_SHORT;
	if (!layer_tunnel(d, p, TUNNEL_GENEVE, be24_at(h + 4)))
		return DECODE_DEEP;
	return type == ETHER_BRIDGED ? ether_take(d, w, p) : ether_take_type(d, w, type, p);
}

/* Version 1, a packet of a user. */
static bool is_gtp(const uint8_t *h, size_t len)
{
	return (h[0] & 0xf8) == 0x30 && h[1] == 0xff && 8 + (size_t)wire_be16_at(h + 2) <= len;
}

static enum decode_result take_gtp(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);
	uint8_t next = 0, len;

	wire_limit(w, wire_be16_at(h + 2));
	if (h[0] & 7) {
		wire_take(w, 3);
		next = wire_u8(w);
	}
	/* Extension headers: their length in words, the kind of the next in the last byte. */
	while (h[0] & 4 && next && !w->bad) {
		len = wire_u8(w);
		if (!len)
			return layer_broken(w);
		wire_take(w, (size_t)len * 4 - 2);
		next = wire_u8(w);
	}
	if (w->bad)
		return DECODE_SHORT;
	if (!layer_tunnel(d, p, TUNNEL_GTP, wire_be32_at(h + 4)))
		return DECODE_DEEP;
	if (!ip_is_likely(w) && ether_is_likely(w, 0))
		return ether_take(d, w, p);
	return ip_take(d, w, p);
}

/* IPv6, or one of the indications that may stand before it. */
static bool is_teredo(const uint8_t *h, size_t len)
{
	return (h[0] >> 4 == 6 && len >= 40) || (!h[0] && h[1] <= 1 && len >= 48);
}

static enum decode_result take_teredo(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h;
	int i;

	for (i = 0; i < 2 && wire_left(w) >= 4 && !w->at[0]; i++) {
		h = w->at;
		/* Authentication: client, value, nonce, confirmation; or origin. */
		wire_take(w, h[1] ? 13 + (size_t)h[2] + h[3] : 8);
	}
	if (w->bad)
		return DECODE_SHORT;
	if (!layer_tunnel(d, p, TUNNEL_TEREDO, 0))
		return DECODE_DEEP;
	return ip_take_v6(d, w, p);
}

static bool is_l2tp(const uint8_t *h, size_t len)
{
	uint16_t head = wire_be16_at(h);

	(void)len;
	if (head & L2TP_CONTROL)
		return false;
	return (head & 15) == 3 || ((head & 15) == 2 && !(head & L2TP_RESERVED));
}

/* Version 3: a cookie whose size was agreed on elsewhere, then a frame, or IP. */
static enum decode_result take_session(struct decode *d, struct wire *w, struct packet *p)
{
	uint32_t id = wire_be32(w);
	size_t skip;

	if (w->bad)
		return DECODE_SHORT;
	if (!id) /* control */
		return DECODE_OTHER;
	if (!layer_tunnel(d, p, TUNNEL_L2TP, id))
		return DECODE_DEEP;
	for (skip = 0; skip <= 12; skip += 4) {
		if (ether_is_likely(w, 0))
			return ether_take(d, w, p);
		if (ip_is_likely(w))
			return ip_take(d, w, p);
		wire_take(w, 4);
	}
	return DECODE_OTHER;
}

static enum decode_result take_l2tp(struct decode *d, struct wire *w, struct packet *p)
{
	uint16_t head = wire_be16(w), tunnel, session;

	if ((head & 15) == 3) {
		wire_take(w, 2);
		return take_session(d, w, p);
	}
	if (head & L2TP_LENGTH)
		wire_take(w, 2);
	tunnel = wire_be16(w);
	session = wire_be16(w);
	if (head & L2TP_SEQUENCE)
		wire_take(w, 4);
	if (head & L2TP_OFFSET)
		wire_take(w, wire_be16(w));
	if (w->bad)
		return DECODE_SHORT;
	if (!layer_tunnel(d, p, TUNNEL_L2TP, (uint32_t)tunnel << 16 | session))
		return DECODE_DEEP;
	return ppp_take(d, w, p);
}

enum decode_result tunnel_take_l2tp(struct decode *d, struct wire *w, struct packet *p)
{
	return take_session(d, w, p);
}

static bool is_capwap(const uint8_t *h, size_t len)
{
	size_t header = (size_t)(h[1] >> 3) * 4;

	return !h[0] && header >= 8 && header <= len && !(h[3] & CAPWAP_KEEPALIVE);
}

static enum decode_result take_capwap(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);

	if (!wire_take(w, (size_t)(h[1] >> 3) * 4 - 8))
		return DECODE_SHORT;
	/* The first part holds the headers; the others are of no interest. */
	if (h[3] & CAPWAP_FRAGMENT && wire_be16_at(h + 6) >> 3)
		return DECODE_FRAGMENT;
	if (!layer_tunnel(d, p, TUNNEL_CAPWAP, 0))
		return DECODE_DEEP;
	return h[2] & CAPWAP_NATIVE ? wlan_take(d, w, false, p) : ether_take(d, w, p);
}

/* Opcode 1, forward. */
static bool is_ayiya(const uint8_t *h, size_t len)
{
	return (h[2] & 15) == 1 && (h[3] == 41 || h[3] == 4) &&
	       8 + ((size_t)1 << (h[0] >> 4)) + (size_t)(h[1] >> 4) * 4 <= len;
}

static enum decode_result take_ayiya(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);

	/* Who it is from, and a signature. */
	if (!wire_take(w, ((size_t)1 << (h[0] >> 4)) + (size_t)(h[1] >> 4) * 4))
		return DECODE_SHORT;
	return layer_tunnel(d, p, TUNNEL_AYIYA, 0) ? ip_take(d, w, p) : DECODE_DEEP;
}

/* A mirrored frame: version 1, received or to be sent. */
static bool is_tzsp(const uint8_t *h, size_t len)
{
	(void)len;
	return h[0] == 1 && h[1] <= 1 && !h[2];
}

static enum decode_result take_tzsp(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 4);
	uint8_t tag;

	/* Tags up to one that says it is the last; filling has no length. */
	while ((tag = wire_u8(w)) != 1 && !w->bad)
		if (tag)
			wire_take(w, wire_u8(w));
	if (w->bad)
		return DECODE_SHORT;
	if (!layer_tunnel(d, p, TUNNEL_TZSP, 0))
		return DECODE_DEEP;
	switch (h[3]) {
	case 1:
		return ether_take(d, w, p);
	case 18:
		return wlan_take(d, w, false, p);
	case 119:
		return wlan_take_prism(d, w, p);
	default:
		return DECODE_OTHER;
	}
}

static const struct kind vxlan = { is_vxlan, take_vxlan };
static const struct kind geneve = { is_geneve, take_geneve };
static const struct kind gtp = { is_gtp, take_gtp };
static const struct kind teredo = { is_teredo, take_teredo };
static const struct kind l2tp = { is_l2tp, take_l2tp };
static const struct kind capwap = { is_capwap, take_capwap };
static const struct kind ayiya = { is_ayiya, take_ayiya };
static const struct kind tzsp = { is_tzsp, take_tzsp };

static const struct kind *kind_of_port(uint16_t port)
{
	switch (port) {
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX:
	case PORT_VXLAN_GPE:
		return &vxlan;
	case PORT_GENEVE:
		return &geneve;
	case PORT_GTP:
		return &gtp;
	case PORT_TEREDO:
		return &teredo;
	case PORT_L2TP:
		return &l2tp;
	case PORT_CAPWAP:
		return &capwap;
	case PORT_AYIYA:
		return &ayiya;
	case PORT_TZSP:
		return &tzsp;
	default:
		return NULL;
	}
}

/* An Ethernet frame with a whole IP packet `skip` bytes further on. */
static bool has_frame(const struct wire *w, size_t skip)
{
	struct wire at = *w;
	const uint8_t *h = wire_take(&at, skip + 14);
	uint16_t type = h ? wire_be16_at(h + skip + 12) : 0;

	return (type == ETHER_IPV4 || type == ETHER_IPV6) && ip_is_likely(&at);
}

/* Has the packet an address of Teredo's (2001::/32), and is it as long as it says? */
static bool has_teredo(const struct wire *w)
{
	const uint8_t *h = w->at;

	return ip_is_likely(w) && wire_left(w) == 40 + (size_t)wire_be16_at(h + 4) &&
	       (wire_be32_at(h + 8) == 0x20010000 || wire_be32_at(h + 24) == 0x20010000);
}

/* On any port: what fits as a whole. */
static const struct kind *kind_of_payload(const struct wire *w)
{
	const uint8_t *h = w->at;

	if (wire_be32_at(h) == VXLAN_ID << 24)
		return !h[7] && has_frame(w, 8) ? &vxlan : NULL;
	if (h[0] >> 4 == 6)
		return has_teredo(w) ? &teredo : NULL;
	if (wire_be16_at(h + 2) == ETHER_BRIDGED && is_geneve(h, wire_left(w)) && !h[7])
		return has_frame(w, 8 + (size_t)h[0] * 4) ? &geneve : NULL;
	return NULL;
}

bool tunnel_take_udp(struct decode *d, struct wire *w, struct packet *p, enum decode_result *result)
{
	const struct kind *kind;
	struct wire at = *w;

	if (wire_left(w) < 8)
		return false;
	kind = kind_of_port(p->dport);
	if (!kind)
		kind = kind_of_port(p->sport);
	if (kind ? !kind->is(w->at, p->data_len) : !(kind = kind_of_payload(w)))
		return false;
	if (d->report_tunnels && d->end_count < LAYER_DEPTH_MAX)
		d->ends[d->end_count++] = *p;
	*result = kind->take(d, &at, p);
	return true;
}
