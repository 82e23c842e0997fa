/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/rpc.h"

#include "base/wire.h"

#include <string.h>

#define ONC_CALL 0
#define ONC_REPLY 1
#define ONC_AUTH_MAX 400 /* bytes of credentials, RFC 5531 section 8.2 */

bool rpc_onc(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint32_t type, denied, size;

	/* Everything in it is a multiple of four bytes long (RFC 4506). */
	if (words->whole % 4)
		return false;
	wire_take(&w, 4);
	type = wire_be32(&w);
	out->app = "rpc";
	if (type == ONC_CALL) {
		out->way = REPLY_REQUEST;
		if (wire_be32(&w) != 2)
			return false;
		wire_take(&w, 16); /* program, version, procedure, kind of credentials */
		size = wire_be32(&w);
		return !w.bad && size <= ONC_AUTH_MAX;
	}
	denied = wire_be32(&w);
	if (type != ONC_REPLY || denied > 1)
		return false;
	out->way = REPLY_RESPONSE;
	if (denied)
		return wire_be32(&w) <= 1 && !w.bad;
	wire_take(&w, 4);
	size = wire_be32(&w);
	wire_take(&w, size <= ONC_AUTH_MAX ? size : SIZE_MAX);
	return wire_be32(&w) <= 5 && !w.bad;
}

static bool starts(const struct wire *w, const char *text)
{
	size_t len = strlen(text);

	return wire_left(w) >= len && !memcmp(w->at, text, len);
}

bool rpc_memcached(const struct reply_words *words, struct reply *out)
{
	static const char *const asks[] = { "get ",    "gets ",	    "set ",   "add ",
					    "delete ", "stats\r\n", "stats ", "version\r\n",
					    "incr ",   "decr " };
	static const char *const says[] = { "VALUE ",	     "STAT ",	    "END\r\n",
					    "STORED\r\n",    "ERROR\r\n",   "VERSION ",
					    "NOT_FOUND\r\n", "DELETED\r\n", "CLIENT_ERROR ",
					    "SERVER_ERROR " };
	struct wire w = wire_open(words->bytes, words->len);
	uint16_t number, count;
	size_t i;

	wire_take(&w, 2);
	number = wire_be16(&w);
	count = wire_be16(&w);
	if (wire_be16(&w) || w.bad || number >= count)
		return false;
	out->app = "memcached";
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (starts(&w, asks[i])) {
			out->way = REPLY_REQUEST;
			return true;
		}
	for (i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (starts(&w, says[i])) {
			out->way = REPLY_RESPONSE;
			return true;
		}
	return false;
}

bool rpc_someip(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	const uint8_t *h = wire_take(&w, 16);

	if (!h || h[12] != 1 || (size_t)wire_be32_at(h + 4) + 8 > words->whole ||
	    wire_be32_at(h + 4) < 8)
		return false;
	switch (h[14]) {
	case 0x00: /* request, also one that wants no answer */
	case 0x01:
		out->way = REPLY_REQUEST;
		break;
	case 0x80: /* response, error */
	case 0x81:
		out->way = REPLY_RESPONSE;
		break;
	case 0x02:
		break;
	default:
		return false;
	}
	/* The format has little to know it by but its lengths. */
	return words->whole == (size_t)wire_be32_at(h + 4) + 8 && h[15] <= 0x20;
}

/* Past the network layer of BACnet (clause 6): addresses where the control byte says so. */
static bool bacnet_network(struct wire *w)
{
	uint8_t version = wire_u8(w), control = wire_u8(w);

	if (control & 0x20) {
		wire_take(w, 2);
		wire_take(w, wire_u8(w));
	}
	if (control & 0x08) {
		wire_take(w, 2);
		wire_take(w, wire_u8(w));
	}
	if (control & 0x20)
		wire_take(w, 1);
	return version == 1 && !(control & 0x80) && !w->bad;
}

bool rpc_bacnet(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	const uint8_t *h = wire_take(&w, 4);
	uint8_t first, service;

	if (!h || h[0] != 0x81 || h[1] > 0x0c || wire_be16_at(h + 2) != words->whole)
		return false;
	out->app = "bacnet";
	if (h[1] == 4)
		wire_take(&w, 6);
	if ((h[1] != 4 && h[1] < 9) || !bacnet_network(&w))
		return true;
	first = wire_u8(&w);
	service = wire_u8(&w);
	if (w.bad)
		return true;
	switch (first >> 4) {
	case 0: /* confirmed request */
		out->way = REPLY_REQUEST;
		break;
	case 1: /* unconfirmed: I-Am and I-Have answer, Who-Has and Who-Is ask */
		if (service <= 1)
			out->way = REPLY_RESPONSE;
		else if (service == 7 || service == 8)
			out->way = REPLY_REQUEST;
		break;
	case 2: /* acknowledgements, error, reject, abort */
	case 3:
	case 5:
	case 6:
	case 7:
		out->way = REPLY_RESPONSE;
		break;
	default:
		break;
	}
	return true;
}

bool rpc_ipmi(const struct reply_words *words, struct reply *out)
{
	const uint8_t *b = words->bytes;

	if (words->len < 9 || b[0] != 6 || b[1] || !reply_has_port(words, 623))
		return false;
	if (b[3] == 6 && wire_be32_at(b + 4) == 0x000011be && (b[8] == 0x80 || b[8] == 0x40))
		out->way = reply_way(b[8] == 0x40);
	/* Without a session: addresses, then the network function, odd in answers. */
	else if (b[3] == 7 && words->len >= 16 && !b[4])
		out->way = reply_way(b[15] >> 2 & 1);
	else
		return b[3] == 7;
	out->app = "ipmi";
	return true;
}
