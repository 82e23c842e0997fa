/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/names.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define HEADER 12
#define RESPONSE 0x8000
#define RECURSION 0x0080
#define TYPE_PTR 12
#define TYPE_TXT 16
#define RECORDS_MAX 64 /* looked at in an answer */
#define NAME_MAX 256
#define JUMPS_MAX 16

struct record {
	uint16_t type;
	struct wire data;
};

struct section {
	const struct answer *a;
	struct wire w; /* at the next record */
	uint16_t flags, answers;
};

/* The header of a response to our question, and past the questions. */
static bool open_section(const struct answer *a, struct section *s)
{
	uint16_t questions;
	uint8_t len;

	s->a = a;
	s->w = answer_wire(a);
	wire_take(&s->w, 2);
	s->flags = wire_be16(&s->w);
	questions = wire_be16(&s->w);
	s->answers = wire_be16(&s->w);
	wire_take(&s->w, 4);
	if (s->w.bad || !(s->flags & RESPONSE) || questions > 1 || !answer_repeats(a, 0, 0, 2))
		return false;
	for (; questions; questions--) {
		while ((len = wire_u8(&s->w)) && len < 0xc0 && !s->w.bad)
			wire_take(&s->w, len);
		wire_take(&s->w, len >= 0xc0 ? 5 : 4);
	}
	return !s->w.bad;
}

/* A name with its pointers (RFC 1035, 4.1.4), as text; labels that are none end it. */
static void name_text(const struct answer *a, struct wire w, char out[NAME_MAX])
{
	size_t n = 0, jumps = 0;
	const uint8_t *label;
	uint16_t to;
	uint8_t len;

	while ((len = wire_u8(&w)) != 0) {
		if (len >= 0xc0) {
			to = (uint16_t)((len & 0x3f) << 8 | wire_u8(&w));
			if (w.bad || to >= a->said_len || ++jumps > JUMPS_MAX)
				break;
			w = wire_open(a->said + to, a->said_len - to);
			continue;
		}
		label = len < 64 ? wire_take(&w, len) : NULL;
		if (!label || n + len + 2 > NAME_MAX)
			break;
		if (n)
			out[n++] = '.';
		answer_text(out + n, NAME_MAX - n, label, len);
		n += strlen(out + n);
	}
	out[n] = 0;
}

static bool next_record(struct section *s, struct record *out)
{
	uint16_t data_len;
	uint8_t len;

	while ((len = wire_u8(&s->w)) && len < 0xc0 && !s->w.bad)
		wire_take(&s->w, len);
	if (len >= 0xc0)
		wire_u8(&s->w);
	out->type = wire_be16(&s->w);
	wire_take(&s->w, 6);
	data_len = wire_be16(&s->w);
	if (s->w.bad || data_len > wire_left(&s->w))
		return false;
	out->data = wire_open(s->w.at, data_len);
	wire_take(&s->w, data_len);
	return true;
}

/* Servers that say who they are in version.bind: what it begins with, and the product. */
static const struct {
	const char *starts, *product;
} servers[] = {
	{ "dnsmasq-", "dnsmasq" },
	{ "unbound ", "Unbound" },
	{ "PowerDNS Authoritative Server ", "PowerDNS Authoritative Server" },
	{ "PowerDNS Recursor ", "PowerDNS Recursor" },
	{ "Knot DNS ", "Knot DNS" },
	{ "Knot Resolver ", "Knot Resolver" },
	{ "NSD ", "NSD" },
	{ "Microsoft DNS ", "Microsoft DNS" },
	{ "CoreDNS-", "CoreDNS" },
	{ "dnsdist ", "dnsdist" },
};

static void read_words(const char *text, struct probe *p)
{
	char version[32];
	size_t i, at, len;

	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		at = strlen(servers[i].starts);
		if (strncasecmp(text, servers[i].starts, at))
			continue;
		len = strcspn(text + at, " ,(");
		answer_text(version, sizeof(version), (const uint8_t *)text + at, len);
		answer_product(p, servers[i].product, version);
		return;
	}
	/* BIND says its bare version, with what its packagers add: "9.18.28-1~deb12u2-Debian". */
	if (text[0] == '9' && text[1] == '.' && isdigit((unsigned char)text[2])) {
		answer_text(version, sizeof(version), (const uint8_t *)text, strcspn(text, "-+ ("));
		answer_product(p, "BIND", version);
	}
	answer_fact(p, FACT_INFO, "version.bind: %s", text);
}

