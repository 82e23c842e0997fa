/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame becomes a packet, or a counted reason why not. Pure.
 */
#ifndef FLOWD_SENSOR_DECODE_H
#define FLOWD_SENSOR_DECODE_H

#include "base/addr.h"
#include "base/mono.h"
#include "base/record.h"

#include <stddef.h>

/* TCP flags, RFC 9293 section 3.1. */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

/* Everything in host order. */
struct packet {
	struct addr src, dst;
	wall_t time_us; /* set by the caller */
	uint16_t sport, dport;
	uint16_t vlan; /* innermost 802.1Q id, 0 none */
	uint8_t proto; /* IP protocol number */
	uint8_t flags; /* TCP_* */
	uint8_t ttl;
	uint16_t window;
	uint8_t tunnel;	   /* enum tunnel: the innermost that carried it */
	uint8_t icmp_type; /* ICMP, ICMPv6: and their code; no ports */
	uint8_t icmp_code;
	uint32_t tunnel_id; /* VNI, key, session, label; 0 where the kind has none */
	uint32_t seq, ack;
	const uint8_t
		*ip;	 /* the innermost IP header and what follows it; borrowed from the frame */
	uint32_t ip_len; /* captured bytes there, without link-layer padding */
	uint32_t payload_len; /* bytes after the transport header, captured */
	uint32_t data_len;    /* the same on the wire, which may be more */
};

enum decode_result {
	DECODE_OK,
	DECODE_OTHER,	 /* carries nothing flowd follows: another link type, ARP, ... */
	DECODE_FRAGMENT, /* an IP fragment without the transport header */
	DECODE_SHORT,	 /* headers cut off */
	DECODE_MALFORMED /* headers that contradict themselves */
};

/* May frames of this link type (LINKTYPE_*, as libpcap's DLT_*) be decoded at all? */
bool decode_knows(int link);

/*
 * Takes `len` captured bytes of a frame apart: Ethernet, 802.1Q and QinQ, Linux cooked v1 and v2,
 * raw IP, BSD null and loop; IPv4 (RFC 791), IPv6 (RFC 8200) with extension headers; TCP (RFC
 * 9293), UDP (RFC 768), SCTP (RFC 9260), ICMP (RFC 792, RFC 4443). `out` means something only on
 * DECODE_OK; `time_us` is left alone.
 */
enum decode_result decode_frame(int link, const uint8_t *bytes, size_t len, struct packet *out);

#endif
