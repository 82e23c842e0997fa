/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/remote.h"

#include "base/record.h"
#include "flowd/sensor/name/message.h"

#include <ctype.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What are no records of TLS? Text; anything else may come from the middle of one. */
static enum fit tls_not(const struct words *words)
{
	return words->len >= 8 && words_are_text(words, 16) ? FIT_NO : FIT_SHORT;
}

/* RFC 8446 section 5.1: the record; section 4: the handshake message in it. */
static enum fit tls(const struct words *words, uint8_t kind)
{
	struct wire w = words_wire(words);
	uint8_t type = wire_u8(&w), major = wire_u8(&w), minor = wire_u8(&w), message;
	uint16_t length = wire_be16(&w);
	uint32_t size;

	if (major != 3 || minor > 4)
		return w.bad ? FIT_SHORT : tls_not(words);
	/* An alert: level and what it is about. */
	if (type == 0x15)
		return length == 2 && (wire_u8(&w) | 3) == 3 && words->first == 7 && !w.bad
			       ? FIT_MAY
			       : FIT_SHORT;
	message = wire_u8(&w);
	size = (uint32_t)wire_u8(&w) << 16;
	size |= wire_be16(&w);
	major = wire_u8(&w);
	return !w.bad && type == 0x16 && message == kind && major == 3 && length >= 4 &&
			       length <= 16384 && size >= 34 && size < 1u << 17
		       ? FIT_YES
		       : FIT_SHORT;
}

static enum fit tls_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t length = wire_be16(&w);
	uint8_t message = wire_u8(&w), major = wire_u8(&w);

	/* RFC 5246 appendix E.2: a hello of version 2 that offers more. */
	if (length & 0x8000 && message == 1 && major == 3 && (length & 0x7fff) + 2u == words->first)
		return w.bad ? FIT_SHORT : FIT_YES;
	return tls(words, 1);
}

static enum fit tls_says(const struct words *words)
{
	return tls(words, 2);
}

/* NetBIOS session service (RFC 1002 section 4.3), then MS-SMB section 2.2.3.1, MS-SMB2 2.2.1. */
static enum fit smb_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t type = wire_u8(&w), magic;

	wire_take(&w, 3);
	magic = wire_u8(&w);
	/* A session service is asked for first: its answer has no body. */
	if (type >= 0x81 && type <= 0x85)
		return FIT_SHORT;
	return fit_if(&w,
		      !type && (magic == 0xff || magic == 0xfe || magic == 0xfd) &&
			      wire_u8(&w) == 'S' && wire_be16(&w) == ('M' << 8 | 'B'),
		      FIT_YES);
}

/* MS-RDPBCGR sections 2.2.1.1, 2.2.1.2: a connection request of X.224 with a negotiation. */
static enum fit rdp(const struct words *words, uint8_t unit, uint8_t negotiation)
{
	struct wire w = words_wire(words);
	uint8_t version = wire_u8(&w), reserved = wire_u8(&w), header;
	uint16_t length = wire_be16(&w);
	const uint8_t *tail;

	header = wire_u8(&w);
	if (version != 3 || reserved || wire_u8(&w) != unit || length != header + 5u)
		return w.bad ? FIT_SHORT : FIT_NO;
	if (words_have(words, "Cookie: mstshash="))
		return FIT_YES;
	if (length == 11)
		return FIT_MAY;
	if (length < 19)
		return FIT_NO;
	wire_take(&w, length - 14u);
	tail = wire_take(&w, 8);
	return fit_if(&w,
		      tail && (tail[0] == negotiation || (unit == 0xd0 && tail[0] == 3)) &&
			      tail[2] == 8 && !tail[3],
		      FIT_YES);
}

static enum fit rdp_asks(const struct words *w)
{
	return rdp(w, 0xe0, 1);
}

static enum fit rdp_says(const struct words *w)
{
	return rdp(w, 0xd0, 2);
}

