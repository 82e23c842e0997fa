/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/manage.h"

#include <stdio.h>

#define NTP_LEN 48

bool manage_read_ntp(const struct answer *a, struct probe *p)
{
	const uint8_t *b = a->said;
	char source[5] = "";

	/* Mode 4, and what we put into our transmit time comes back as its origin. */
	if (a->said_len < NTP_LEN || (b[0] & 7) != 4 || !answer_repeats(a, 24, 40, 8))
		return false;
	answer_name(p, "ntp");
	if (b[1] <= 1)
		answer_text(source, sizeof(source), b + 12, 4);
	if (b[1])
		answer_fact(p, FACT_INFO, "NTP version %u, stratum %u%s%s", b[0] >> 3 & 7, b[1],
			    source[0] ? ", " : "", source);
	else
		answer_fact(p, FACT_INFO, "NTP version %u, kiss code %s", b[0] >> 3 & 7, source);
	return true;
}

/* The value of `name="value"` or `name=value` in a list of variables; "" when it is not there. */
static void variable(const char *list, const char *name, char *out, size_t size)
{
	const char *p = strstr(list, name);
	size_t len;

	out[0] = 0;
	if (!p)
		return;
	p += strlen(name);
	p += *p == '"';
	len = strcspn(p, "\",");
	answer_text(out, size, (const uint8_t *)p, len);
}

bool manage_read_ntp_variables(const struct answer *a, struct probe *p)
{
	char list[ANSWER_TEXT_MAX], text[128];

	/* Mode 6, a response to opcode 2, with our sequence number. */
	if (a->said_len < 12 || (a->said[0] & 7) != 6 || (a->said[1] & 0x9f) != 0x82 ||
	    !answer_repeats(a, 2, 2, 2))
		return false;
	answer_name(p, "ntp");
	if (a->said[1] & 0x40)
		return true;
	answer_fact(p, FACT_NOAUTH, "reading variables (NTP mode 6)");
	answer_text(list, sizeof(list), a->said + 12, a->said_len - 12);
	variable(list, "version=", text, sizeof(text));
	if (text[0])
		answer_software(p, text);
	variable(list, "system=", text, sizeof(text));
	answer_fact(p, FACT_OS, "%s", text);
	return true;
}

bool manage_read_ntp_monlist(const struct answer *a, struct probe *p)
{
	/* Mode 7, a response to request 42 without an error, with items in it. */
	if (a->said_len < 8 || (a->said[0] & 0x87) != 0x87 || a->said[3] != 42)
		return false;
	answer_name(p, "ntp");
	if (!(a->said[4] >> 4) && wire_be16_at(a->said + 4) & 0x0fff)
		answer_fact(p, FACT_NOAUTH, "reading the list of clients (NTP mode 7, monlist)");
	return true;
}

#define RMCP_ASF 6
#define RMCP_IPMI 7

/* Get Channel Authentication Capabilities: IPMI 2.0 table 22-15. */
static void read_ipmi_login(struct wire *w, struct probe *p)
{
	uint8_t kinds, login, extended;

	if (wire_u8(w)) /* completion code */
		return;
	wire_u8(w);
	kinds = wire_u8(w);
	login = wire_u8(w);
	extended = wire_u8(w);
	if (w->bad)
		return;
	answer_product(p, "IPMI", kinds & 0x80 && extended & 2 ? "2.0" : "1.5");
	if (kinds & 1)
		answer_fact(p, FACT_NOAUTH, "sessions without authentication");
	if (login & 1)
		answer_fact(p, FACT_NOAUTH, "anonymous login (no name, no password)");
	if (login & 2)
		answer_fact(p, FACT_INFO, "has a user without a name");
	answer_fact(p, FACT_INFO, "logins by%s%s%s%s", kinds & 1 ? " nothing" : "",
		    kinds & 2 ? " MD2" : "", kinds & 4 ? " MD5" : "",
		    kinds & 0x10   ? " password"
		    : kinds & 0x36 ? ""
				   : " RMCP+");
}

bool manage_read_ipmi(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	uint8_t version = wire_u8(&w), class, net_fn, command;

	wire_take(&w, 2);
	class = wire_u8(&w) & 0x1f;
	if (w.bad || version != 6)
		return false;
	if (class == RMCP_ASF) {
		/* ASF 2.0 section 3.2.4.3: presence pong. */
		if (wire_be32(&w) != 0x11be || wire_u8(&w) != 0x40 || w.bad)
			return false;
		answer_name(p, "ipmi");
		return true;
	}
	if (class != RMCP_IPMI)
		return false;
	/* Session: none, number, id, length; then address, net function, and so on. */
	wire_take(&w, 11);
	net_fn = wire_u8(&w) >> 2;
	wire_take(&w, 3);
	command = wire_u8(&w);
	if (w.bad || net_fn != 7 || command != 0x38)
		return false;
	answer_name(p, "ipmi");
	read_ipmi_login(&w, p);
	return true;
}

