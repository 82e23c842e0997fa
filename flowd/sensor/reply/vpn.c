/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/vpn.h"

#include "base/wire.h"

bool vpn_wireguard(const struct reply_words *words, struct reply *out)
{
	/* Type and three reserved bytes, in little endian. */
	struct wire w = wire_open(words->bytes, words->len);
	uint32_t type = wire_be32(&w);

	out->app = "wireguard";
	out->mutual = true;
	if (type == 0x01000000 && words->whole == 148)
		out->way = REPLY_REQUEST;
	else if ((type == 0x02000000 && words->whole == 92) ||
		 (type == 0x03000000 && words->whole == 64))
		out->way = REPLY_RESPONSE;
	else
		return false;
	return true;
}

/* Version 1 tells the direction of the first two messages: the second brings the other's cookie. */
static uint8_t ike_1_way(uint64_t responder, uint8_t exchange, uint8_t payload)
{
	if (!responder)
		return REPLY_REQUEST;
	/* Identity protection or aggressive, beginning with the association. */
	return (exchange == 2 || exchange == 4) && payload == 1 ? REPLY_RESPONSE : REPLY_EITHER;
}

bool vpn_ike(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	size_t whole = words->whole;
	const uint8_t *h = wire_take(&w, 4);

	if (h && !wire_be32_at(h) && reply_has_port(words, 4500))
		whole -= 4;
	else
		w = wire_open(words->bytes, words->len);
	h = wire_take(&w, 28);
	if (!h || wire_be32_at(h + 24) != whole || !wire_be64_at(h))
		return false;
	out->app = "ipsec";
	if (h[17] == 0x20 && h[18] >= 34 && h[18] <= 44 && !(h[19] & 0xc7)) {
		/* Who began it says so in each of his messages. */
		out->way = reply_way(!(h[19] & 0x08));
		return true;
	}
	if (h[17] != 0x10 || (h[18] > 6 && h[18] != 32 && h[18] != 33) || h[19] & 0xf8)
		return false;
	out->way = ike_1_way(wire_be64_at(h + 8), h[18], h[16]);
	return true;
}

bool vpn_l2tp(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint16_t flags = wire_be16(&w), length = wire_be16(&w), message;
	uint32_t avp;

	/* A control message has T, L and S. */
	if ((flags & 0xcb0f) != 0xc802 || length > words->whole)
		return false;
	wire_take(&w, 8);
	avp = wire_be32(&w);
	wire_be16(&w); /* attribute 0: kind of message */
	message = wire_be16(&w);
	if (w.bad || avp != 0x80080000)
		return false;
	out->app = "l2tp";
	if (message == 1)
		out->way = REPLY_REQUEST;
	else if (message == 2)
		out->way = REPLY_RESPONSE;
	return true;
}

bool vpn_openvpn(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint8_t first = wire_u8(&w);

	if (first & 7 || words->whole < 14 || !reply_has_port(words, 1194))
		return false;
	switch (first >> 3) {
	case 1: /* hard resets of the client */
	case 7:
	case 10:
		out->way = REPLY_REQUEST;
		break;
	case 2: /* of the server */
	case 8:
		out->way = REPLY_RESPONSE;
		break;
	default:
		return false;
	}
	return true;
}
