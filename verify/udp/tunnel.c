/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/tunnel.h"

#include <stdio.h>

#define IKE_HEADER 28
#define IKE_VENDOR_1 13
#define IKE_VENDOR_2 43
#define PAYLOADS_MAX 32

/* Vendor ids say who made it: those that are text, and some that are a hash. */
static void read_vendor(const uint8_t *id, size_t len, struct probe *p)
{
	static const struct {
		uint8_t id[8];
		const char *says;
	} known[] = {
		{ { 0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9 }, "Cisco Unity" },
		{ { 0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc }, "strongSwan" },
		{ { 0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d }, "Microsoft Windows" },
		{ { 0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12 }, "XAUTH" },
		{ { 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9 }, "dead peer detection" },
	};
	char text[48];
	size_t i, printable = 0;

	for (i = 0; len >= 8 && i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(id, known[i].id, 8))
			answer_fact(p, FACT_INFO, "vendor id: %s", known[i].says);
	for (i = 0; i < len; i++)
		printable += id[i] >= ' ' && id[i] < 0x7f;
	if (len < 5 || printable + 1 < len || printable < 5)
		return;
	answer_text(text, sizeof(text), id, len);
	answer_fact(p, FACT_INFO, "vendor id: %s", text);
}

bool tunnel_read_ike(const struct answer *a, struct probe *p)
{
	/* Port 4500 puts four zeros before it, both ways (RFC 3948 section 2.2). */
	static const uint8_t marker[4];
	size_t skip = a->asked_len > 4 && !memcmp(a->asked, marker, 4) ? 4 : 0;
	struct wire w = answer_wire(a), body;
	uint8_t next, version, kind, payloads;
	uint16_t len;

	wire_take(&w, skip + 16);
	next = wire_u8(&w);
	version = wire_u8(&w);
	wire_take(&w, IKE_HEADER - 18);
	if (w.bad || (version != 0x10 && version != 0x20) || !answer_repeats(a, skip, skip, 8) ||
	    (skip && memcmp(a->said, marker, 4)) || answer_repeats(a, 0, 0, a->asked_len))
		return false;
	answer_name(p, "ipsec");
	answer_fact(p, FACT_INFO, "IKE version %u", version >> 4);
	for (payloads = 0; next && payloads < PAYLOADS_MAX; payloads++) {
		kind = next;
		next = wire_u8(&w);
		wire_u8(&w);
		len = wire_be16(&w);
		if (w.bad || len < 4 || len - 4u > wire_left(&w))
			break;
		body = wire_open(w.at, len - 4u);
		wire_take(&w, len - 4u);
		if (kind == IKE_VENDOR_1 || kind == IKE_VENDOR_2)
			read_vendor(body.at, wire_left(&body), p);
	}
	return true;
}

bool tunnel_read_openvpn(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	uint8_t code = wire_u8(&w) >> 3, acks;

	/* P_CONTROL_HARD_RESET_SERVER_V2, or P_ACK_V1: it repeats our session. */
	if (code != 8 && code != 5)
		return false;
	wire_take(&w, 8);
	acks = wire_u8(&w);
	wire_take(&w, 4u * acks);
	if (w.bad || !acks || !answer_repeats(a, (size_t)(w.at - a->said), 1, 8))
		return false;
	answer_name(p, "openvpn");
	answer_product(p, "OpenVPN", "");
	answer_fact(p, FACT_NOTE, "takes handshakes without a key of its own (no tls-auth)");
	return true;
}

