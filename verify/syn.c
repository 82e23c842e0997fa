/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/syn.h"

#include "base/err.h"
#include "base/record.h"

#define FLAG_SYN 0x02
#define FLAG_RST 0x04
#define FLAG_ACK 0x10

/* What every stack takes: 1220 is the IPv6 minimum MTU less headers, 1460 Ethernet's. */
#define MSS_V4 1460
#define MSS_V6 1220

uint32_t syn_cookie(const struct hash_key *key, const struct syn_path *path)
{
	uint8_t bytes[36];

	memcpy(bytes, path->from.b, 16);
	memcpy(bytes + 16, path->to.b, 16);
	wire_put_be16(bytes + 32, path->from_port);
	wire_put_be16(bytes + 34, path->to_port);
	return (uint32_t)hash_bytes(key, bytes, sizeof(bytes));
}

static uint16_t checksum(const struct syn_path *path, const uint8_t *segment, size_t len)
{
	size_t skip = addr_is_v4(&path->to) ? 12 : 0;
	uint32_t sum = PROTO_TCP + (uint32_t)len;

	sum = wire_checksum(path->from.b + skip, 16 - skip, sum);
	sum = wire_checksum(path->to.b + skip, 16 - skip, sum);
	return wire_checksum_end(wire_checksum(segment, len, sum));
}

void syn_print(const struct syn_path *path, uint32_t seq, uint8_t out[SYN_LEN])
{
	memset(out, 0, SYN_LEN);
	wire_put_be16(out, path->from_port);
	wire_put_be16(out + 2, path->to_port);
	wire_put_be32(out + 4, seq);
	out[12] = SYN_LEN / 4 << 4;
	out[13] = FLAG_SYN;
	wire_put_be16(out + 14, 64240);
	out[20] = 2;
	out[21] = 4;
	wire_put_be16(out + 22, addr_is_v4(&path->to) ? MSS_V4 : MSS_V6);
	wire_put_be16(out + 16, checksum(path, out, SYN_LEN));
}

/* `path` is ours: its `to` answers. */
static int read_segment(const struct hash_key *key, struct wire *w, struct syn_path *path,
			struct syn_answer *out)
{
	uint32_t ack;
	uint8_t flags;

	path->to_port = wire_be16(w);
	path->from_port = wire_be16(w);
	wire_be32(w);
	ack = wire_be32(w);
	wire_u8(w);
	flags = wire_u8(w) & (FLAG_SYN | FLAG_RST | FLAG_ACK);
	out->window = wire_be16(w);
	if (w->bad)
		return ERR_SHORT;
	if (flags != (FLAG_SYN | FLAG_ACK) && flags != (FLAG_RST | FLAG_ACK))
		return ERR_UNKNOWN;
	if (ack != syn_cookie(key, path) + 1)
		return ERR_UNKNOWN;
	out->kind = flags & FLAG_SYN ? SYN_OPEN : SYN_CLOSED;
	out->host = path->to;
	out->port = path->to_port;
	return 0;
}

struct ip4 {
	struct addr from, to;
	uint8_t ttl, protocol;
	bool later; /* a fragment other than the first */
};

/* Reads an IPv4 header; the cursor stands behind its options. A quoted header may be longer than
 * the quote says: lengths are not compared. */
static int read_ip4(struct wire *w, struct ip4 *out)
{
	const uint8_t *p = wire_take(w, 20);

	if (!p)
		return ERR_SHORT;
	if (p[0] >> 4 != 4 || (p[0] & 15) < 5)
		return ERR_UNKNOWN;
	out->later = wire_be16_at(p + 6) & 0x1fff;
	out->ttl = p[8];
	out->protocol = p[9];
	out->from = addr_v4(p + 12);
	out->to = addr_v4(p + 16);
	wire_take(w, (size_t)(p[0] & 15) * 4 - 20);
	return w->bad ? ERR_SHORT : 0;
}

