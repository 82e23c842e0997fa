/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/ether.h"

#include "flowd/sensor/decode/ip.h"
#include "flowd/sensor/decode/ppp.h"

#define LENGTH_MAX 0x05ff /* in the place of an EtherType */
#define SNAP 0xaa	  /* service access point */

enum decode_result ether_take(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 14);

	return h ? ether_take_type(d, w, wire_be16_at(h + 12), p) : DECODE_SHORT;
}

/*
 * Tags: so many bytes after their EtherType, then a type, or an Ethernet frame. What the short ones
 * mean is of no interest here.
 */
static const struct tag {
	uint16_t type;
	uint8_t skip;
	bool frame; /* an Ethernet frame follows */
} tags[] = {
	{ 0x8903, 2, true },  /* FabricPath */
	{ 0x88e7, 4, true },  /* 802.1ah, provider backbone */
	{ 0x8926, 4, false }, /* VN-Tag */
	{ 0x893f, 6, false }, /* 802.1BR, E-TAG */
	{ 0x892f, 4, false }, /* HSR */
	{ 0xf1c1, 4, false }, /* 802.1CB, R-TAG */
	{ 0x8909, 6, false }, /* Cisco metadata */
};

static enum decode_result take_tag(struct decode *d, struct wire *w, uint16_t type,
				   struct packet *p)
{
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (tags[i].type != type)
			continue;
		if (!layer_enter(d))
			return DECODE_DEEP;
		wire_take(w, tags[i].skip);
		if (tags[i].frame)
			return ether_take(d, w, p);
		type = wire_be16(w);
		return w->bad ? DECODE_SHORT : ether_take_type(d, w, type, p);
	}
	return layer_unknown(d, UNKNOWN_ETHERTYPE, type);
}

/* TRILL (RFC 6325): options of a stated length, then an Ethernet frame. */
static enum decode_result take_trill(struct decode *d, struct wire *w, struct packet *p)
{
	uint16_t head = wire_be16(w);

	wire_take(w, 4 + (size_t)(head >> 6 & 31) * 4);
	if (w->bad)
		return DECODE_SHORT;
	return layer_enter(d) ? ether_take(d, w, p) : DECODE_DEEP;
}

/* MACsec (IEEE 802.1AE), where it only signs. */
static enum decode_result take_macsec(struct decode *d, struct wire *w, struct packet *p)
{
	uint8_t tci = wire_u8(w);

	wire_take(w, tci & 0x20 ? 13 : 5);
	if (w->bad)
		return DECODE_SHORT;
	if (tci & 0x0c)
		return layer_unknown(d, UNKNOWN_ETHERTYPE, 0x88e5);
	return layer_enter(d) ? ether_take_type(d, w, wire_be16(w), p) : DECODE_DEEP;
}

static enum decode_result take_pppoe(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 6);

	if (!h)
		return DECODE_SHORT;
	if (h[0] != 0x11)
		return DECODE_MALFORMED;
	if (h[1])
		return DECODE_OTHER;
	wire_limit(w, wire_be16_at(h + 4));
	if (!layer_tunnel(d, p, TUNNEL_PPPOE, wire_be16_at(h + 2)))
		return DECODE_DEEP;
	return ppp_take(d, w, p);
}

/* The types that are rare. */
static enum decode_result take_other(struct decode *d, struct wire *w, uint16_t type,
				     struct packet *p)
{
	switch (type) {
	case ETHER_MPLS:
	case ETHER_MPLS_MULTICAST:
		return ether_take_mpls(d, w, p);
	case ETHER_PPPOE:
		return take_pppoe(d, w, p);
	case ETHER_PPP:
		return ppp_take(d, w, p);
	case ETHER_BRIDGED:
		return layer_enter(d) ? ether_take(d, w, p) : DECODE_DEEP;
	case ETHER_NSH:
		return ether_take_nsh(d, w, p);
	case 0x22f3:
		return take_trill(d, w, p);
	case 0x88e5:
		return take_macsec(d, w, p);
	case 0x8870: /* a jumbo frame's LLC */
		return ether_take_llc(d, w, p);
	default:
		if (type > LENGTH_MAX)
			return take_tag(d, w, type, p);
		wire_limit(w, type);
		return ether_take_llc(d, w, p);
	}
}

enum decode_result ether_take_type(struct decode *d, struct wire *w, uint16_t type,
				   struct packet *p)
{
	int depth;

