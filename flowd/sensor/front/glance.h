/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A first look at a frame, at the few fields by which nearly all packets are found to be of no
 * interest. It sees plain Ethernet with IP and a transport only, and counts nothing.
 */
#ifndef FLOWD_SENSOR_FRONT_GLANCE_H
#define FLOWD_SENSOR_FRONT_GLANCE_H

#include "base/addr.h"
#include "base/record.h"
#include "base/wire.h"

/* As in struct packet. */
struct glance {
	struct addr src, dst;
	uint16_t sport, dport;
	uint8_t proto; /* PROTO_TCP, PROTO_UDP; 0: neither was seen, and nothing else here counts */
	uint8_t flags; /* TCP, as all that follows */
	uint16_t ident;
	uint32_t seq;
	uint32_t data_len;
};

/* `there` bytes of `data_len` have been captured, from the transport's header on. */
static inline void glance_transport(const uint8_t *h, size_t there, size_t data_len,
				    struct glance *out)
{
	size_t header;

	if (there > data_len)
		there = data_len;
	if (out->proto == PROTO_TCP && there >= 20) {
		header = (size_t)(h[12] >> 4) * 4;
		if (header < 20 || header > data_len) {
			out->proto = 0;
			return;
		}
		out->flags = h[13];
		out->seq = wire_be32_at(h + 4);
		out->data_len = (uint32_t)(data_len - header);
	} else if (out->proto != PROTO_UDP || there < 8) {
		out->proto = 0;
		return;
	}
	out->sport = wire_be16_at(h);
	out->dport = wire_be16_at(h + 2);
}

static inline void glance_v4(const uint8_t *h, size_t there, struct glance *out)
{
	size_t header, total;

	if (there < 20)
		return;
	header = (size_t)(h[0] & 15) * 4;
	total = wire_be16_at(h + 2);
	/* No fragment; and a length of 0 is for others to understand. */
	if (h[0] >> 4 != 4 || header < 20 || total < header || there < header ||
	    wire_be16_at(h + 6) & 0x3fff)
		return;
	out->proto = h[9];
	out->ident = wire_be16_at(h + 4);
	out->src = addr_v4(h + 12);
	out->dst = addr_v4(h + 16);
	glance_transport(h + header, there - header, total - header, out);
}

static inline void glance_v6(const uint8_t *h, size_t there, struct glance *out)
{
	if (there < 40 || h[0] >> 4 != 6)
		return;
	out->proto = h[6];
	out->ident = 0;
	out->src = addr_v6(h + 8);
	out->dst = addr_v6(h + 24);
	glance_transport(h + 40, there - 40, wire_be16_at(h + 4), out);
}

static inline bool glance_is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/*
 * Looks at `len` captured bytes of Ethernet. TCP: decode_frame would give a packet of these fields,
 * and count nothing but that. UDP: it might, or find a tunnel. At most two tags are gone past.
 */
static inline void glance_take(const uint8_t *bytes, size_t len, struct glance *out)
{
	size_t at = 14;
	uint16_t type;
	int i;

	out->proto = out->flags = 0;
	out->seq = out->data_len = 0;
	if (len < at)
		return;
	type = wire_be16_at(bytes + 12);
	for (i = 0; i < 2 && glance_is_tag(type) && len - at >= 4; i++) {
		type = wire_be16_at(bytes + at + 2);
		at += 4;
	}
	if (type == 0x0800)
		glance_v4(bytes + at, len - at, out);
	else if (type == 0x86dd)
		glance_v6(bytes + at, len - at, out);
}

#endif
