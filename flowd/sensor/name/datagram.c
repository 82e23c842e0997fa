/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/datagram.h"

#include "base/record.h"
#include "flowd/sensor/name/message.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static enum fit dns_asks(const struct words *words)
{
	struct wire w = words_wire(words);

	return message_dns(&w, false);
}

static enum fit dns_says(const struct words *words)
{
	struct wire w = words_wire(words);

	return message_dns(&w, true);
}

/* The answer repeats number and question. */
static enum fit dns_pair(const struct words *client, const struct words *server)
{
	if (client->len < 2 || server->len < 2)
		return FIT_SHORT;
	return memcmp(client->bytes, server->bytes, 2) ? FIT_NO : FIT_MAY;
}

static enum fit stun_both(const struct words *words)
{
	struct wire w = words_wire(words);

	return message_stun(&w);
}

static enum fit openvpn_asks(const struct words *words)
{
	struct wire w = words_wire(words);

	return message_openvpn(&w, true);
}

static enum fit openvpn_says(const struct words *words)
{
	struct wire w = words_wire(words);

	return message_openvpn(&w, false);
}

/* RFC 5905 section 7.3: version, mode (3 asks, 4 answers), stratum, poll, precision. */
static enum fit ntp(const struct words *words, uint8_t mode)
{
	struct wire w = words_wire(words);
	uint8_t head = wire_u8(&w), stratum = wire_u8(&w), precision, version = head >> 3 & 7;

	wire_u8(&w);
	precision = wire_u8(&w);
	if ((head & 7) != mode || !version || version > 4 || words->first < 48)
		return FIT_NO;
	if (mode == 3)
		return fit_if(&w, stratum <= 16, FIT_MAY);
	/* A clock is read at 1 s to 0.2 ns. */
	return fit_if(&w, stratum <= 16 && precision >= 0xe0,
		      words->first == 48 && stratum && stratum < 16 ? FIT_YES : FIT_MAY);
}

static enum fit ntp_asks(const struct words *w)
{
	return ntp(w, 3);
}

static enum fit ntp_says(const struct words *w)
{
	return ntp(w, 4);
}

/* RFC 9000 section 17.2: a long header with the fixed bit, and a version that is one. */
static enum fit quic(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint8_t head = wire_u8(&w), size;
	uint32_t version = wire_be32(&w);
	bool known;

	if (!(head & 0x80))
		return FIT_NO;
	size = wire_u8(&w);
	/* Version negotiation (RFC 8999 section 6): version 0, two connection identifiers, a list.
	 */
	if (response && !version) {
		wire_take(&w, size);
		wire_take(&w, wire_u8(&w));
		return fit_if(&w, size <= 20 && wire_left(&w) >= 4 && !(wire_left(&w) & 3),
			      FIT_YES);
	}
	/* 1 and 2 (RFC 9369), the drafts, Google's, Facebook's, those that force negotiation. */
	known = version == 1 || version == 0x6b3343cf || version >> 8 == 0xff0000 ||
		(version >> 24 == 'Q' && (version >> 16 & 0xff) == '0') ||
		version >> 8 == 0xfaceb0 || (version & 0x0f0f0f0f) == 0x0a0a0a0a;
	return fit_if(&w, known && head & 0x40 && size <= 20 && (response || words->first >= 1000),
		      FIT_YES);
}

static enum fit quic_asks(const struct words *w)
{
	return quic(w, false);
}

static enum fit quic_says(const struct words *w)
{
	return quic(w, true);
}

/* RFC 9147 section 4, RFC 6347 section 4.1, 4.2.2: record, then handshake; version 01 00 is that of
 * old OpenSSL. */
static enum fit dtls(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint8_t type = wire_u8(&w), message;
	uint16_t version = wire_be16(&w), epoch = wire_be16(&w), length;

	wire_take(&w, 6);
	length = wire_be16(&w);
	message = wire_u8(&w);
	if (type != 22 || epoch || (version >> 8 != 0xfe && version != 0x0100))
		return w.bad ? FIT_SHORT : FIT_NO;
	return fit_if(&w,
		      length >= 12 && length + 13u <= words->first &&
			      (response ? message == 2 || message == 3 : message == 1),
		      FIT_YES);
}