	for (depth = 0; type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD;
	     depth++) {
		if (depth == LAYER_DEPTH_MAX)
			return DECODE_DEEP;
		p->vlan = wire_be16(w) & 0x0fff;
		type = wire_be16(w);
	}
	if (w->bad)
		return DECODE_SHORT;
	if (type == ETHER_IPV4)
		return ip_take_v4(d, w, p);
	if (type == ETHER_IPV6)
		return ip_take_v6(d, w, p);
	return take_other(d, w, type, p);
}

enum decode_result ether_take_snap(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 5);
	uint16_t type;

	if (!h)
		return DECODE_SHORT;
	if (!layer_enter(d))
		return DECODE_DEEP;
	type = wire_be16_at(h + 3);
	/* Bridged Ethernet (RFC 2684, RFC 2427); over ATM two bytes of padding come first. */
	if (!h[0] && h[1] == 0x80 && h[2] == 0xc2 && (type == 1 || type == 7)) {
		if (!ether_is_likely(w, 0) && ether_is_likely(w, 2))
			wire_take(w, 2);
		return ether_take(d, w, p);
	}
	if (h[0] || h[1] || (h[2] && h[2] != 0xf8) || type <= LENGTH_MAX)
		return layer_unknown(d, UNKNOWN_LLC, SNAP);
	return ether_take_type(d, w, type, p);
}

enum decode_result ether_take_llc(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 3);

	if (!h)
		return DECODE_SHORT;
	if (h[0] == 0x06 && h[1] == 0x06 && h[2] == 0x03)
		return ip_take_v4(d, w, p);
	if (h[0] != SNAP || h[2] != 0x03)
		return layer_unknown(d, UNKNOWN_LLC, h[0]);
	return ether_take_snap(d, w, p);
}

bool ether_is_likely(const struct wire *w, size_t skip)
{
	struct wire at = *w;
	const uint8_t *h = wire_take(&at, skip + 14);

	if (!h || h[skip] & h[skip + 6] & 1)
		return false;
	switch (wire_be16_at(h + skip + 12)) {
	case ETHER_IPV4:
	case ETHER_IPV6:
		return ip_is_likely(&at);
	case ETHER_ARP:
	case ETHER_VLAN:
	case ETHER_QINQ:
	case ETHER_MPLS:
	case ETHER_PPPOE:
	case 0x8863: /* PPPoE discovery */
	case 0x88cc: /* LLDP */
		return true;
	default:
		return false;
	}
}

/*
 * Nothing says what follows the last label: IP, where version and length fit; else a pseudowire,
 * with a control word or without.
 */
enum decode_result ether_take_mpls(struct decode *d, struct wire *w, struct packet *p)
{
	uint32_t entry;
	int depth;

	for (depth = 0, entry = 0; !(entry & 0x100); depth++) {
		if (depth == 2 * LAYER_DEPTH_MAX)
			return DECODE_DEEP;
		entry = wire_be32(w);
		if (w->bad)
			return DECODE_SHORT;
	}
	if (!layer_tunnel(d, p, TUNNEL_MPLS, entry >> 12))
		return DECODE_DEEP;
	if (!ip_is_likely(w)) {
		if (wire_left(w) > 4 && *w->at >> 4 == 0 && ether_is_likely(w, 4))
			wire_take(w, 4);
		if (ether_is_likely(w, 0))
			return ether_take(d, w, p);
	}
	/* Cut short or not: an IP packet says so itself; 1 is an associated channel (RFC 5085). */
	if (wire_left(w) && (*w->at >> 4 == 4 || *w->at >> 4 == 6))
		return ip_take(d, w, p);
	return layer_unknown(d, UNKNOWN_ETHERTYPE, ETHER_MPLS);
}

enum decode_result ether_take_nsh(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 4);
	size_t len;

	if (!h)
		return DECODE_SHORT;
	len = (size_t)(h[1] & 0x3f) * 4;
	if (h[0] >> 6 || len < 8)
		return DECODE_MALFORMED;
	if (!wire_take(w, len - 4))
		return DECODE_SHORT;
	if (!layer_enter(d))
		return DECODE_DEEP;
	switch (h[3]) {
	case 1:
	case 2:
		return ip_take(d, w, p);
	case 3:
		return ether_take(d, w, p);
	case 5:
		return ether_take_mpls(d, w, p);
	default:
		return layer_unknown(d, UNKNOWN_ETHERTYPE, ETHER_NSH);
	}
}
