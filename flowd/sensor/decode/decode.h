/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame becomes a packet, or a counted reason why not. Encapsulations are taken off; of the
 * packet that remains, `tunnel` says what it came in. Works on packet time alone.
 */
#ifndef FLOWD_SENSOR_DECODE_H
#define FLOWD_SENSOR_DECODE_H

#include "base/addr.h"
#include "base/hash.h"
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
	wall_t time_us; /* set by the caller, before decode_frame */
	uint16_t sport, dport;
	uint16_t vlan; /* innermost 802.1Q id, 0 none */
	uint8_t proto; /* IP protocol number */
	uint8_t flags; /* TCP_* */
	uint8_t ttl;
	uint16_t window;
	uint16_t ident;	   /* of the IPv4 header; 0 in IPv6 */
	uint16_t checksum; /* TCP: as it came */
	uint8_t tunnel;	   /* enum tunnel: the innermost that carried it */
	uint8_t icmp_type; /* ICMP, ICMPv6: and their code; no ports */
	uint8_t icmp_code;
	uint32_t tunnel_id; /* VNI, key, session, label; 0 where the kind has none */
	uint32_t seq, ack;
	const uint8_t *ip; /* the innermost IP header and what follows it; borrowed from the frame
			      or, reassembled, from the decoder, until its next frame */
	uint32_t ip_len;   /* captured bytes there, without link-layer padding */
	uint32_t payload_len;	/* bytes after the transport header, captured */
	uint32_t data_len;	/* the same on the wire, which may be more */
	const uint8_t *options; /* TCP: borrowed like `ip` */
	uint8_t options_len;
};

enum decode_result {
	DECODE_OK,
	DECODE_OTHER,	  /* carries nothing flowd follows: another link type, ARP, ... */
	DECODE_FRAGMENT,  /* an IP fragment whose datagram is not complete yet */
	DECODE_SHORT,	  /* headers cut off */
	DECODE_MALFORMED, /* headers that contradict themselves */
	DECODE_DEEP	  /* more encapsulations in one another than are looked into */
};

struct decode; /* what is remembered between frames: fragments */

/*
 * `fragment_bytes`: memory for fragments at most, `key` of their table. Counts in `tally`, borrowed
 * until decode_free. `report_tunnels`: the UDP packets that carry a tunnel are handed out too. NULL
 * when memory is short.
 */
struct decode *decode_new(struct tally *tally, size_t fragment_bytes, const struct hash_key *key,
			  bool report_tunnels);
void decode_free(struct decode *decode);

/* May frames of this link type (LINKTYPE_*, as libpcap's DLT_*) be decoded at all? */
bool decode_knows(int link);

/*
 * Takes `len` captured bytes of a frame apart, down to the innermost packet: link types (medium.h),
 * what stands between them and IP (ether.h, ppp.h), IPv4 (RFC 791) and IPv6 (RFC 8200) with
 * extension headers and fragments, tunnels (gre.h, tunnel.h); TCP (RFC 9293), UDP (RFC 768), SCTP
 * (RFC 9260), ICMP (RFC 792, RFC 4443), whose quotations are not looked into. `out` means something
 * only on DECODE_OK.
 */
enum decode_result decode_frame(struct decode *decode, int link, const uint8_t *bytes, size_t len,
				struct packet *out);

/*
 * Is there more in the frame than decode_frame has handed out? Then decode_more takes the next one,
 * with results as above.
 */
bool decode_has_more(const struct decode *decode);
enum decode_result decode_more(struct decode *decode, struct packet *out);

#endif