bool tunnel_read_l2tp(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a), body;
	uint16_t flags = wire_be16(&w), len = wire_be16(&w), tunnel = wire_be16(&w), type;
	char text[64];
	bool known = false;

	/* Our tunnel's number stands in the question's last attribute but one. */
	if ((flags & 0xc80f) != 0xc802 || len != a->said_len || a->asked_len < 57 ||
	    tunnel != wire_be16_at(a->asked + 55))
		return false;
	for (wire_take(&w, 6); wire_left(&w) >= 6;) {
		len = wire_be16(&w) & 0x3ff;
		if (len < 6 || len - 2u > wire_left(&w))
			return false;
		body = wire_open(w.at, len - 2u);
		wire_take(&w, len - 2u);
		if (wire_be16(&body))
			continue;
		type = wire_be16(&body);
		answer_text(text, sizeof(text), body.at, wire_left(&body));
		known |= !type;
		if (type == 7 && known)
			answer_fact(p, FACT_HOSTNAME, "%s", text);
		else if (type == 8 && known)
			answer_product(p, text, "");
	}
	if (known)
		answer_name(p, "l2tp");
	return known;
}

/* A packet of version 0 has the connection ids of ours the other way round, and versions. */
bool tunnel_read_quic(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	char list[200] = "";
	uint8_t first = wire_u8(&w), len;
	const uint8_t *id;
	uint32_t version;
	size_t n = 0;

	if (!(first & 0x80) || wire_be32(&w) || w.bad)
		return false;
	wire_take(&w, wire_u8(&w));
	len = wire_u8(&w);
	id = wire_take(&w, len);
	if (!id || a->asked_len < 6 || len != a->asked[5] ||
	    !answer_repeats(a, (size_t)(id - a->said), 6, len) || wire_left(&w) < 4 ||
	    wire_left(&w) % 4)
		return false;
	while (wire_left(&w) && n + 16 < sizeof(list)) {
		version = wire_be32(&w);
		if (version == 1 || version == 0x6b3343cf)
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%u", n ? ", " : "",
					      version == 1 ? 1 : 2);
		else if (version >> 8 == 0xff0000)
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%sdraft-%u",
					      n ? ", " : "", version & 255);
		else if ((version & 0x0f0f0f0f) != 0x0a0a0a0a)
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s0x%08x", n ? ", " : "",
					      version);
	}
	answer_name(p, "quic");
	if (n)
		answer_fact(p, FACT_INFO, "QUIC versions: %s", list);
	return true;
}

#define STUN_COOKIE 0x2112a442
#define STUN_SOFTWARE 0x8022

bool tunnel_read_stun(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	uint16_t type = wire_be16(&w), len = wire_be16(&w), attribute;
	const uint8_t *value;
	char text[128];

	if ((type != 0x0101 && type != 0x0111) || wire_be32(&w) != STUN_COOKIE || w.bad ||
	    !answer_repeats(a, 8, 8, 12))
		return false;
	answer_name(p, "stun");
	wire_take(&w, 12);
	wire_limit(&w, len);
	while (wire_left(&w) >= 4) {
		attribute = wire_be16(&w);
		len = wire_be16(&w);
		value = wire_take(&w, len);
		if (!value)
			break;
		answer_text(text, sizeof(text), value, len);
		if (attribute == STUN_SOFTWARE)
			answer_software(p, text);
		wire_take(&w, -len & 3);
	}
	return true;
}

bool tunnel_read_wireguard(const struct answer *a, struct probe *p)
{
	/* A handshake response (92 bytes) or a cookie (64): to our index. */
	if (!((a->said_len == 92 && a->said[0] == 2 && answer_repeats(a, 8, 4, 4)) ||
	      (a->said_len == 64 && a->said[0] == 3 && answer_repeats(a, 4, 4, 4))))
		return false;
	answer_name(p, "wireguard");
	return true;
}

bool tunnel_read_radius(const struct answer *a, struct probe *p)
{
	/* Access-Accept, -Reject, Accounting-Response or -Challenge to our number. */
	if (a->said_len < 20 || !a->asked_len || wire_be16_at(a->said + 2) != a->said_len ||
	    (a->said[0] != 2 && a->said[0] != 3 && a->said[0] != 5 && a->said[0] != 11) ||
	    !answer_repeats(a, 1, 1, 1))
		return false;
	answer_name(p, "radius");
	return true;
}
