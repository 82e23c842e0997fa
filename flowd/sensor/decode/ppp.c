/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/ppp.h"

#include "flowd/sensor/decode/ether.h"
#include "flowd/sensor/decode/ip.h"

/* PPP protocol numbers (IANA). */
#define PPP_IPV4 0x0021
#define PPP_BRIDGED 0x0031
#define PPP_MULTILINK 0x003d
#define PPP_IPV6 0x0057
#define PPP_MPLS 0x0281
#define PPP_MPLS_MULTICAST 0x0283
#define PPP_CONTROL 0x4000 /* from here on it speaks of the link itself */

/* Network layer protocol identifiers (ISO/IEC TR 9577). */
#define NLPID_SNAP 0x80
#define NLPID_IPV6 0x8e
#define NLPID_IPV4 0xcc
#define NLPID_PPP 0xcf

/* A frame of several links (RFC 1990), when it is in one piece; the short form is never seen. */
static enum decode_result take_multilink(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 4);

	if (!h)
		return DECODE_SHORT;
	if ((h[0] & 0xc0) != 0xc0)
		return layer_unknown(d, UNKNOWN_PPP, PPP_MULTILINK);
	return layer_enter(d) ? ppp_take(d, w, p) : DECODE_DEEP;
}

enum decode_result ppp_take(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h;
	uint16_t proto;

	if (wire_left(w) >= 2 && w->at[0] == 0xff && w->at[1] == 0x03)
		wire_take(w, 2);
	h = wire_take(w, 1);
	if (!h)
		return DECODE_SHORT;
	proto = h[0];
	if (!(proto & 1))
		proto = (uint16_t)(proto << 8 | wire_u8(w));
	if (w->bad)
		return DECODE_SHORT;
	switch (proto) {
	case PPP_IPV4:
		return ip_take_v4(d, w, p);
	case PPP_IPV6:
		return ip_take_v6(d, w, p);
	case PPP_MPLS:
	case PPP_MPLS_MULTICAST:
		return ether_take_mpls(d, w, p);
	case PPP_MULTILINK:
		return take_multilink(d, w, p);
	case PPP_BRIDGED: /* RFC 3518: flags, the kind of MAC, its frame */
		h = wire_take(w, 2);
		if (!h)
			return DECODE_SHORT;
		if (h[1] != 1)
			return layer_unknown(d, UNKNOWN_PPP, proto);
		return layer_enter(d) ? ether_take(d, w, p) : DECODE_DEEP;
	default:
		return proto < PPP_CONTROL ? layer_unknown(d, UNKNOWN_PPP, proto) : DECODE_OTHER;
	}
}

enum decode_result ppp_take_hdlc(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = w->at;

	/* Unicast and broadcast of Cisco's; PPP's address is all ones. */
	if (wire_left(w) < 4 || (h[0] != 0x0f && h[0] != 0x8f))
		return ppp_take(d, w, p);
	wire_take(w, 4);
	return ether_take_type(d, w, wire_be16_at(h + 2), p);
}

enum decode_result ppp_take_frame_relay(struct decode *d, struct wire *w, struct packet *p)
{
	uint8_t byte;
	int i;

	/* Addresses of two to four bytes (Q.922): the lowest bit says which is the last. */
	for (i = 0, byte = 0; i < 4 && !(byte & 1) && !w->bad; i++)
		byte = wire_u8(w);
	if (wire_left(w) < 2)
		return DECODE_SHORT;
	if (*w->at != 0x03) /* Cisco's: an EtherType */
		return ether_take_type(d, w, wire_be16(w), p);
	wire_take(w, 1);
	if (!*w->at) /* padding */
		wire_take(w, 1);
	byte = wire_u8(w);
	if (w->bad)
		return DECODE_SHORT;
	switch (byte) {
	case NLPID_IPV4:
		return ip_take_v4(d, w, p);
	case NLPID_IPV6:
		return ip_take_v6(d, w, p);
	case NLPID_PPP:
		return ppp_take(d, w, p);
	case NLPID_SNAP:
		/* The rest of SNAP, as if LLC had come before it. */
		return ether_take_snap(d, w, p);
	default:
		return layer_unknown(d, UNKNOWN_LLC, byte);
	}
}