/* RFC 1928 section 3: version, methods; the one chosen. SOCKS 4: command, port, address, user. */
static enum fit socks_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t version = wire_u8(&w), second = wire_u8(&w);

	if (version == 5)
		return fit_if(&w, second && words->first == second + 2u, FIT_MAY);
	wire_take(&w, 6);
	return fit_if(&w,
		      version == 4 && (second == 1 || second == 2) && words->first >= 9 &&
			      words->first < 256,
		      FIT_MAY);
}

static enum fit socks_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t first = wire_u8(&w), second = wire_u8(&w);

	if (first == 5)
		return fit_if(&w, words->first == 2 && (second <= 2 || second == 0xff), FIT_MAY);
	return fit_if(&w, !first && second >= 90 && second <= 93 && words->first == 8, FIT_MAY);
}

static enum fit socks_pair(const struct words *client, const struct words *server)
{
	return (client->bytes[0] == 5) == (server->bytes[0] == 5) ? FIT_MAY : FIT_NO;
}

/* RFC 2637 section 2: length, type, magic cookie. */
static enum fit pptp_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t head = wire_be32(&w);

	return fit_if(&w, wire_be32(&w) == 0x1a2b3c4d && (head & 0xffff) == 1, FIT_YES);
}

/* RFC 4271 section 4.1: sixteen bytes of ones, length, type. */
static enum fit bgp_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t length;
	uint8_t type;
	int i;

	for (i = 0; i < 16; i++)
		if (wire_u8(&w) != 0xff)
			return w.bad ? FIT_SHORT : FIT_NO;
	length = wire_be16(&w);
	type = wire_u8(&w);
	return fit_if(&w, length >= 19 && length <= 4096 && type >= 1 && type <= 5, FIT_YES);
}

/* RFC 5036 section 3.1: version 1, length, identifier; the first message. */
static enum fit ldp_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t version = wire_be16(&w), length = wire_be16(&w), type;

	wire_take(&w, 6);
	type = wire_be16(&w) & 0x7fff;
	return fit_if(&w,
		      version == 1 && length >= 14 && length + 4u <= words->first &&
			      (type == 0x200 || type == 0x201 || type == 1),
		      FIT_YES);
}

/* RFC 6733 section 3: version 1, length, flags, command, application. */
static enum fit diameter(const struct words *words, bool request)
{
	struct wire w = words_wire(words);
	uint32_t head = wire_be32(&w), length = head & 0xffffff, command = wire_be32(&w);
	uint8_t flags = (uint8_t)(command >> 24);

	command &= 0xffffff;
	return fit_if(&w,
		      head >> 24 == 1 && length >= 20 && length < 65536 && !(length & 3) &&
			      length <= words->first && !(flags & 0x0f) &&
			      !(flags & 0x80) != request && command >= 257 && command < 0x1000000,
		      command <= 330 ? FIT_YES : FIT_MAY);
}

static enum fit diameter_asks(const struct words *w)
{
	return diameter(w, true);
}

static enum fit diameter_says(const struct words *w)
{
	return diameter(w, false);
}

/* RFC 8907 section 4.1: version, type, sequence (odd: the client), flags, session, length. */
static enum fit tacacs(const struct words *words, uint8_t sequence)
{
	struct wire w = words_wire(words);
	uint8_t version = wire_u8(&w), type = wire_u8(&w), got = wire_u8(&w), flags = wire_u8(&w);

	wire_be32(&w);
	return fit_if(&w,
		      (version | 1) == 0xc1 && type >= 1 && type <= 3 && got == sequence &&
			      !(flags & ~5) && wire_be32(&w) + 12 == words->first,
		      FIT_MAY);
}

static enum fit tacacs_asks(const struct words *w)
{
	return tacacs(w, 1);
}

static enum fit tacacs_says(const struct words *w)
{
	return tacacs(w, 2);
}

