/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/quic.h"

#include "base/wire.h"

#define CID_MAX 20
#define CLIENT_CID_MIN 8 /* RFC 9000 section 7.2: what a client makes up for the server */
#define INITIAL_MIN 1200 /* RFC 9000 section 14.1 */
#define VERSION_2 0x6b3343cf

static bool is_google(uint32_t version)
{
	uint8_t a = (uint8_t)(version >> 24), b = (uint8_t)(version >> 16);

	return (a == 'Q' || a == 'T') && b == '0' && (version >> 8 & 0xff) - '0' < 10 &&
	       (version & 0xff) - '0' < 10;
}

/* A version that is in use, or reserved to be refused (RFC 9000 section 15). */
static bool is_version(uint32_t v)
{
	return v == 1 || v == VERSION_2 || v >> 8 == 0xff0000 || (v & 0x0f0f0f0f) == 0x0a0a0a0a ||
	       v >> 8 == 0xfaceb0 || is_google(v);
}

/* Versions that had both lengths in one byte, the destination's in its upper half. */
static bool is_short_form(uint32_t v)
{
	return (v >> 8 == 0x513034 && (v & 0xff) >= '4' && (v & 0xff) <= '8') ||
	       (v >> 8 == 0xff0000 && (v & 0xff) <= 21);
}

/* All that is left are versions, one of them known. */
static bool take_versions(struct wire *w, size_t whole)
{
	bool known = false;

	if (!wire_left(w) || whole % 4)
		return false;
	while (wire_left(w) >= 4 && !known)
		known = is_version(wire_be32(w));
	return known;
}

/* Kind of packet, as version 1 numbers them. */
static uint8_t kind_of(uint8_t first, uint32_t version)
{
	uint8_t kind = first >> 4 & 3;

	return version == VERSION_2 ? (kind + 3) & 3 : kind;
}

/* An Initial: the client's is padded, bears a token if any does, and has a long destination. */
static uint8_t initial_way(struct wire *w, const struct reply_words *words, uint8_t to_len,
			   uint8_t from_len)
{
	if (to_len < CLIENT_CID_MIN)
		return REPLY_RESPONSE;
	if (wire_u8(w))
		return REPLY_REQUEST;
	return !from_len && words->whole >= INITIAL_MIN ? REPLY_REQUEST : REPLY_EITHER;
}

bool quic_long(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint8_t first = wire_u8(&w), to_len, from_len;
	uint32_t version;

	if (!(first & 0x80))
		return false;
	version = wire_be32(&w);
	to_len = wire_u8(&w);
	if (is_short_form(version)) {
		out->app = "quic";
		out->way = reply_way(!(to_len >> 4));
		return words->whole > 24;
	}
	wire_take(&w, to_len);
	from_len = wire_u8(&w);
	wire_take(&w, from_len);
	if (w.bad || to_len > CID_MAX || from_len > CID_MAX)
		return false;
	out->app = "quic";
	if (!version) {
		out->way = REPLY_RESPONSE;
		return take_versions(&w, words->whole - (size_t)(w.at - words->bytes));
	}
	if (!is_version(version) || (!(first & 0x40) && !is_google(version)))
		return false;
	switch (kind_of(first, version)) {
	case 0:
		out->way = initial_way(&w, words, to_len, from_len);
		break;
	case 1: /* 0-RTT */
		out->way = REPLY_REQUEST;
		break;
	case 3: /* Retry */
		out->way = REPLY_RESPONSE;
		break;
	default:
		break;
	}
	return true;
}

/* Public flags: 1 version, 2 reset, 8 connection id of eight bytes; the highest two are 0. */
bool quic_google(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint8_t flags = wire_u8(&w);
	uint32_t version;

	if ((flags & 0xcb) != 0x09)
		return false;
	wire_take(&w, 8);
	version = wire_be32(&w);
	if (w.bad || !is_google(version))
		return false;
	out->app = "quic";
	out->way = REPLY_REQUEST;
	/* Versions and nothing else is the server's offer. */
	if (words->whole % 4 == 1 && words->whole <= 13 + 4 * 16 &&
	    (words->whole == 13 || is_google(wire_be32(&w)) || w.bad))
		out->way = w.bad ? REPLY_EITHER : REPLY_RESPONSE;
	return true;
}

bool quic_dtls(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint8_t type = wire_u8(&w), message;
	uint16_t version = wire_be16(&w), epoch = wire_be16(&w), length;
	const uint8_t *header;

	/* 0x0100: before the standard, still spoken by OpenSSL's Cisco peers. */
	if (type != 22 || (version != 0xfeff && version != 0xfefd && version != 0x0100) || epoch)
		return false;
	wire_take(&w, 6);
	length = wire_be16(&w);
	header = wire_take(&w, 12);
	if (!header || length < 12 || length > words->whole - 13)
		return false;
	out->app = "dtls";
	message = header[0];
	if (message == 1)
		out->way = REPLY_REQUEST;
	else if (message == 2 || message == 3)
		out->way = REPLY_RESPONSE;
	return true;
}