bool names_read_version(const struct answer *a, struct probe *p)
{
	char text[ANSWER_TEXT_MAX];
	struct section s;
	struct record r;
	unsigned i;
	size_t len;

	if (!open_section(a, &s))
		return false;
	answer_name(p, "dns");
	for (i = 0; i < s.answers && i < RECORDS_MAX && next_record(&s, &r); i++) {
		if (r.type != TYPE_TXT)
			continue;
		len = wire_u8(&r.data);
		wire_limit(&r.data, len);
		answer_text(text, sizeof(text), r.data.at, wire_left(&r.data));
		if (text[0])
			read_words(text, p);
	}
	return true;
}

bool names_read_recursion(const struct answer *a, struct probe *p)
{
	struct section s;

	if (!open_section(a, &s))
		return false;
	answer_name(p, "dns");
	if (s.flags & RECURSION && s.answers && !(s.flags & 15))
		answer_fact(p, FACT_NOAUTH, "recursive lookups");
	return true;
}

bool names_read_mdns(const struct answer *a, struct probe *p)
{
	char name[NAME_MAX], list[ANSWER_TEXT_MAX] = "";
	struct section s;
	struct record r;
	unsigned i;
	size_t n = 0;

	if (!open_section(a, &s))
		return false;
	answer_name(p, "mdns");
	for (i = 0; i < s.answers && i < RECORDS_MAX && next_record(&s, &r); i++) {
		if (r.type != TYPE_PTR)
			continue;
		name_text(a, r.data, name);
		if (n < sizeof(list))
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "",
					      name);
	}
	if (n)
		answer_fact(p, FACT_INFO, "services: %s", list);
	return true;
}

#define NETBIOS_NAME 15
#define NETBIOS_GROUP 0x8000

bool names_read_netbios(const struct answer *a, struct probe *p)
{
	char name[NETBIOS_NAME + 1];
	const uint8_t *text, *mac;
	struct section s;
	struct record r;
	uint8_t count, suffix;
	uint16_t flags;

	if (!open_section(a, &s) || !s.answers || !next_record(&s, &r) || r.type != 0x21)
		return false;
	answer_name(p, "netbios");
	for (count = wire_u8(&r.data); count && wire_left(&r.data) >= NETBIOS_NAME + 3; count--) {
		text = wire_take(&r.data, NETBIOS_NAME);
		suffix = wire_u8(&r.data);
		flags = wire_be16(&r.data);
		answer_text(name, sizeof(name), text, NETBIOS_NAME);
		if (!suffix && flags & NETBIOS_GROUP)
			answer_fact(p, FACT_INFO, "workgroup %s", name);
		else if (!suffix)
			answer_fact(p, FACT_HOSTNAME, "%s", name);
	}
	mac = count ? NULL : wire_take(&r.data, 6);
	if (mac && memcmp(mac, "\0\0\0\0\0", 6))
		answer_fact(p, FACT_INFO, "hardware address %02x:%02x:%02x:%02x:%02x:%02x", mac[0],
			    mac[1], mac[2], mac[3], mac[4], mac[5]);
	return true;
}

/* Attributes of the root DSE (RFC 4512 section 5.1) that say what it is. */
static void read_attribute(const char *name, const char *value, struct probe *p)
{
	if (!strcasecmp(name, "dnsHostName"))
		answer_fact(p, FACT_HOSTNAME, "%s", value);
	else if (!strcasecmp(name, "defaultNamingContext") || !strcasecmp(name, "namingContexts"))
		answer_fact(p, FACT_INFO, "naming context %s", value);
	else if (!strcasecmp(name, "vendorName"))
		answer_product(p, value, "");
	else if (!strcasecmp(name, "forestFunctionality"))
		answer_product(p, "Microsoft Active Directory", "");
}

#define LDAP_ENTRY 0x64
#define LDAP_DONE 0x65

bool names_read_ldap(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a), message, id, op, dn, list, attribute, name, values, value;
	char name_is[64], value_is[128];
	uint8_t tag;

	if (!answer_ber(&w, &tag, &message) || tag != 0x30 || !answer_ber(&message, &tag, &id) ||
	    tag != 2 || answer_ber_integer(id) != 1 || !answer_ber(&message, &tag, &op) ||
	    (tag != LDAP_ENTRY && tag != LDAP_DONE))
		return false;
	answer_name(p, "ldap");
	if (tag == LDAP_DONE || !answer_ber(&op, &tag, &dn) || !answer_ber(&op, &tag, &list))
		return true;
	answer_fact(p, FACT_NOAUTH, "reading the root of the directory");
	while (answer_ber(&list, &tag, &attribute))
		if (answer_ber(&attribute, &tag, &name) && answer_ber(&attribute, &tag, &values) &&
		    answer_ber(&values, &tag, &value)) {
			answer_text(name_is, sizeof(name_is), name.at, wire_left(&name));
			answer_text(value_is, sizeof(value_is), value.at, wire_left(&value));
			read_attribute(name_is, value_is, p);
		}
	return true;
}