static enum fit tacacs_pair(const struct words *client, const struct words *server)
{
	if (client->len < 8 || server->len < 8)
		return FIT_SHORT;
	return memcmp(client->bytes + 4, server->bytes + 4, 4) ? FIT_NO : FIT_MAY;
}

/* RTMP 1.0 section 5.2: version 3, then a time and zeros. */
static enum fit rtmp_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t version = wire_u8(&w);

	wire_be32(&w);
	wire_be32(&w);
	return fit_if(&w, version == 3 && words->first > 9, FIT_SHORT);
}

static enum fit rtmp_pair(const struct words *client, const struct words *server)
{
	return client->bytes[0] == 3 && server->bytes[0] == 3 && client->first == 1537 ? FIT_YES
										       : FIT_SHORT;
}

/* AJP 1.3: 12 34 from the web server, "AB" from the container, each with a length. */
static enum fit ajp(const struct words *words, uint16_t magic, const char *codes)
{
	struct wire w = words_wire(words);
	uint16_t got = wire_be16(&w), length = wire_be16(&w);
	uint8_t code = wire_u8(&w);

	return fit_if(&w,
		      got == magic && code && strchr(codes, code) && length + 4u <= words->first,
		      FIT_YES);
}

static enum fit ajp_asks(const struct words *w)
{
	return ajp(w, 0x1234, "\x02\x07\x08\x0a");
}

static enum fit ajp_says(const struct words *w)
{
	return ajp(w, 0x4142, "\x03\x04\x05\x06\x09");
}

/* rsh and rexec: a port for errors, two names and a command, each with a zero after it. */
static enum fit rsh_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	unsigned ends = 0, digits = 0;
	uint8_t byte;

	while (wire_left(&w) && isdigit(w.at[0]) && digits < 6)
		digits += isdigit(wire_u8(&w)) != 0;
	if (!digits || digits > 5 || !wire_left(&w) || w.at[0])
		return digits && !wire_left(&w) ? FIT_SHORT : FIT_NO;
	while (wire_left(&w)) {
		byte = wire_u8(&w);
		if (byte && !isprint(byte))
			return FIT_NO;
		ends += !byte;
	}
	return ends == 4 && !words->bytes[words->len - 1] ? FIT_YES : ends < 4 ? FIT_SHORT : FIT_NO;
}

/* Zero: it is done; one: a line that says why not. */
static enum fit rsh_says(const struct words *words)
{
	return words->bytes[0] <= 1 ? FIT_MAY : FIT_NO;
}

/* RFC 1282: a zero, then two names and the terminal's kind and speed; the server says zero. */
static enum fit rlogin_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	unsigned ends = 0;
	bool speed = false;
	uint8_t byte;

	if (words->bytes[0])
		return FIT_NO;
	while (wire_left(&w)) {
		byte = wire_u8(&w);
		if (byte && !isprint(byte))
			return FIT_NO;
		ends += !byte;
		speed |= ends == 3 && byte == '/';
	}
	return ends == 4 && speed ? FIT_YES : ends < 4 ? FIT_SHORT : FIT_NO;
}

static enum fit rlogin_says(const struct words *words)
{
	return words->bytes[0] ? FIT_NO : FIT_MAY;
}

/* X11 protocol, "Connection Setup": byte order, version 11. */
static enum fit x11_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t order = wire_be16(&w), major = wire_be16(&w), minor = wire_be16(&w);

	return fit_if(&w,
		      (order >> 8 == 'l' && major == 0x0b00 && !minor) ||
			      (order >> 8 == 'B' && major == 11 && !minor),
		      FIT_YES);
}

static enum fit x11_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t head = wire_be16(&w), major = wire_be16(&w);

	return fit_if(&w, head >> 8 <= 2 && (major == 0x0b00 || major == 11), FIT_MAY);
}

/* Android debug bridge: CNXN, version, and at 20 the command with all bits turned. */
static enum fit adb_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t command = wire_be32(&w);

	wire_take(&w, 16);
	return fit_if(&w,
		      (command == 0x434e584e || command == 0x41555448) && wire_be32(&w) == ~command,
		      FIT_YES);
}

