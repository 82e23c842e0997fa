/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/plant.h"

#include "base/record.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Modbus Messaging on TCP/IP section 3.1.3: transaction, protocol 0, length, unit, function. */
static enum fit modbus(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint16_t protocol, length;
	uint8_t function, count;

	wire_be16(&w);
	protocol = wire_be16(&w);
	length = wire_be16(&w);
	wire_u8(&w);
	function = wire_u8(&w);
	count = wire_u8(&w);
	if (w.bad)
		return FIT_SHORT;
	if (protocol || length < 3 || length > 254 || length + 6u > words->first ||
	    !(function & 0x7f) || (!response && function & 0x80))
		return FIT_NO;
	/* Application protocol section 6: reads and single writes have a fixed form. */
	if (!response && function <= 6 && length != 6)
		return FIT_NO;
	if (response && function >= 1 && function <= 4 && count + 3 != length)
		return FIT_NO;
	return FIT_MAY;
}

static enum fit modbus_asks(const struct words *w)
{
	return modbus(w, false);
}

static enum fit modbus_says(const struct words *w)
{
	return modbus(w, true);
}

/* An answer repeats the transaction, the unit and the function. */
static enum fit modbus_pair(const struct words *client, const struct words *server)
{
	if (client->len < 8 || server->len < 8)
		return FIT_SHORT;
	return !memcmp(client->bytes, server->bytes, 4) && client->bytes[6] == server->bytes[6] &&
			       client->bytes[7] == (server->bytes[7] & 0x7f)
		       ? FIT_MAY
		       : FIT_NO;
}

/* IEEE 1815 clause 9.2: 05 64, length, control, two addresses, and the CRC of these eight bytes. */
static enum fit dnp3_both(const struct words *words)
{
	uint16_t crc = 0;
	unsigned i, bit;

	if (!words_may_start(words, "\x05\x64"))
		return FIT_NO;
	if (words->len < 10)
		return FIT_SHORT;
	for (i = 0; i < 8; i++)
		for (bit = 0, crc ^= words->bytes[i]; bit < 8; bit++)
			crc = crc & 1 ? (uint16_t)(crc >> 1 ^ 0xa6bc) : crc >> 1;
	crc = (uint16_t)~crc;
	return words->bytes[2] >= 5 && words->bytes[8] == (crc & 0xff) &&
			       words->bytes[9] == crc >> 8
		       ? FIT_YES
		       : FIT_NO;
}

/* IEC 60870-5-104 section 5: 68, length, four control bytes. */
static enum fit iec104_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t start = wire_u8(&w), length = wire_u8(&w), control = wire_u8(&w), second;

	second = wire_u8(&w);
	if (start != 0x68)
		return FIT_NO;
	/* Unnumbered: start, stop or test, asked for or confirmed, and nothing else. */
	if ((control & 3) == 3)
		return fit_if(&w,
			      length == 4 && !second && !wire_be16(&w) &&
				      (control == 0x07 || control == 0x0b || control == 0x13 ||
				       control == 0x23 || control == 0x43 || control == 0x83),
			      FIT_YES);
	if ((control & 3) == 1)
		return fit_if(&w, control == 1 && !second && length == 4, FIT_MAY);
	return fit_if(&w, length >= 10 && length <= 253, FIT_MAY);
}

/* RFC 1006 section 6 (TPKT), ISO 8073 section 13: goes past both; the kind of the COTP unit. */
static uint8_t cotp(struct wire *w)
{
	uint8_t version = wire_u8(w), reserved = wire_u8(w), header, kind;
	uint16_t length = wire_be16(w);

	header = wire_u8(w);
	kind = wire_u8(w);
	if (version != 3 || reserved || length < 7 || header + 5u > length)
		return 0;
	wire_limit(w, length - 6u);
	wire_take(w, header - 1u);
	return w->bad ? 0 : kind;
}

/* S7 over ISO: after the connection request a data unit that begins with 0x32, or 0x72 (plus). */
static enum fit s7_both(const struct words *words)
{
	struct wire w = words_wire(words), unit;
	uint16_t length;
	uint8_t kind;
	int i;

	for (i = 0; i < 2; i++) {
		if (wire_left(&w) < 4)
			return FIT_SHORT;
		length = wire_be16_at(w.at + 2);
		unit = w;
		kind = cotp(&unit);
		if (kind == 0xf0)
			return wire_left(&unit) && (unit.at[0] == 0x32 || unit.at[0] == 0x72)
				       ? FIT_YES
				       : FIT_NO;
		if (i || (kind != 0xe0 && kind != 0xd0))
			return FIT_NO;
		wire_take(&w, length);
	}
	return FIT_SHORT;
}

