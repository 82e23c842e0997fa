/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/ber.h"

#include "base/wire.h"

#define TAG_INTEGER 0x02
#define TAG_OCTETS 0x04
#define TAG_SEQUENCE 0x30

/* A length: definite, of at most four bytes. */
static uint32_t take_length(struct wire *w)
{
	uint8_t first = wire_u8(w), n = first & 0x7f;
	uint32_t length = 0;

	if (!(first & 0x80))
		return first;
	if (!n || n > 4)
		w->bad = true;
	for (; n && !w->bad; n--)
		length = length << 8 | wire_u8(w);
	return length;
}

/* Goes past tag and length; the length of what follows. Another tag: bad. */
static uint32_t enter(struct wire *w, uint8_t tag)
{
	if (wire_u8(w) != tag)
		w->bad = true;
	return take_length(w);
}

/* An integer of at most four bytes. */
static uint32_t take_integer(struct wire *w)
{
	uint32_t len = enter(w, TAG_INTEGER), value = 0;

	if (!len || len > 4)
		w->bad = true;
	for (; len && !w->bad; len--)
		value = value << 8 | wire_u8(w);
	return value;
}

/* The message is one element of this tag and nothing else. */
static bool enter_whole(struct wire *w, const struct reply_words *words, uint8_t tag)
{
	uint32_t len = enter(w, tag);

	return !w->bad && len == words->whole - (size_t)(w->at - words->bytes);
}

static bool snmp_pdu(uint8_t tag, struct reply *out)
{
	/* get, next, response, set, trap, bulk, inform, trap 2, report */
	if (tag < 0xa0 || tag > 0xa8)
		return false;
	out->way = reply_way(tag == 0xa2 || tag == 0xa8);
	return true;
}

/* Version 3 tells only who expects a report: an answer never does. */
static bool snmp_v3(struct wire *w, struct reply *out)
{
	const uint8_t *flags;
	uint32_t len;

	enter(w, TAG_SEQUENCE);
	take_integer(w); /* message id */
	take_integer(w); /* maximal size */
	len = enter(w, TAG_OCTETS);
	flags = wire_take(w, 1);
	take_integer(w); /* security model */
	if (w->bad || len != 1)
		return false;
	wire_take(w, enter(w, TAG_OCTETS)); /* security parameters */
	if (*flags & 4) {
		out->way = REPLY_REQUEST;
	} else if (!(*flags & 2)) {
		enter(w, TAG_SEQUENCE);
		wire_take(w, enter(w, TAG_OCTETS)); /* context engine */
		wire_take(w, enter(w, TAG_OCTETS)); /* context name */
		snmp_pdu(wire_u8(w), out);
	}
	return true;
}

bool ber_snmp(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint32_t version;

	if (!words->len || *words->bytes != TAG_SEQUENCE || !enter_whole(&w, words, TAG_SEQUENCE))
		return false;
	version = take_integer(&w);
	if (w.bad || version > 3)
		return false;
	out->app = "snmp";
	if (version == 3)
		return snmp_v3(&w, out);
	wire_take(&w, enter(&w, TAG_OCTETS)); /* community */
	return snmp_pdu(wire_u8(&w), out) && !w.bad;
}

bool ber_ldap(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint32_t len;

	if (!words->len || *words->bytes != TAG_SEQUENCE)
		return false;
	/* One datagram may hold several messages: the entry, then that it was the last. */
	len = enter(&w, TAG_SEQUENCE);
	if (w.bad || len > words->whole - (size_t)(w.at - words->bytes))
		return false;
	take_integer(&w);
	switch (wire_u8(&w)) {
	case 0x60: /* bind */
	case 0x63: /* search */
	case 0x77: /* extended */
		out->way = REPLY_REQUEST;
		break;
	case 0x61: /* bind's answer */
	case 0x64: /* search's entry */
	case 0x65: /* search is done */
	case 0x73: /* search's reference */
	case 0x78: /* extended's answer */
		out->way = REPLY_RESPONSE;
		break;
	default:
		return false;
	}
	take_length(&w);
	out->app = "ldap";
	return !w.bad;
}

bool ber_kerberos(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	const uint8_t *version;
	uint8_t tag = words->len ? *words->bytes : 0;

	switch (tag) {
	case 0x6a: /* AS-REQ */
	case 0x6c: /* TGS-REQ */
	case 0x6e: /* AP-REQ */
		out->way = REPLY_REQUEST;
		break;
	case 0x6b: /* AS-REP */
	case 0x6d: /* TGS-REP */
	case 0x6f: /* AP-REP */
	case 0x7e: /* KRB-ERROR */
		out->way = REPLY_RESPONSE;
		break;
	default:
		return false;
	}
	if (!enter_whole(&w, words, tag))
		return false;
	enter(&w, TAG_SEQUENCE);
	/* The version, under tag 1 in requests for tickets, 0 elsewhere: integer 5. */
	version = wire_take(&w, 5);
	out->app = "kerberos";
	return version && (version[0] == 0xa0 || version[0] == 0xa1) && version[1] == 3 &&
	       version[2] == TAG_INTEGER && version[3] == 1 && version[4] == 5;
}
