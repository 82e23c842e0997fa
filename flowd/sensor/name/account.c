/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/account.h"

#include "base/record.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* BER (X.690 section 8.1): the tag and the length of what follows. */
static uint8_t ber(struct wire *w, uint32_t *length)
{
	uint8_t tag = wire_u8(w), byte = wire_u8(w);
	unsigned count = byte & 0x7f;

	*length = byte;
	if (byte & 0x80) {
		*length = 0;
		if (!count || count > 4)
			w->bad = true;
		while (count--)
			*length = *length << 8 | wire_u8(w);
	}
	return tag;
}

/* RFC 4511 section 4.2: LDAPMessage, its number, the operation and what that begins with. */
static enum fit ldap(const struct words *words, const char *operations, const char *inside)
{
	struct wire w = words_wire(words);
	uint32_t length;
	const char *at;
	uint8_t tag;

	if (ber(&w, &length) != 0x30 || (length < 5 && !w.bad))
		return w.bad && !wire_left(&w) ? FIT_SHORT : FIT_NO;
	if (ber(&w, &length) != 0x02 || !length || length > 4)
		return w.bad ? FIT_SHORT : FIT_NO;
	wire_take(&w, length);
	tag = ber(&w, &length);
	at = tag ? strchr(operations, tag) : NULL;
	if (w.bad || !at)
		return w.bad ? FIT_SHORT : FIT_NO;
	if (tag == 0x42)
		return length ? FIT_NO : FIT_MAY;
	return fit_if(&w, wire_u8(&w) == (uint8_t)inside[at - operations], FIT_YES);
}

/* Bind, search, modify, add, compare, extended, unbind (the last has no body). */
static enum fit ldap_asks(const struct words *w)
{
	return ldap(w, "\x60\x63\x66\x68\x6e\x77\x42", "\x02\x04\x04\x04\x04\x80\x01");
}

/* Bind's answer, an entry, search's end, a reference, modify's, add's, compare's, extended. */
static enum fit ldap_says(const struct words *w)
{
	return ldap(w, "\x61\x64\x65\x73\x67\x69\x6f\x78", "\x0a\x04\x0a\x04\x0a\x0a\x0a\x0a");
}

/* RFC 4120 section 5.10: APPLICATION 10 to 15, 30; pvno 5 is [1] in requests and [0] in answers.
 * Over TCP a length stands before it (section 7.2.2). */
static enum fit kerberos(const struct words *words, const char *tags, uint8_t context)
{
	struct wire w = words_wire(words);
	const uint8_t *pvno;
	uint32_t length;
	uint8_t tag;

	if (!words->bytes[0])
		wire_be32(&w);
	tag = ber(&w, &length);
	if (!w.bad && (!tag || !strchr(tags, tag)))
		return FIT_NO;
	if (ber(&w, &length) != 0x30)
		return w.bad ? FIT_SHORT : FIT_NO;
	pvno = wire_take(&w, 5);
	return fit_if(&w, pvno && pvno[0] == context && !memcmp(pvno + 1, "\x03\x02\x01\x05", 4),
		      FIT_YES);
}

static enum fit kerberos_asks(const struct words *w)
{
	return kerberos(w, "\x6a\x6c", 0xa1);
}

static enum fit kerberos_says(const struct words *w)
{
	return kerberos(w, "\x6b\x6d\x7e", 0xa0);
}

/* RFC 3416 section 3, RFC 3412 section 6: version, community, PDU; version 3 has a header. */
static enum fit snmp(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint32_t length;
	uint8_t version, tag;

	if (ber(&w, &length) != 0x30)
		return FIT_NO;
	if (ber(&w, &length) != 0x02 || length != 1)
		return w.bad ? FIT_SHORT : FIT_NO;
	version = wire_u8(&w);
	tag = ber(&w, &length);
	if (version == 3)
		return fit_if(&w, tag == 0x30 && ber(&w, &length) == 0x02, FIT_YES);
	if (version > 1 || tag != 0x04)
		return w.bad ? FIT_SHORT : FIT_NO;
	wire_take(&w, length);
	tag = wire_u8(&w);
	return fit_if(&w, response ? tag == 0xa2 : tag >= 0xa0 && tag <= 0xa7 && tag != 0xa2,
		      FIT_YES);
}

static enum fit snmp_asks(const struct words *w)
{
	return snmp(w, false);
}

static enum fit snmp_says(const struct words *w)
{
	return snmp(w, true);
}

/* RFC 2865 section 3: code, identifier, length, authenticator, attributes of two bytes and more. */
static enum fit radius(const struct words *words, const char *codes)
{
	struct wire w = words_wire(words);
	uint8_t code = wire_u8(&w), size;
	uint16_t length;
	bool any = false;

	wire_u8(&w);
	length = wire_be16(&w);
	wire_take(&w, 16);
	if (w.bad || !code || !strchr(codes, code) || length < 20 || length > 4096 ||
	    length != words->first)
		return w.bad ? FIT_SHORT : FIT_NO;
	while (wire_left(&w) >= 2) {
		if (!wire_u8(&w) || (size = wire_u8(&w)) < 2)
			return FIT_NO;
		wire_take(&w, size - 2u);
		any |= !w.bad;
	}
	return any ? FIT_YES : FIT_MAY;
}

static enum fit radius_asks(const struct words *w)
{
	return radius(w, "\x01\x04\x0c\x28\x2b");
}

static enum fit radius_says(const struct words *w)
{
	return radius(w, "\x02\x03\x05\x0b\x29\x2a\x2c\x2d");
}

static const struct fit_row rows[] = {
	{ "ldap", PROTO_NONE, FIT_STRICT, ldap_asks, ldap_says, NULL },
	{ "kerberos", PROTO_NONE, 0, kerberos_asks, kerberos_says, NULL },
	{ "snmp", PROTO_UDP, FIT_STRICT, snmp_asks, snmp_says, NULL },
	{ "radius", PROTO_UDP, FIT_STRICT, radius_asks, radius_says, NULL },
};

const struct fit_table account_table = { rows, COUNT(rows) };
