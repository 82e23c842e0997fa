/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/screen.h"

#include <stdio.h>

/* X Window System Protocol, section 8: least significant byte first, protocol 11.0. */
static void open_x11(struct door_talk *t)
{
	static const uint8_t setup[12] = { 'l', 0, 11 };

	door_say(t, setup, sizeof(setup));
}

static enum door_step hear_x11(struct door_talk *t)
{
	struct wire w = door_in(t);
	uint8_t success = wire_u8(&w);
	char vendor[64] = "";
	uint16_t len;
	size_t i;

	wire_take(&w, 1);
	wire_take(&w, 6);
	if (!w.bad && success != 1)
		return DOOR_DONE;
	wire_take(&w, 16);
	len = wire_u8(&w);
	len |= (uint16_t)(wire_u8(&w) << 8);
	wire_take(&w, 14);
	for (i = 0; i < len && i < sizeof(vendor) - 1; i++)
		vendor[i] = (char)wire_u8(&w);
	if (w.bad)
		return DOOR_WAIT;
	door_fact(t, FACT_NOAUTH, "x11: the display is open to anybody: %s", vendor);
	return DOOR_DONE;
}

const struct door screen_x11 = { "x11", open_x11, hear_x11 };

/* RFC 6143 section 8.1.2 and what IANA has registered since. */
static const char *vnc_type(uint32_t type)
{
	switch (type) {
	case 1:
		return "none";
	case 2:
		return "password";
	case 5:
	case 6:
	case 129:
	case 130:
		return "RSA-AES";
	case 16:
		return "Tight";
	case 18:
		return "TLS";
	case 19:
		return "VeNCrypt";
	case 20:
		return "SASL";
	case 30:
	case 35:
		return "Apple";
	default:
		return NULL;
	}
}

static void add_type(char *out, size_t size, uint32_t type)
{
	const char *name = vnc_type(type);
	size_t at = strlen(out);
	char number[16];

	snprintf(number, sizeof(number), "%u", type);
	if (!name)
		name = number;
	if (at + strlen(name) + 3 < size && (!at || !strstr(out, name)))
		snprintf(out + at, size - at, "%s%s", at ? ", " : "", name);
}

static enum door_step tell_vnc(struct door_talk *t, const char *types, bool none)
{
	if (types[0])
		door_fact(t, FACT_INFO, "security types: %s", types);
	if (none)
		door_fact(t, FACT_NOAUTH, "vnc: the screen is open to anybody");
	return DOOR_DONE;
}

static enum door_step hear_vnc(struct door_talk *t)
{
	struct wire w = door_in(t);
	const uint8_t *hello = wire_take(&w, 12);
	char types[128] = "";
	bool none = false, old;
	uint32_t count, type;

	if (!hello)
		return DOOR_WAIT;
	if (memcmp(hello, "RFB 003.", 8) != 0)
		return DOOR_DONE;
	/* 3.3 and what is unknown, which counts as 3.3: the server decides. */
	old = memcmp(hello + 8, "007\n", 4) < 0;
	if (!t->stage++)
		door_say_text(t, old				     ? "RFB 003.003\n"
				 : memcmp(hello + 8, "008\n", 4) < 0 ? "RFB 003.007\n"
								     : "RFB 003.008\n");
	if (old) {
		type = wire_be32(&w);
		if (w.bad)
			return DOOR_WAIT;
		if (type)
			add_type(types, sizeof(types), type);
		return tell_vnc(t, types, type == 1);
	}
	count = wire_u8(&w);
	if (!w.bad && !count)
		return DOOR_DONE;
	for (; count && !w.bad; count--) {
		type = wire_u8(&w);
		none |= type == 1 && !w.bad;
		if (!w.bad)
			add_type(types, sizeof(types), type);
	}
	return w.bad ? DOOR_WAIT : tell_vnc(t, types, none);
}

const struct door screen_vnc = { "vnc", NULL, hear_vnc };

enum rdp { RDP_PLAIN = 0, RDP_TLS = 1, RDP_NLA = 2 };

/* X.224 connection request in TPKT (RFC 1006) with a negotiation request (2.2.1.1.1). */
static void open_rdp(struct door_talk *t, enum rdp protocol)
{
	uint8_t request[] = { 3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0 };

	request[15] = (uint8_t)protocol;
	door_say(t, request, sizeof(request));
}

/*
 * 1: it takes the protocol; 0: more must come; -1: it does not, or this is something else. Who
 * answers without a word on protocols knows none but the oldest.
 */
static int rdp_takes(const struct door_talk *t, enum rdp protocol)
{
	struct wire w = door_in(t);
	uint8_t version = wire_u8(&w), type, len;
	uint16_t size;

	wire_take(&w, 1);
	size = wire_be16(&w);
	if (w.bad)
		return 0;
	if (version != 3 || size < 11 || size > 64)
		return -1;
	len = wire_u8(&w);
	type = wire_u8(&w);
	wire_take(&w, 5);
	if (w.bad)
		return 0;
	if ((type & 0xf0) != 0xd0)
		return -1;
	if (len < 14)
		return protocol == RDP_PLAIN ? 1 : -1;
	type = wire_u8(&w);
	wire_take(&w, 3);
	size = wire_u8(&w);
	wire_take(&w, 3);
	if (w.bad)
		return 0;
	return type == 2 && size == protocol ? 1 : -1;
}

static void open_rdp_plain(struct door_talk *t)
{
	open_rdp(t, RDP_PLAIN);
}

static enum door_step hear_rdp_plain(struct door_talk *t)
{
	int rc = rdp_takes(t, RDP_PLAIN);

	if (rc > 0)
		door_fact(t, FACT_RDP_SECURITY, "RDP's own, the oldest");
	return rc ? DOOR_DONE : DOOR_WAIT;
}

const struct door screen_rdp_plain = { "rdp plain", open_rdp_plain, hear_rdp_plain };

static void open_rdp_tls(struct door_talk *t)
{
	open_rdp(t, RDP_TLS);
}

/* TLS follows: its certificate tells the host's name. */
static enum door_step hear_rdp_tls(struct door_talk *t)
{
	int rc = rdp_takes(t, RDP_TLS);

	if (rc > 0)
		door_fact(t, FACT_RDP_SECURITY, "TLS, without naming a user first");
	return rc > 0 ? DOOR_TLS : rc ? DOOR_DONE : DOOR_WAIT;
}

const struct door screen_rdp_tls = { "rdp TLS", open_rdp_tls, hear_rdp_tls };

static void open_rdp_nla(struct door_talk *t)
{
	open_rdp(t, RDP_NLA);
}

static enum door_step hear_rdp_nla(struct door_talk *t)
{
	int rc = rdp_takes(t, RDP_NLA);

	if (rc > 0)
		door_fact(t, FACT_RDP_SECURITY, "CredSSP (NLA)");
	return rc > 0 ? DOOR_TLS : rc ? DOOR_DONE : DOOR_WAIT;
}

const struct door screen_rdp_nla = { "rdp CredSSP", open_rdp_nla, hear_rdp_nla };
