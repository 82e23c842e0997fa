/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/medium.h"

#include "flowd/sensor/decode/ether.h"
#include "flowd/sensor/decode/ip.h"
#include "flowd/sensor/decode/ppp.h"
#include "flowd/sensor/decode/wlan.h"

#define LINK_NULL 0
#define LINK_ETHERNET 1
#define LINK_TOKEN_RING 6
#define LINK_PPP 9
#define LINK_FDDI 10
#define LINK_ATM 11 /* RFC 2684 */
#define LINK_RAW_BSD 12
#define LINK_RAW_OPENBSD 14
#define LINK_PPP_SERIAL 50
#define LINK_PPP_ETHER 51
#define LINK_RAW 101
#define LINK_CISCO_HDLC 104
#define LINK_WLAN 105
#define LINK_FRAME_RELAY 107
#define LINK_LOOP 108
#define LINK_ENC 109
#define LINK_SLL 113
#define LINK_PFLOG 117
#define LINK_PRISM 119
#define LINK_IP_OVER_FC 122
#define LINK_RADIOTAP 127
#define LINK_FIREWIRE 138
#define LINK_AVS 163
#define LINK_PPP_PPPD 166
#define LINK_PPI 192
#define LINK_PPP_DIRECTION 204
#define LINK_HDLC_DIRECTION 205
#define LINK_FRAME_RELAY_DIRECTION 206
#define LINK_MPLS 219
#define LINK_IPV4 228
#define LINK_IPV6 229
#define LINK_NFLOG 239
#define LINK_NETANALYZER 240
#define LINK_IPOIB 242
#define LINK_SLL2 276

/* Kinds of device (ARPHRD_* of Linux) whose frames SLL does not name by an EtherType. */
#define SLL_RADIOTAP 803

static const int known[] = {
	LINK_NULL,
	LINK_ETHERNET,
	LINK_TOKEN_RING,
	LINK_PPP,
	LINK_FDDI,
	LINK_ATM,
	LINK_RAW_BSD,
	LINK_RAW_OPENBSD,
	LINK_PPP_SERIAL,
	LINK_PPP_ETHER,
	LINK_RAW,
	LINK_CISCO_HDLC,
	LINK_WLAN,
	LINK_FRAME_RELAY,
	LINK_LOOP,
	LINK_ENC,
	LINK_SLL,
	LINK_PFLOG,
	LINK_PRISM,
	LINK_IP_OVER_FC,
	LINK_RADIOTAP,
	LINK_FIREWIRE,
	LINK_AVS,
	LINK_PPP_PPPD,
	LINK_PPI,
	LINK_PPP_DIRECTION,
	LINK_HDLC_DIRECTION,
	LINK_FRAME_RELAY_DIRECTION,
	LINK_MPLS,
	LINK_IPV4,
	LINK_IPV6,
	LINK_NFLOG,
	LINK_NETANALYZER,
	LINK_IPOIB,
	LINK_SLL2,
};

bool medium_is_known(int link)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == link)
			return true;
	return false;
}

/* An address family in the byte order of the machine that captured; 2 is IPv4 everywhere. */
static enum decode_result take_family(struct decode *d, uint32_t family, struct wire *w,
				      struct packet *p)
{
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
		return ip_take(d, w, p);
	default:
		return DECODE_OTHER;
	}
}

/* The protocol that SLL and SLL2 name; 1 and 4 are raw 802.3 and LLC. */
static enum decode_result take_cooked(struct decode *d, struct wire *w, uint32_t device_type,
				      struct packet *p)
{
	uint16_t device = (uint16_t)(device_type >> 16), type = (uint16_t)device_type;

	if (device == SLL_RADIOTAP)
		return wlan_take_radiotap(d, w, p);
	if (type == 4)
		return ether_take_llc(d, w, p);
	return type < 0x600 ? DECODE_OTHER : ether_take_type(d, w, type, p);
}

/* Netfilter's log: fields of a length and a kind, little-endian on nearly all hosts. */
static enum decode_result take_nflog(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 4), *field;
	struct wire payload;
	size_t len;
	int i;

	for (i = 0; h && i < 64 && (field = wire_take(w, 4)); i++) {
		len = field[0] | (size_t)field[1] << 8;
		if (len < 4)
			return DECODE_MALFORMED;
		payload = *w;
		wire_limit(&payload, len - 4);
		if (field[2] == 9 && !field[3])
			return ip_take(d, &payload, p);
		wire_take(w, ((len + 3) & ~(size_t)3) - 4);
	}
	return layer_broken(w);
}

/* A header of `skip` bytes, then LLC. */
static enum decode_result take_llc_after(struct decode *d, struct wire *w, size_t skip,
					 struct packet *p)
{
	return wire_take(w, skip) ? ether_take_llc(d, w, p) : DECODE_SHORT;
}

