/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/snmp.h"

#include <stdio.h>

#define SEQUENCE 0x30
#define INTEGER 2
#define STRING 4
#define OID 6
#define RESPONSE 0xa2
#define REPORT 0xa8

/* Whose engines these are, by private enterprise number (IANA). */
static const struct {
	uint32_t number;
	const char *maker;
} makers[] = {
	{ 8072, "Net-SNMP" },	{ 9, "Cisco" },		 { 2636, "Juniper" },
	{ 11, "HP" },		{ 311, "Microsoft" },	 { 14988, "MikroTik" },
	{ 12356, "Fortinet" },	{ 41112, "Ubiquiti" },	 { 2011, "Huawei" },
	{ 1916, "Extreme" },	{ 25506, "H3C" },	 { 674, "Dell" },
	{ 6876, "VMware" },	{ 30065, "Arista" },	 { 318, "APC" },
	{ 641, "Lexmark" },	{ 6574, "Synology" },	 { 24681, "QNAP" },
	{ 368, "Axis" },	{ 253, "Xerox" },	 { 1991, "Brocade" },
	{ 25461, "Palo Alto" }, { 2620, "Check Point" }, { 14823, "Aruba" },
	{ 890, "Zyxel" },	{ 171, "D-Link" },	 { 4526, "Netgear" },
	{ 11863, "TP-Link" },	{ 42, "Sun" },		 { 2, "IBM" },
	{ 3224, "NetScreen" },
};

