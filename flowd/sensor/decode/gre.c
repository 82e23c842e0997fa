/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/gre.h"

#include "flowd/sensor/decode/ether.h"
#include "flowd/sensor/decode/ip.h"
#include "flowd/sensor/decode/ppp.h"

/* Flags of the first 16 bits. */
#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACK 0x0080 /* version 1 */
#define GRE_VERSION 0x0007

#define GRE_WCCP 0x883e
#define GRE_ERSPAN 0x88be /* I and II */
#define GRE_ERSPAN3 0x22eb

/* Source routes (RFC 1701) end with one of no length. */
static bool skip_routing(struct wire *w)
{
	const uint8_t *h;
	int i;

	for (i = 0; i < LAYER_DEPTH_MAX; i++) {
		h = wire_take(w, 4);
		if (!h || !wire_take(w, h[3]))
			return false;
		if (!h[3])
			return true;
	}
	return false;
}

/* PPTP: the key is the payload's length and the call. */
static enum decode_result take_pptp(struct decode *d, struct wire *w, uint16_t flags,
				    struct packet *p)
{
	uint16_t len = wire_be16(w), call = wire_be16(w);

	wire_take(w, (flags & GRE_SEQUENCE ? 4 : 0) + (flags & GRE_ACK ? 4 : 0));
	if (w->bad)
		return DECODE_SHORT;
	/* Acknowledgements alone. */
	if (!(flags & GRE_SEQUENCE) || !len)
		return DECODE_OTHER;
	wire_limit(w, len);
	return layer_tunnel(d, p, TUNNEL_PPTP, call) ? ppp_take(d, w, p) : DECODE_DEEP;
}

/* Without sequence numbers it is type I, which has no header. */
static enum decode_result take_erspan(struct decode *d, struct wire *w, uint16_t flags,
				      struct packet *p)
{
	uint32_t head;

	if (!(flags & GRE_SEQUENCE))
		return layer_tunnel(d, p, TUNNEL_ERSPAN, 0) ? ether_take(d, w, p) : DECODE_DEEP;
	head = wire_be32(w);
	wire_take(w, 4);
	if (w->bad || head >> 28 != 1)
		return layer_broken(w);
	if (head >> 16 & 0x0fff)
		p->vlan = head >> 16 & 0x0fff;
	return layer_tunnel(d, p, TUNNEL_ERSPAN, head & 0x03ff) ? ether_take(d, w, p) : DECODE_DEEP;
}

static enum decode_result take_erspan3(struct decode *d, struct wire *w, struct packet *p)
{
	uint32_t head = wire_be32(w), tail;

	wire_take(w, 4); /* time stamp */
	tail = wire_be32(w);
	if (tail & 1) /* platform's own */
		wire_take(w, 8);
	if (w->bad || head >> 28 != 2)
		return layer_broken(w);
	if (head >> 16 & 0x0fff)
		p->vlan = head >> 16 & 0x0fff;
	if (!layer_tunnel(d, p, TUNNEL_ERSPAN, head & 0x03ff))
		return DECODE_DEEP;
	/* Frame type: Ethernet, or IP. */
	return (tail >> 10 & 31) == 2 ? ip_take(d, w, p) : ether_take(d, w, p);
}

enum decode_result gre_take(struct decode *d, struct wire *w, struct packet *p)
{
	uint16_t flags = wire_be16(w), type = wire_be16(w);
	uint32_t key = 0;

	if (w->bad)
		return DECODE_SHORT;
	if ((flags & GRE_VERSION) == 1)
		return take_pptp(d, w, flags, p);
	if (flags & GRE_VERSION)
		return layer_unknown(d, UNKNOWN_IP_PROTO, p->proto);
	if (flags & (GRE_CHECKSUM | GRE_ROUTING))
		wire_take(w, 4);
	if (flags & GRE_KEY)
		key = wire_be32(w);
	if (flags & GRE_SEQUENCE)
		wire_take(w, 4);
	if (w->bad || (flags & GRE_ROUTING && !skip_routing(w)))
		return layer_broken(w);
	if (type == GRE_ERSPAN)
		return take_erspan(d, w, flags, p);
	if (type == GRE_ERSPAN3)
		return take_erspan3(d, w, p);
	if (!layer_tunnel(d, p, TUNNEL_GRE, key))
		return DECODE_DEEP;
	if (type == ETHER_BRIDGED)
		return ether_take(d, w, p);
	/* Version 2 has a redirect header of four bytes before the packet. */
	if (type == GRE_WCCP) {
		if (!ip_is_likely(w))
			wire_take(w, 4);
		return ip_take(d, w, p);
	}
	return ether_take_type(d, w, type, p);
}