/* A reply that was accepted, up to its results; false: none to our call. */
static bool open_rpc(const struct answer *a, struct wire *w, bool *success)
{
	uint32_t status;

	*w = answer_wire(a);
	wire_be32(w);
	if (wire_be32(w) != 1 || w->bad || !answer_repeats(a, 0, 0, 4))
		return false;
	status = wire_be32(w);
	wire_be32(w);
	wire_take(w, wire_be32(w));
	*success = !status && !wire_be32(w) && !w->bad;
	return status <= 1;
}

static const struct {
	uint32_t number;
	const char *name;
} programs[] = {
	{ 100000, "rpcbind" }, { 100003, "nfs" },    { 100005, "mountd" },  { 100021, "nlockmgr" },
	{ 100024, "status" },  { 100004, "ypserv" }, { 100007, "ypbind" },  { 100011, "rquotad" },
	{ 100227, "nfs_acl" }, { 100001, "rstatd" }, { 100002, "rusersd" }, { 391002, "sgi_fam" },
};

static size_t program_text(uint32_t number, uint32_t version, char *out, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (programs[i].number == number)
			return (size_t)snprintf(out, size, "%s v%u", programs[i].name, version);
	return (size_t)snprintf(out, size, "%u v%u", number, version);
}

bool manage_read_rpcbind(const struct answer *a, struct probe *p)
{
	char list[256] = "", one[64];
	uint32_t number, version, proto, port;
	struct wire w;
	size_t n = 0;
	bool success;

	if (!open_rpc(a, &w, &success))
		return false;
	answer_name(p, "rpcbind");
	if (!success)
		return true;
	answer_fact(p, FACT_NOAUTH, "the list of RPC programs");
	while (wire_be32(&w) == 1) {
		number = wire_be32(&w);
		version = wire_be32(&w);
		proto = wire_be32(&w);
		port = wire_be32(&w);
		if (w.bad)
			break;
		program_text(number, version, one, sizeof(one));
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s %s/%u", n ? ", " : "", one,
				      record_proto_text(proto), port);
		if (n >= sizeof(list))
			break;
	}
	answer_fact(p, FACT_INFO, "%s", list);
	return true;
}

bool manage_read_nfs(const struct answer *a, struct probe *p)
{
	struct wire w;
	bool success;

	if (!open_rpc(a, &w, &success))
		return false;
	/* That the program is there is proved by success only. */
	answer_name(p, success ? "nfs" : "rpc");
	return true;
}

bool manage_read_bacnet(const struct answer *a, struct probe *p)
{
	char text[128];
	struct wire w = answer_wire(a);
	uint8_t type, control, kind, len;

	type = wire_u8(&w);
	wire_u8(&w);
	if (type != 0x81 || wire_be16(&w) != a->said_len || wire_u8(&w) != 1)
		return false;
	control = wire_u8(&w);
	/* Answers of routers have a source network before the rest; nobody asked through one. */
	kind = wire_u8(&w) >> 4;
	if (w.bad || control & 0x80 || (kind != 3 && kind < 5) || kind > 7)
		return false;
	answer_name(p, "bacnet");
	if (kind != 3)
		return true;
	answer_fact(p, FACT_NOAUTH, "reading properties");
	/* Invoke id, service; object, property; opening tag 3, a character string in UTF-8. */
	wire_take(&w, 9);
	if (wire_u8(&w) != 0x3e || wire_u8(&w) != 0x75)
		return true;
	len = wire_u8(&w);
	wire_u8(&w);
	if (w.bad || !len || (size_t)(len - 1) > wire_left(&w))
		return true;
	answer_text(text, sizeof(text), w.at, len - 1u);
	if (a->asked_len == 17 && a->asked[16] == 0x79)
		answer_fact(p, FACT_INFO, "vendor %s", text);
	else if (a->asked_len == 17 && a->asked[16] == 0x46)
		answer_product(p, text, "");
	else if (a->asked_len == 17 && a->asked[16] == 0x2c)
		answer_product(p, "", text);
	return true;
}

/* Versions 1 and 2: a length, then records of kind, length, value. */
bool manage_read_ubiquiti(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	uint8_t version = wire_u8(&w), kind;
	char text[128];
	const uint8_t *value;
	uint16_t len;

	wire_u8(&w);
	if ((version != 1 && version != 2) || wire_be16(&w) != wire_left(&w) || wire_left(&w) < 8)
		return false;
	while (wire_left(&w)) {
		kind = wire_u8(&w);
		len = wire_be16(&w);
		value = wire_take(&w, len);
		if (!value)
			return false;
		answer_text(text, sizeof(text), value, len);
		if (kind == 0x0b)
			answer_fact(p, FACT_HOSTNAME, "%s", text);
		else if (kind == 0x14 || kind == 0x0c)
			answer_fact(p, FACT_DEVICE, "%s", text);
		else if (kind == 3)
			answer_product(p, "Ubiquiti airOS", text);
	}
	answer_name(p, "ubiquiti");
	return true;
}

bool manage_read_nat_pmp(const struct answer *a, struct probe *p)
{
	const uint8_t *b = a->said;

	if (a->said_len < 8 || b[0] || b[1] != 0x80 || b[2])
		return false;
	answer_name(p, "nat-pmp");
	if (a->said_len == 12 && !b[3])
		answer_fact(p, FACT_INFO, "external address %u.%u.%u.%u", b[8], b[9], b[10], b[11]);
	return true;
}