static enum fit dtls_asks(const struct words *w)
{
	return dtls(w, false);
}

static enum fit dtls_says(const struct words *w)
{
	return dtls(w, true);
}

/* WireGuard section 5.4: initiation of 148 bytes, response of 92, cookie of 64; three zeros. */
static enum fit wireguard(const struct words *words, uint32_t type, uint32_t size)
{
	struct wire w = words_wire(words);
	uint32_t got = wire_be32(&w);

	if (got == 0x04000000)
		return words->first >= 32 && !(words->first & 15) ? FIT_MAY : FIT_NO;
	if (type == 2 && got == 0x03000000)
		return words->first == 64 ? FIT_MAY : FIT_NO;
	/* Some put more behind it. */
	return fit_if(&w, got == type << 24 && words->first >= size,
		      words->first == size ? FIT_YES : FIT_MAY);
}

/* A response says which initiation it is for. */
static enum fit wireguard_pair(const struct words *client, const struct words *server)
{
	if (client->len < 8 || server->len < 12 || client->bytes[0] != 1 || server->bytes[0] != 2)
		return FIT_SHORT;
	return memcmp(client->bytes + 4, server->bytes + 8, 4) ? FIT_NO : FIT_MAY;
}

static enum fit wireguard_asks(const struct words *w)
{
	return wireguard(w, 1, 148);
}

static enum fit wireguard_says(const struct words *w)
{
	return wireguard(w, 2, 92);
}

/* RFC 7296 section 3.1, RFC 2408 section 3.1; on the port of encapsulated ESP after four zeros. */
static enum fit ike_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t length, extra = 0;
	uint8_t version, exchange;

	if (words->len >= 4 && !wire_be32_at(words->bytes)) {
		wire_be32(&w);
		extra = 4;
	}
	wire_take(&w, 16);
	wire_u8(&w);
	version = wire_u8(&w);
	exchange = wire_u8(&w);
	wire_u8(&w);
	wire_be32(&w);
	length = wire_be32(&w);
	return fit_if(&w,
		      length + extra == words->first && length >= 28 &&
			      (version == 0x20
				       ? exchange >= 34 && exchange <= 43
				       : version == 0x10 && exchange >= 1 && exchange <= 32),
		      FIT_YES);
}

/* RFC 2131 section 2: operation, Ethernet, and the cookie at 236. */
static enum fit dhcp(const struct words *words, uint8_t operation)
{
	struct wire w = words_wire(words);
	uint8_t got = wire_u8(&w);

	wire_take(&w, 235);
	return fit_if(&w, wire_be32(&w) == 0x63825363 && got == operation, FIT_YES);
}

static enum fit dhcp_asks(const struct words *w)
{
	return dhcp(w, 1);
}

static enum fit dhcp_says(const struct words *w)
{
	return dhcp(w, 2);
}

/* RFC 1350 section 5, RFC 2347: request with a name and a mode; data, acknowledgement, error,
 * options. */
static enum fit tftp_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t operation = wire_be16(&w);

	if (operation != 1 && operation != 2)
		return w.bad ? FIT_SHORT : FIT_NO;
	return words_have(words, "octet") || words_have(words, "netascii") ? FIT_YES : FIT_NO;
}

static enum fit tftp_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t operation = wire_be16(&w), number = wire_be16(&w);

	return fit_if(&w,
		      (operation == 3 && number == 1 && words->first <= 516) ||
			      (operation == 4 && !number && words->first == 4) ||
			      (operation == 5 && number <= 8) || operation == 6,
		      FIT_MAY);
}

/* RFC 7252 section 3: version 1, a token of up to 8 bytes, class and detail. */
static enum fit coap(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint8_t head = wire_u8(&w), code = wire_u8(&w), class = code >> 5, detail = code & 31;

	wire_be16(&w);
	wire_take(&w, head & 15);
	if (head >> 6 != 1 || (head & 15) > 8)
		return FIT_NO;
	if (response)
		return fit_if(
			&w, class == 2 || class == 4 || class == 5 || (!code && words->first == 4),
			FIT_MAY);
	return fit_if(&w, !class && detail >= 1 && detail <= 7, FIT_MAY);
}

static enum fit coap_asks(const struct words *w)
{
	return coap(w, false);
}

