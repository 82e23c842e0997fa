/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/net.h"

#include "base/wire.h"

#include <strings.h>

#define STUN_HEADER 20
#define STUN_COOKIE 0x2112a442

/* Do the attributes fill the message as they should? Captures may be cut; what is there must fit.
 */
static bool stun_attributes(struct wire *w, size_t length)
{
	size_t size;

	while (length >= 4 && !w->bad) {
		wire_be16(w);
		size = ((size_t)wire_be16(w) + 3) & ~(size_t)3;
		if (size + 4 > length)
			return false;
		wire_take(w, size);
		length -= size + 4;
	}
	return !length || w->bad;
}

static void stun_way(uint16_t type, struct reply *out)
{
	static const uint8_t way[] = { REPLY_REQUEST, REPLY_EITHER, REPLY_RESPONSE,
				       REPLY_RESPONSE };

	out->way = way[(type >> 7 & 2) | (type >> 4 & 1)];
	out->app = "stun";
	out->mutual = true;
	/* Two that ask each other for their addresses check whether they can meet. */
	if ((type & 0x3eef) == 1)
		out->peers = EPHEMERAL_ICE;
}

bool net_stun(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint16_t type = wire_be16(&w), length = wire_be16(&w);

	if (wire_be32(&w) != STUN_COOKIE || type & 0xc000 || length & 3 ||
	    (size_t)length + STUN_HEADER > words->whole)
		return false;
	stun_way(type, out);
	return true;
}

bool net_stun_old(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint16_t type = wire_be16(&w), length = wire_be16(&w);

	/* Binding and shared secret: request, response, error. */
	if ((type & 0xfeec) || !(type & 3) || (type & 3) == 3 || (type & 0x0110) == 0x0010 ||
	    length & 3 || (size_t)length + STUN_HEADER != words->whole)
		return false;
	wire_take(&w, 16);
	if (w.bad || !stun_attributes(&w, length) || (!length && !reply_has_port(words, 3478)))
		return false;
	stun_way(type, out);
	/* Shared secrets were asked for over TCP: over UDP the number means something else. */
	if (type == 2)
		out->way = REPLY_EITHER;
	return true;
}

/* Modes 6 and 7 are for control, and have a bit that says "response" each. */
static bool ntp_control(const uint8_t *h, struct reply *out)
{
	out->way = reply_way((h[0] & 7) == 6 ? h[1] & 0x80 : h[0] & 0x80);
	return true;
}

bool net_ntp(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	const uint8_t *h = wire_take(&w, 4);
	bool on_port = reply_has_port(words, 123);
	uint8_t version;

	if (!h)
		return false;
	version = h[0] >> 3 & 7;
	if (version < 1 || version > 4)
		return false;
	out->app = on_port ? "ntp" : NULL;
	switch (h[0] & 7) {
	case 1: /* symmetric, active: either asks the other */
	case 3:
		out->way = REPLY_REQUEST;
		break;
	case 2:
	case 4:
	case 5: /* broadcast, which a client's own words don't bring about */
		out->way = REPLY_RESPONSE;
		break;
	case 6:
	case 7:
		return on_port && words->whole >= 8 && ntp_control(h, out);
	default:
		return false;
	}
	/* Elsewhere only what has the size, a stratum and the interval of the real thing. */
	return words->whole >= 48 &&
	       (on_port || (words->whole == 48 && version >= 3 && h[1] <= 16 && h[2] <= 17 &&
			    (h[0] & 7) >= 3 && (h[0] & 7) <= 4));
}

bool net_dhcp(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	const uint8_t *h = wire_take(&w, 240);

	if (!h || h[0] < 1 || h[0] > 2 || h[2] > 16 || wire_be32_at(h + 236) != 0x63825363)
		return false;
	out->app = "dhcp";
	out->way = reply_way(h[0] == 2);
	return true;
}

bool net_dhcpv6(const struct reply_words *words, struct reply *out)
{
	uint8_t type = words->len >= 4 ? *words->bytes : 0;

	if (!reply_has_port(words, 547) || !type || type > 13)
		return false;
	/* Advertise, reply, reconfigure, and the relay's: from the server. */
	out->way = reply_way(type == 2 || type == 7 || type == 10 || type == 13);
	out->app = "dhcpv6";
	return true;
}