int syn_read_tcp4(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out)
{
	struct wire w = wire_open(in->bytes, in->len);
	struct syn_answer answer = { .kind = SYN_OPEN };
	struct syn_path path = { .from_port = 0 };
	struct ip4 ip;
	int rc;

	rc = read_ip4(&w, &ip);
	if (rc)
		return rc;
	if (ip.protocol != PROTO_TCP || ip.later)
		return ERR_UNKNOWN;
	path.from = ip.to;
	path.to = ip.from;
	rc = read_segment(key, &w, &path, &answer);
	if (rc)
		return rc;
	answer.ttl = ip.ttl;
	*out = answer;
	return 0;
}

int syn_read_tcp6(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out)
{
	struct wire w = wire_open(in->bytes, in->len);
	struct syn_answer answer = { .ttl = in->ttl };
	struct syn_path path = { .from = in->to, .to = in->from };
	int rc;

	rc = read_segment(key, &w, &path, &answer);
	if (!rc)
		*out = answer;
	return rc;
}

/* The first eight bytes of our own segment, quoted. */
static int read_quote(const struct hash_key *key, struct wire *w, struct syn_path *path,
		      struct syn_answer *out)
{
	uint32_t seq;

	path->from_port = wire_be16(w);
	path->to_port = wire_be16(w);
	seq = wire_be32(w);
	if (w->bad)
		return ERR_SHORT;
	if (seq != syn_cookie(key, path))
		return ERR_UNKNOWN;
	out->kind = SYN_UNREACHABLE;
	out->host = path->to;
	out->port = path->to_port;
	return 0;
}

/* RFC 792: destination unreachable (but "fragmentation needed" stops nothing so small), time
 * exceeded, parameter problem. */
static bool is_icmp4_final(uint8_t type, uint8_t code)
{
	return (type == 3 && code != 4) || type == 11 || type == 12;
}

/* RFC 4443: destination unreachable, time exceeded, parameter problem. */
static bool is_icmp6_final(uint8_t type)
{
	return type == 1 || type == 3 || type == 4;
}

int syn_read_icmp4(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out)
{
	struct wire w = wire_open(in->bytes, in->len);
	struct syn_answer answer = { .kind = SYN_UNREACHABLE };
	struct syn_path path = { .from_port = 0 };
	struct ip4 ip, quote;
	int rc;

	rc = read_ip4(&w, &ip);
	if (rc)
		return rc;
	answer.icmp_type = wire_u8(&w);
	answer.icmp_code = wire_u8(&w);
	wire_take(&w, 6);
	if (ip.protocol != 1 || ip.later || !is_icmp4_final(answer.icmp_type, answer.icmp_code))
		return ERR_UNKNOWN;
	rc = read_ip4(&w, &quote);
	if (rc)
		return rc;
	if (quote.protocol != PROTO_TCP || quote.later)
		return ERR_UNKNOWN;
	path.from = quote.from;
	path.to = quote.to;
	rc = read_quote(key, &w, &path, &answer);
	if (rc)
		return rc;
	answer.ttl = ip.ttl;
	answer.icmp_from = ip.from;
	answer.is_own = addr_is_same(&ip.from, &quote.from);
	*out = answer;
	return 0;
}

int syn_read_icmp6(const struct hash_key *key, const struct syn_packet *in, struct syn_answer *out)
{
	struct wire w = wire_open(in->bytes, in->len);
	struct syn_answer answer = { .ttl = in->ttl, .icmp_from = in->from };
	struct syn_path path = { .from_port = 0 };
	const uint8_t *p;
	int rc;

	answer.icmp_type = wire_u8(&w);
	answer.icmp_code = wire_u8(&w);
	wire_take(&w, 6);
	p = wire_take(&w, 40);
	if (!p)
		return ERR_SHORT;
	/* Our SYNs carry no extension headers, so neither do quotes of them. */
	if (!is_icmp6_final(answer.icmp_type) || p[0] >> 4 != 6 || p[6] != PROTO_TCP)
		return ERR_UNKNOWN;
	path.from = addr_v6(p + 8);
	path.to = addr_v6(p + 24);
	rc = read_quote(key, &w, &path, &answer);
	answer.is_own = addr_is_same(&in->from, &path.from);
	if (!rc)
		*out = answer;
	return rc;
}