static enum fit coap_says(const struct words *w)
{
	return coap(w, true);
}

/* An answer has the number of the question or its token. */
static enum fit coap_pair(const struct words *client, const struct words *server)
{
	uint8_t size = client->bytes[0] & 15;

	if (client->len < 4u + size || server->len < 4)
		return FIT_SHORT;
	if (!memcmp(client->bytes + 2, server->bytes + 2, 2))
		return FIT_MAY;
	return size && size == (server->bytes[0] & 15) && server->len >= 4u + size &&
			       !memcmp(client->bytes + 4, server->bytes + 4, size)
		       ? FIT_MAY
		       : FIT_NO;
}

/* UPnP Device Architecture section 1.3: HTTP in datagrams. */
static enum fit ssdp_asks(const struct words *w)
{
	return words_start(w, "M-SEARCH * HTTP/1.") || words_start(w, "NOTIFY * HTTP/1.") ? FIT_YES
											  : FIT_NO;
}

static enum fit ssdp_says(const struct words *w)
{
	if (!words_start(w, "HTTP/1."))
		return FIT_NO;
	return words_have(w, "\nUSN:") || words_have(w, "\nST:") ? FIT_YES : FIT_MAY;
}

/* RFC 5531 section 9: number, call or reply, version 2, program. */
static enum fit rpc_call(const struct words *words, uint32_t program)
{
	struct wire w = words_wire(words);
	uint32_t kind, version;

	wire_be32(&w);
	kind = wire_be32(&w);
	version = wire_be32(&w);
	return fit_if(&w, !kind && version == 2 && wire_be32(&w) == program, FIT_YES);
}

static enum fit rpc_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t kind, accepted, length;

	wire_be32(&w);
	kind = wire_be32(&w);
	accepted = wire_be32(&w);
	wire_be32(&w);
	length = wire_be32(&w);
	/* A refusal says why: its words are others. */
	return fit_if(&w, kind == 1 && accepted <= 1 && (accepted || length <= 400), FIT_MAY);
}

static enum fit rpc_pair(const struct words *client, const struct words *server)
{
	if (client->len < 4 || server->len < 4)
		return FIT_SHORT;
	return memcmp(client->bytes, server->bytes, 4) ? FIT_NO : FIT_MAY;
}

static enum fit rpcbind_asks(const struct words *w)
{
	return rpc_call(w, 100000);
}

static enum fit nfs_asks(const struct words *w)
{
	return rpc_call(w, 100003);
}

static enum fit mountd_asks(const struct words *w)
{
	return rpc_call(w, 100005);
}

/* IPMI 2.0 section 13.1.3, RMCP: version 6, sequence ff, class 7; ASF's is 6. */
static enum fit ipmi_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t head = wire_be32(&w);

	return fit_if(&w, (head & 0xfffffffe) == 0x0600ff06 && words->first >= 8, FIT_YES);
}

/* RakNet's offline messages: a magic number after kind, or after kind, time and identifier. */
static enum fit raknet_both(const struct words *words)
{
	static const uint8_t magic[] = { 0x00, 0xff, 0xff, 0x00, 0xfe, 0xfe, 0xfe, 0xfe,
					 0xfd, 0xfd, 0xfd, 0xfd, 0x12, 0x34, 0x56, 0x78 };
	size_t at;

	for (at = 1; at <= 17; at += 8)
		if (words->len >= at + sizeof(magic) &&
		    !memcmp(words->bytes + at, magic, sizeof(magic)))
			return FIT_YES;
	return FIT_NO;
}

/* MS-RDPEUDP section 2.2.2: acknowledged number, window, flags (1 SYN, 4 ACK), number, two MTUs. */
static enum fit rdpudp(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint32_t acknowledged = wire_be32(&w);
	uint16_t flags, up, down;

	wire_be16(&w);
	flags = wire_be16(&w);
	wire_be32(&w);
	up = wire_be16(&w);
	down = wire_be16(&w);
	return fit_if(&w,
		      (flags & 5) == (response ? 5 : 1) &&
			      (response || acknowledged == UINT32_MAX) && up >= 1132 &&
			      up <= 1232 && down >= 1132 && down <= 1232,
		      FIT_YES);
}

