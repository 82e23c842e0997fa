/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SYN packet and its answers, as bytes: no sockets, no clock. The sequence number is a keyed
 * hash of the addresses and ports, so an answer proves by itself that we asked.
 */
#ifndef VERIFY_SYN_H
#define VERIFY_SYN_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/wire.h"

#define SYN_LEN 24 /* TCP header and the MSS option */

struct syn_path {
	struct addr from, to;
	uint16_t from_port, to_port;
};

enum syn_kind { SYN_OPEN, SYN_CLOSED, SYN_UNREACHABLE };

struct syn_answer {
	enum syn_kind kind;
	uint8_t ttl; /* of the answer; 0 unknown */
	uint8_t icmp_type, icmp_code;
	bool is_own;	 /* an ICMP error that this host made itself */
	uint16_t port;	 /* we asked for */
	uint16_t window; /* SYN_OPEN: what it takes; 0 nothing, as tarpits do */
	struct addr host;
	struct addr icmp_from; /* of an ICMP error: who sent it */
};

/* What came up with a packet beside its bytes. */
struct syn_packet {
	const uint8_t *bytes;
	size_t len;
	struct addr from, to; /* of an IPv6 packet; an IPv4 packet brings its own header */
	uint8_t ttl;	      /* likewise */
};

/* The sequence number of a path's SYN. */
uint32_t syn_cookie(const struct hash_key *key, const struct syn_path *path);

/* Writes the TCP segment of a SYN, checksum and all. */
void syn_print(const struct syn_path *path, uint32_t seq, uint8_t out[SYN_LEN]);

/*
 * Reads what a raw socket brought up: a TCP segment, or an ICMP error about one of ours. IPv4
 * packets start with the IP header, IPv6 packets behind it (raw(7), RFC 3542 section 3). 0,
 * ERR_SHORT, ERR_UNKNOWN (not an answer to any SYN made with this key).
 */
int syn_read_tcp4(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out);
int syn_read_tcp6(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out);
int syn_read_icmp4(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out);
int syn_read_icmp6(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out);

#endif