/* IEEE 802.5: a source route may follow the addresses, as their first bit tells. */
static enum decode_result take_token_ring(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 14);

	if (!h)
		return DECODE_SHORT;
	if (h[8] & 0x80 && wire_left(w))
		wire_take(w, *w->at & 31);
	return w->bad ? DECODE_SHORT : ether_take_llc(d, w, p);
}

/* PPI: a header in little-endian that says its length and the link type of the rest. */
static enum decode_result take_ppi(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);
	size_t len;
	int link;

	if (!h)
		return DECODE_SHORT;
	len = h[2] | (size_t)h[3] << 8;
	link = (int)wire_swap32(wire_be32_at(h + 4));
	if (len < 8)
		return DECODE_MALFORMED;
	if (!wire_take(w, len - 8))
		return DECODE_SHORT;
	return link == LINK_PPI || !layer_enter(d) ? DECODE_DEEP : medium_take(d, w, link, p);
}

/* OpenBSD's packet filter: length of the header, then the family. */
static enum decode_result take_pflog(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 4);

	if (!h)
		return DECODE_SHORT;
	if (h[0] < 4)
		return DECODE_MALFORMED;
	wire_take(w, ((h[0] + 3u) & ~3u) - 4);
	return take_family(d, h[1], w, p);
}

/* Link types with a header of fixed size that says no more than an EtherType, if that. */
static enum decode_result take_rare(struct decode *d, struct wire *w, int link, struct packet *p)
{
	uint32_t family;

	switch (link) {
	case LINK_TOKEN_RING:
		return take_token_ring(d, w, p);
	case LINK_FDDI:
		return take_llc_after(d, w, 13, p);
	case LINK_IP_OVER_FC:
		return take_llc_after(d, w, 16, p);
	case LINK_ATM:
		return ether_take_llc(d, w, p);
	case LINK_FIREWIRE:
		wire_take(w, 16);
		return ether_take_type(d, w, wire_be16(w), p);
	case LINK_IPOIB:
		wire_take(w, 40);
		family = wire_be32(w);
		return ether_take_type(d, w, (uint16_t)(family >> 16), p);
	case LINK_ENC:
		family = wire_be32(w);
		wire_take(w, 8);
		return take_family(d, family, w, p);
	case LINK_PFLOG:
		return take_pflog(d, w, p);
	case LINK_NFLOG:
		return take_nflog(d, w, p);
	case LINK_NETANALYZER:
		return wire_take(w, 4) ? ether_take(d, w, p) : DECODE_SHORT;
	case LINK_MPLS:
		return ether_take_mpls(d, w, p);
	case LINK_PPI:
		return take_ppi(d, w, p);
	default:
		return medium_is_known(link) ? ip_take(d, w, p) : DECODE_OTHER;
	}
}

/* Serial lines and radio. */
static enum decode_result take_line(struct decode *d, struct wire *w, int link, struct packet *p)
{
	switch (link) {
	case LINK_PPP:
	case LINK_PPP_SERIAL:
	case LINK_CISCO_HDLC:
		return ppp_take_hdlc(d, w, p);
	case LINK_PPP_DIRECTION:
	case LINK_HDLC_DIRECTION:
		return wire_take(w, 1) ? ppp_take_hdlc(d, w, p) : DECODE_SHORT;
	case LINK_PPP_PPPD: /* the direction in place of the address */
		return wire_take(w, 2) ? ppp_take(d, w, p) : DECODE_SHORT;
	case LINK_PPP_ETHER:
		return ether_take_type(d, w, ETHER_PPPOE, p);
	case LINK_FRAME_RELAY:
		return ppp_take_frame_relay(d, w, p);
	case LINK_FRAME_RELAY_DIRECTION:
		return wire_take(w, 1) ? ppp_take_frame_relay(d, w, p) : DECODE_SHORT;
	case LINK_WLAN:
		return wlan_take(d, w, false, p);
	case LINK_RADIOTAP:
		return wlan_take_radiotap(d, w, p);
	case LINK_PRISM:
	case LINK_AVS:
		return wlan_take_prism(d, w, p);
	default:
		return take_rare(d, w, link, p);
	}
}

enum decode_result medium_take(struct decode *d, struct wire *w, int link, struct packet *p)
{
	const uint8_t *h;

	switch (link) {
	case LINK_ETHERNET:
		return ether_take(d, w, p);
	case LINK_SLL:
		h = wire_take(w, 16);
		return h ? take_cooked(d, w,
				       (uint32_t)wire_be16_at(h + 2) << 16 | wire_be16_at(h + 14),
				       p)
			 : DECODE_SHORT;
	case LINK_SLL2:
		h = wire_take(w, 20);
		return h ? take_cooked(d, w, (uint32_t)wire_be16_at(h + 8) << 16 | wire_be16_at(h),
				       p)
			 : DECODE_SHORT;
	case LINK_NULL:
	case LINK_LOOP:
		return take_family(d, wire_be32(w), w, p);
	default:
		return take_line(d, w, link, p);
	}
}