/* `cut`: the last one may reach over the end. */
static bool radius_attributes(struct wire *w, bool cut)
{
	uint8_t len;

	while (wire_left(w) && !w->bad) {
		wire_u8(w);
		len = wire_u8(w);
		if (len < 2)
			return false;
		wire_take(w, len - 2u);
	}
	return cut || !w->bad;
}

bool net_radius(const struct reply_words *words, struct reply *out)
{
	static const uint8_t way[] = {
		[1] = REPLY_REQUEST,   [2] = REPLY_RESPONSE, [3] = REPLY_RESPONSE,
		[4] = REPLY_REQUEST,   [5] = REPLY_RESPONSE, [11] = REPLY_RESPONSE,
		[12] = REPLY_REQUEST,  [40] = REPLY_REQUEST, [41] = REPLY_RESPONSE,
		[42] = REPLY_RESPONSE, [43] = REPLY_REQUEST, [44] = REPLY_RESPONSE,
		[45] = REPLY_RESPONSE,
	};
	struct wire w = wire_open(words->bytes, words->len);
	uint8_t code = wire_u8(&w);
	uint16_t length;

	wire_u8(&w);
	length = wire_be16(&w);
	if (code >= sizeof(way) || !way[code] || length < 20 || length != words->whole ||
	    !wire_take(&w, 16) || !radius_attributes(&w, words->len < words->whole))
		return false;
	/* Without attributes there is little to know it by. */
	if (length == 20 && !reply_has_port(words, 1812) && !reply_has_port(words, 1813) &&
	    !reply_has_port(words, 1645) && !reply_has_port(words, 1646) &&
	    !reply_has_port(words, 3799))
		return false;
	out->way = way[code];
	out->app = "radius";
	return true;
}

/* Text up to and with its NUL; NULL when it is none. */
static const char *take_text(struct wire *w)
{
	const char *text = (const char *)w->at;
	uint8_t c;

	while ((c = wire_u8(w)))
		if (c < ' ')
			return NULL;
	return w->bad ? NULL : text;
}

bool net_tftp(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint16_t code = wire_be16(&w);
	const char *name, *mode;

	if (code == 1 || code == 2) {
		name = take_text(&w);
		mode = name && *name ? take_text(&w) : NULL;
		if (!mode || (strcasecmp(mode, "octet") && strcasecmp(mode, "netascii") &&
			      strcasecmp(mode, "mail")))
			return false;
		out->way = REPLY_REQUEST;
		out->elsewhere = true;
		out->app = "tftp";
		return true;
	}
	/* The first block, the acknowledgement of a request to write, an error, its options. */
	if ((code == 3 && wire_be16(&w) == 1) || (code == 4 && !wire_be16(&w)) || code == 5 ||
	    code == 6) {
		out->moved = !w.bad;
		return out->moved;
	}
	return false;
}

bool net_coap(const struct reply_words *words, struct reply *out)
{
	uint8_t class;

	if (words->len < 4 || words->bytes[0] >> 6 != 1 || (words->bytes[0] & 15) > 8 ||
	    !reply_has_port(words, 5683))
		return false;
	class = words->bytes[1] >> 5;
	if (class == 0 && words->bytes[1])
		out->way = REPLY_REQUEST;
	else if (class == 2 || class == 4 || class == 5)
		out->way = REPLY_RESPONSE;
	else
		return words->len == 4;
	out->app = "coap";
	return true;
}

bool net_gtp(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint8_t flags = wire_u8(&w), type = wire_u8(&w);
	uint16_t length = wire_be16(&w);
	bool second = flags >> 5 == 2;

	if (w.bad || (!second && (flags & 0xf0) != 0x30) || !reply_has_port(words, 2123) ||
	    (size_t)length + (second ? 4 : 8) != words->whole)
		return false;
	out->app = "gtp-c";
	out->mutual = true;
	/* Requests and their answers come in pairs: odd and even below, even and odd above. */
	if (type == 1 || type == 2)
		out->way = reply_way(type == 2);
	else if ((type >= 16 && type <= 21) || (second && type >= 32 && type <= 39))
		out->way = reply_way(type & 1);
	else if (second && ((type >= 95 && type <= 102) || type == 170 || type == 171))
		out->way = reply_way(type < 170 ? !(type & 1) : type & 1);
	return true;
}

bool net_nat_pmp(const struct reply_words *words, struct reply *out)
{
	if (words->len < 2 || words->bytes[0] > 2 || !reply_has_port(words, 5351))
		return false;
	out->way = reply_way(words->bytes[1] & 0x80);
	out->app = "nat-pmp";
	return true;
}