static enum fit rdpudp_asks(const struct words *w)
{
	return rdpudp(w, false);
}

static enum fit rdpudp_says(const struct words *w)
{
	return rdpudp(w, true);
}

/* Gnutella 0.4 section 3: identifier, kind, TTL, hops, length (little-endian); GND and GTKG is its
 * reliable layer. */
static enum fit gnutella_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t length;
	uint8_t kind, ttl, hops;

	if (words_start(words, "GND\x01") || words_start(words, "GND\x02") ||
	    words_start(words, "GTKG"))
		return FIT_YES;
	wire_take(&w, 16);
	kind = wire_u8(&w);
	ttl = wire_u8(&w);
	hops = wire_u8(&w);
	length = wire_swap32(wire_be32(&w));
	return fit_if(&w,
		      ttl <= 10 && hops <= 10 && length + 23 == words->first && kind &&
			      strchr("\x01\x30\x31\x40\x44\x80\x81", kind),
		      FIT_YES);
}

/* BEP 5: bencoded dictionaries, the queries' first key is "a", the answers' "r" or "e". */
static enum fit dht_both(const struct words *w)
{
	return words_start(w, "d1:ad2:id20:") || words_start(w, "d1:rd2:id20:") ||
			       words_start(w, "d1:eli20") || words_start(w, "d2:ip6:")
		       ? FIT_YES
		       : FIT_NO;
}

/* memcached's frame: number, sequence, count, reserved; then its text. */
static enum fit memcached_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t count;

	wire_be32(&w);
	count = wire_be16(&w);
	if (!count || wire_be16(&w) || w.bad)
		return w.bad ? FIT_SHORT : FIT_NO;
	return words_have(words, "STAT ") || words_have(words, "VALUE ") ||
			       words_have(words, "VERSION ") || words_have(words, "END\r\n")
		       ? FIT_YES
		       : FIT_NO;
}

static const struct fit_row rows[] = {
	{ "dns", PROTO_UDP, FIT_CARRIER, dns_asks, dns_says, dns_pair },
	{ "stun", PROTO_UDP, FIT_CARRIER, stun_both, stun_both, NULL },
	{ "ntp", PROTO_UDP, FIT_STRICT, ntp_asks, ntp_says, NULL },
	{ "quic", PROTO_UDP, FIT_CARRIER | FIT_HINTS, quic_asks, quic_says, NULL },
	{ "dtls", PROTO_UDP, FIT_CARRIER | FIT_HINTS, dtls_asks, dtls_says, NULL },
	{ "wireguard", PROTO_UDP, 0, wireguard_asks, wireguard_says, wireguard_pair },
	{ "ipsec", PROTO_UDP, 0, ike_both, ike_both, NULL },
	{ "dhcp", PROTO_UDP, 0, dhcp_asks, dhcp_says, NULL },
	{ "tftp", PROTO_UDP, FIT_STRICT, tftp_asks, tftp_says, NULL },
	{ "ssdp", PROTO_UDP, 0, ssdp_asks, ssdp_says, NULL },
	{ "rpcbind", PROTO_UDP, 0, rpcbind_asks, rpc_says, rpc_pair },
	{ "nfs", PROTO_UDP, 0, nfs_asks, rpc_says, rpc_pair },
	{ "mountd", PROTO_UDP, 0, mountd_asks, rpc_says, rpc_pair },
	{ "ipmi", PROTO_UDP, 0, ipmi_both, ipmi_both, NULL },
	{ "raknet", PROTO_UDP, 0, raknet_both, raknet_both, NULL },
	{ "rdp", PROTO_UDP, 0, rdpudp_asks, rdpudp_says, NULL },
	{ "gnutella", PROTO_UDP, 0, gnutella_both, gnutella_both, NULL },
	{ "bittorrent", PROTO_UDP, 0, dht_both, dht_both, NULL },
	{ "memcached", PROTO_UDP, 0, NULL, memcached_says, NULL },
	{ "openvpn", PROTO_UDP, 0, openvpn_asks, openvpn_says, NULL },
	{ "coap", PROTO_UDP, 0, coap_asks, coap_says, coap_pair },
};

const struct fit_table datagram_table = { rows, COUNT(rows) };