static const char *maker_of(uint32_t number)
{
	size_t i;

	for (i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (makers[i].number == number)
			return makers[i].maker;
	return "";
}

/* An engine's id begins with the number of who made it (RFC 3411 section 5). */
static void read_engine(struct wire id, int64_t boots, int64_t seconds, struct probe *p)
{
	char hex[2 * 32 + 1] = "";
	struct wire w = id;
	size_t n = 0;
	uint32_t number;
	const char *maker;

	if (wire_left(&id) < 5 || wire_left(&id) > 32)
		return;
	number = wire_be32(&w) & 0x7fffffff;
	maker = maker_of(number);
	while (wire_left(&id))
		n += (size_t)snprintf(hex + n, sizeof(hex) - n, "%02x", wire_u8(&id));
	answer_fact(p, FACT_INFO, "SNMPv3 engine %s of %s%s(enterprise %u), %lld boots, up %lld s",
		    hex, maker, *maker ? " " : "", number, (long long)boots, (long long)seconds);
	/* Makers' agents are many; this one is one. */
	if (number == 8072)
		answer_product(p, maker, "");
}

/* The version of a description that says one: "..., Version 15.2(4)E7, ...". */
static void read_description(const char *text, struct probe *p)
{
	const char *version = strstr(text, "ersion ");
	char word[32];

	answer_fact(p, FACT_INFO, "%s", text);
	if (!strncmp(text, "Linux ", 6)) {
		version = strchr(text + 6, ' ');
		if (version)
			answer_fact(p, FACT_OS, "Linux %.*s", (int)strcspn(version + 1, " "),
				    version + 1);
		return;
	}
	if (!strncmp(text, "Cisco IOS", 9) || !strncmp(text, "Cisco NX-OS", 11)) {
		answer_fact(p, FACT_DEVICE, "router or switch");
		if (!version)
			return;
		answer_text(word, sizeof(word), (const uint8_t *)version + 7,
			    strcspn(version + 7, " ,"));
		answer_product(p, text[6] == 'N' ? "Cisco NX-OS" : "Cisco IOS", word);
	} else if (!strncmp(text, "RouterOS ", 9)) {
		answer_fact(p, FACT_DEVICE, "router");
		answer_product(p, "MikroTik RouterOS", "");
	}
}

/* 1.3.6.1.2.1.1.N.0 (RFC 3418): 1 what it is, 5 how it is called. */
static void read_variables(struct wire list, struct probe *p)
{
	static const uint8_t system[] = { 0x2b, 6, 1, 2, 1, 1 };
	char text[ANSWER_TEXT_MAX];
	struct wire variable, name, value;
	uint8_t tag, kind;

	while (answer_ber(&list, &tag, &variable)) {
		if (!answer_ber(&variable, &tag, &name) || tag != OID ||
		    !answer_ber(&variable, &kind, &value))
			return;
		if (kind != STRING || wire_left(&name) != sizeof(system) + 2 ||
		    memcmp(name.at, system, sizeof(system)))
			continue;
		answer_text(text, sizeof(text), value.at, wire_left(&value));
		if (name.at[sizeof(system)] == 1)
			read_description(text, p);
		else if (name.at[sizeof(system)] == 5)
			answer_fact(p, FACT_HOSTNAME, "%s", text);
	}
}

/* Versions 1 and 2c: who answers has taken the community. */
static bool read_community(struct wire *w, unsigned version, uint32_t id, struct probe *p)
{
	struct wire community, pdu, number, status, index, list;
	char text[64];
	uint8_t tag;

	if (!answer_ber(w, &tag, &community) || tag != STRING || !answer_ber(w, &tag, &pdu) ||
	    tag != RESPONSE || !answer_ber(&pdu, &tag, &number) || tag != INTEGER ||
	    (uint32_t)answer_ber_integer(number) != id)
		return false;
	answer_text(text, sizeof(text), community.at, wire_left(&community));
	answer_name(p, "snmp");
	if (!answer_ber(&pdu, &tag, &status) || !answer_ber(&pdu, &tag, &index) ||
	    !answer_ber(&pdu, &tag, &list))
		return true;
	answer_fact(p, FACT_SNMP_COMMUNITY, "%s (SNMPv%s)", text, version ? "2c" : "1");
	if (!answer_ber_integer(status))
		read_variables(list, p);
	return true;
}

/* Version 3: a report that says whose engine this is (RFC 3414 section 4). */
static bool read_report(struct wire *w, uint32_t id, struct probe *p)
{
	struct wire global, message, packed, scoped, part, security, engine, boots, seconds;
	uint8_t tag;

	if (!answer_ber(w, &tag, &global) || tag != SEQUENCE ||
	    !answer_ber(&global, &tag, &message) || tag != INTEGER ||
	    (uint32_t)answer_ber_integer(message) != id || !answer_ber(w, &tag, &packed) ||
	    tag != STRING || !answer_ber(w, &tag, &scoped) || tag != SEQUENCE ||
	    !answer_ber(&scoped, &tag, &part) || !answer_ber(&scoped, &tag, &part) ||
	    !answer_ber(&scoped, &tag, &part) || tag != REPORT)
		return false;
	answer_name(p, "snmp");
	if (answer_ber(&packed, &tag, &security) && answer_ber(&security, &tag, &engine) &&
	    tag == STRING && answer_ber(&security, &tag, &boots) &&
	    answer_ber(&security, &tag, &seconds))
		read_engine(engine, answer_ber_integer(boots), answer_ber_integer(seconds), p);
	return true;
}

/* The number that the question carries: of its message (version 3) or of its PDU. */
static bool asked_number(const struct answer *a, uint32_t *out)
{
	size_t at = a->asked_len > 4 && a->asked[4] == 3 ? 9 : 17;

	if (a->asked_len < at + 4)
		return false;
	*out = wire_be32_at(a->asked + at);
	return true;
}

bool snmp_read(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a), message, version;
	uint32_t id;
	int64_t number;
	uint8_t tag;

	if (!asked_number(a, &id) || !answer_ber(&w, &tag, &message) || tag != SEQUENCE ||
	    !answer_ber(&message, &tag, &version) || tag != INTEGER)
		return false;
	number = answer_ber_integer(version);
	if (number == 3)
		return read_report(&message, id, p);
	return (number == 0 || number == 1) && read_community(&message, (unsigned)number, id, p);
}