/* Java RMI transport protocol section 10.2. */
static enum fit rmi_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t magic = wire_be32(&w);
	uint16_t version = wire_be16(&w);

	return fit_if(&w, magic == 0x4a524d49 && version <= 2, FIT_YES);
}

static enum fit rmi_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t kind = wire_u8(&w);

	return fit_if(&w, kind == 0x4e || kind == 0x4f || kind == 0x51, FIT_MAY);
}

/* OpenVPN over TCP: a length before each packet. */
static enum fit openvpn_tcp(const struct words *words, bool client)
{
	struct wire w = words_wire(words);
	uint16_t length = wire_be16(&w);

	if (!w.bad && length + 2u != words->first)
		return FIT_NO;
	return message_openvpn(&w, client);
}

static enum fit openvpn_asks(const struct words *w)
{
	return openvpn_tcp(w, true);
}

static enum fit openvpn_says(const struct words *w)
{
	return openvpn_tcp(w, false);
}

/* RFC 7766 section 8: a length before each message. */
static enum fit dns_tcp(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint16_t length = wire_be16(&w);

	return w.bad ? FIT_SHORT : length < 12 ? FIT_NO : message_dns(&w, response);
}

static enum fit dns_asks(const struct words *w)
{
	return dns_tcp(w, false);
}

static enum fit dns_says(const struct words *w)
{
	return dns_tcp(w, true);
}

/* RFC 8489 section 6.2.2; RFC 4571 framing puts a length before it (RFC 6544 section 10.1). */
static enum fit stun_both(const struct words *words)
{
	struct wire w = words_wire(words), framed = w;
	enum fit fit = message_stun(&w);

	if (fit != FIT_NO)
		return fit;
	wire_be16(&framed);
	return message_stun(&framed);
}

static const struct fit_row rows[] = {
	{ "tls", PROTO_TCP, FIT_STRICT | FIT_CARRIER | FIT_HINTS, tls_asks, tls_says, NULL },
	{ "smb", PROTO_TCP, 0, smb_both, smb_both, NULL },
	{ "rdp", PROTO_TCP, 0, rdp_asks, rdp_says, NULL },
	{ "pptp", PROTO_TCP, 0, pptp_both, pptp_both, NULL },
	{ "bgp", PROTO_TCP, FIT_STRICT, bgp_both, bgp_both, NULL },
	{ "ldp", PROTO_TCP, 0, ldp_both, ldp_both, NULL },
	{ "diameter", PROTO_NONE, 0, diameter_asks, diameter_says, NULL },
	{ "tacacs", PROTO_TCP, 0, tacacs_asks, tacacs_says, tacacs_pair },
	{ "rtmp", PROTO_TCP, 0, rtmp_both, rtmp_both, rtmp_pair },
	{ "ajp", PROTO_TCP, 0, ajp_asks, ajp_says, NULL },
	{ "rsh", PROTO_TCP, 0, rsh_asks, rsh_says, NULL },
	{ "rlogin", PROTO_TCP, 0, rlogin_asks, rlogin_says, NULL },
	{ "x11", PROTO_TCP, 0, x11_asks, x11_says, NULL },
	{ "adb", PROTO_TCP, 0, adb_both, adb_both, NULL },
	{ "rmi", PROTO_TCP, 0, rmi_asks, rmi_says, NULL },
	{ "stun", PROTO_TCP, 0, stun_both, stun_both, NULL },
	{ "dns", PROTO_TCP, FIT_CARRIER, dns_asks, dns_says, NULL },
	{ "openvpn", PROTO_TCP, 0, openvpn_asks, openvpn_says, NULL },
	{ "socks", PROTO_TCP, 0, socks_asks, socks_says, socks_pair },
};

const struct fit_table remote_table = { rows, COUNT(rows) };