/* EtherNet/IP, CIP volume 2 section 2-3: command, length, session, status, context, options 0. */
static enum fit ethernetip_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint16_t command = wire_be16(&w), length = wire_be16(&w);
	bool known;

	length = (uint16_t)(length << 8 | length >> 8);
	wire_take(&w, 16);
	if (wire_be32(&w) || (!w.bad && length + 24u != words->first))
		return FIT_NO;
	/* ListServices, ListIdentity, ListInterfaces, RegisterSession, SendRRData, SendUnitData. */
	known = command == 0x0400 || command == 0x6300 || command == 0x6400 || command == 0x6500 ||
		command == 0x6f00 || command == 0x7000;
	return fit_if(&w, known, command == 0x6500 && length == 4 ? FIT_YES : FIT_MAY);
}

/* OPC UA part 6 section 7.1.2: three letters, the chunk's kind, its length (little-endian). */
static enum fit opcua(const struct words *words, const char *first, const char *other)
{
	struct wire w = words_wire(words);
	uint32_t length;

	if (!words_start(words, first) && !words_start(words, other))
		return words->len < 4 ? FIT_SHORT : FIT_NO;
	wire_be32(&w);
	length = wire_swap32(wire_be32(&w));
	return fit_if(&w, length >= 8 && length <= words->first && length < 65536, FIT_YES);
}

static enum fit opcua_asks(const struct words *w)
{
	return opcua(w, "HELF", "OPNF");
}

static enum fit opcua_says(const struct words *w)
{
	return opcua(w, "ACKF", "ERRF");
}

/* Omron FINS over TCP: its name, a length, a command. */
static enum fit fins_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t length, command;

	if (!words_may_start(words, "FINS"))
		return FIT_NO;
	wire_be32(&w);
	length = wire_be32(&w);
	command = wire_be32(&w);
	return fit_if(&w, length >= 8 && length < 4096 && command <= 6, FIT_YES);
}

/* HART-IP (HCF_SPEC-085 section 8): version, type, id, status, sequence, length. */
static enum fit hartip(const struct words *words, uint8_t type)
{
	struct wire w = words_wire(words);
	uint8_t version = wire_u8(&w), got = wire_u8(&w), id = wire_u8(&w);
	uint16_t length;

	wire_take(&w, 3);
	length = wire_be16(&w);
	return fit_if(
		&w, version == 1 && got == type && id <= 4 && length >= 8 && length <= words->first,
		FIT_MAY);
}

static enum fit hartip_asks(const struct words *w)
{
	return hartip(w, 0);
}

static enum fit hartip_says(const struct words *w)
{
	return hartip(w, 1);
}

/* The answer repeats id and sequence. */
static enum fit hartip_pair(const struct words *client, const struct words *server)
{
	if (client->len < 6 || server->len < 6)
		return FIT_SHORT;
	return client->bytes[2] == server->bytes[2] &&
			       !memcmp(client->bytes + 4, server->bytes + 4, 2)
		       ? FIT_MAY
		       : FIT_NO;
}

/* ASHRAE 135 annex J.2: type, function, length; then the network layer's version 1. */
static enum fit bacnet_both(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t type = wire_u8(&w), function = wire_u8(&w);
	uint16_t length = wire_be16(&w);

	/* Forwarded: the address of the first sender stands between. */
	if (function == 4)
		wire_take(&w, 6);
	if (type != 0x81 || function > 0x0b || (!w.bad && length != words->first))
		return FIT_NO;
	return fit_if(&w, wire_u8(&w) == 1 || function < 4, FIT_YES);
}

static const struct fit_row rows[] = {
	{ "dnp3", PROTO_NONE, FIT_STRICT, dnp3_both, dnp3_both, NULL },
	{ "iec60870", PROTO_TCP, FIT_STRICT, iec104_both, iec104_both, NULL },
	{ "s7comm", PROTO_TCP, FIT_STRICT, s7_both, s7_both, NULL },
	{ "ethernetip", PROTO_NONE, 0, ethernetip_both, ethernetip_both, NULL },
	{ "opcua", PROTO_TCP, 0, opcua_asks, opcua_says, NULL },
	{ "fins", PROTO_TCP, 0, fins_both, fins_both, NULL },
	{ "hart-ip", PROTO_NONE, 0, hartip_asks, hartip_says, hartip_pair },
	{ "modbus", PROTO_TCP, FIT_STRICT, modbus_asks, modbus_says, modbus_pair },
	{ "bacnet", PROTO_UDP, 0, bacnet_both, bacnet_both, NULL },
};

const struct fit_table plant_table = { rows, COUNT(rows) };
