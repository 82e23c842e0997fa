/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/message.h"

/* Goes past a name without compression: labels of up to 63 bytes, 255 in all. */
static bool skip_name(struct wire *w)
{
	const uint8_t *start = w->at;
	uint8_t length;

	while ((length = wire_u8(w))) {
		if (length > 63)
			return false;
		wire_take(w, length);
	}
	return w->at - start <= 255;
}

enum fit message_dns(struct wire *w, bool response)
{
	uint16_t flags, questions, answers, type, class;

	wire_be16(w);
	flags = wire_be16(w);
	questions = wire_be16(w);
	answers = wire_be16(w);
	wire_be32(w);
	if (w->bad)
		return FIT_SHORT;
	/* Bit 15: response, 11 to 14: kind of query (RFC 6895), 6: always zero. */
	if (!(flags & 0x8000) == response || (flags >> 11 & 15) > 6 || flags & 0x40)
		return FIT_NO;
	if (!questions)
		return response && answers < 512 ? FIT_SHORT : FIT_NO;
	if (questions != 1 || !skip_name(w))
		return FIT_NO;
	type = wire_be16(w);
	class = wire_be16(w) & 0x7fff;
	/* IN, CH, HS, NONE, ANY; the highest bit is multicast DNS's (RFC 6762 section 5.4). */
	return fit_if(
		w, type && (class == 1 || class == 3 || class == 4 || class == 254 || class == 255),
		FIT_YES);
}

enum fit message_stun(struct wire *w)
{
	uint16_t type = wire_be16(w), length = wire_be16(w);

	return fit_if(w, wire_be32(w) == 0x2112a442 && type < 0x4000 && !(length & 3), FIT_YES);
}

enum fit message_openvpn(struct wire *w, bool client)
{
	size_t size = wire_left(w);
	uint8_t opcode = wire_u8(w) >> 3;
	bool known =
		client ? opcode == 7 || opcode == 10 || opcode == 1 : opcode == 8 || opcode == 2;
	const uint8_t *p;

	wire_take(w, 8);
	p = w->at;
	if (w->bad || wire_left(w) < 5)
		return w->bad && known ? FIT_SHORT : FIT_NO;
	if (!known || size < 14)
		return FIT_NO;
	/* Bare: no acknowledgement, packet 0; the server acknowledges one and repeats a session. */
	if (client && size == 14)
		return !memcmp(p, "\0\0\0\0\0", 5) ? FIT_MAY : FIT_NO;
	if (!client && p[0] == 1 && size == 26)
		return !memcmp(p + 1, "\0\0\0\0", 4) ? FIT_MAY : FIT_NO;
	/* With a key: packet 1 and the time before or after an HMAC of 16 to 64 bytes. */
	if (wire_be32_at(p) == 1 || (size >= 14 + 16 + 8 && size <= 14 + 64 + 8 + 12))
		return FIT_MAY;
	return opcode == 10 ? FIT_MAY : FIT_NO;
}
