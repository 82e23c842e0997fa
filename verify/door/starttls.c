/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/starttls.h"

#include <stdio.h>
#include <strings.h>

enum stage { STAGE_GREETING, STAGE_HELLO, STAGE_OFFER, STAGE_ANSWER };

static bool starts(const char *text, const char *prefix)
{
	return !strncasecmp(text, prefix, strlen(prefix));
}

/* "220 text" ends a reply, "220-text" does not. */
static bool is_last(const char *line)
{
	return strspn(line, "0123456789") == 3 && line[3] != '-';
}

static enum door_step hear_smtp(struct door_talk *t)
{
	char line[256];

	while (door_line(t, line, sizeof(line))) {
		if (t->stage == STAGE_HELLO && starts(line, "250") && strlen(line) > 4 &&
		    starts(line + 4, "STARTTLS"))
			t->stage = STAGE_OFFER;
		if (!is_last(line))
			continue;
		if (t->stage == STAGE_GREETING && starts(line, "220")) {
			t->stage = STAGE_HELLO;
			door_say_text(t, "EHLO flowd.invalid\r\n");
		} else if (t->stage == STAGE_OFFER) {
			t->stage = STAGE_ANSWER;
			door_say_text(t, "STARTTLS\r\n");
		} else {
			return t->stage == STAGE_ANSWER && starts(line, "220") ? DOOR_TLS
									       : DOOR_DONE;
		}
	}
	return DOOR_WAIT;
}

/* Protocols in which one line greets, one asks, one answers. */
static enum door_step hear_lines(struct door_talk *t, const char *greeting, const char *ask,
				 const char *yes)
{
	char line[256];
	bool numbered = greeting[0] == '2';

	while (door_line(t, line, sizeof(line))) {
		if (numbered && !is_last(line))
			continue;
		if (t->stage == STAGE_GREETING) {
			if (!starts(line, greeting))
				return DOOR_DONE;
			door_say_text(t, ask);
			t->stage = STAGE_ANSWER;
		} else if (starts(line, yes)) {
			return DOOR_TLS;
		} else if (line[0] != '*') {
			return DOOR_DONE;
		}
	}
	return DOOR_WAIT;
}

static enum door_step hear_imap(struct door_talk *t)
{
	return hear_lines(t, "* ", "a STARTTLS\r\n", "a OK");
}

static enum door_step hear_pop3(struct door_talk *t)
{
	return hear_lines(t, "+OK", "STLS\r\n", "+OK");
}

static enum door_step hear_ftp(struct door_talk *t)
{
	return hear_lines(t, "220", "AUTH TLS\r\n", "234");
}

static enum door_step hear_nntp(struct door_talk *t)
{
	return hear_lines(t, "20", "STARTTLS\r\n", "382");
}

/* ExtendedRequest 1, and its response: [APPLICATION 24] with a result code. */
static void open_ldap(struct door_talk *t)
{
	door_say_text(t, "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
			 "1.3.6.1.4.1.1466.20037");
}

/* The length of a BER value, up to two bytes of it. */
static size_t take_length(struct wire *w)
{
	uint8_t first = wire_u8(w), count = first & 0x7f;
	size_t len = 0;

	if (first < 0x80)
		return first;
	if (!count || count > 4) {
		w->bad = true;
		return 0;
	}
	while (count--)
		len = len << 8 | wire_u8(w);
	return len;
}

static enum door_step hear_ldap(struct door_talk *t)
{
	struct wire w = door_in(t);
	size_t len;

	if (wire_u8(&w) != 0x30 && !w.bad)
		return DOOR_DONE;
	len = take_length(&w);
	if (w.bad || wire_left(&w) < len)
		return t->in_len > 512 ? DOOR_DONE : DOOR_WAIT;
	wire_limit(&w, len);
	if (wire_u8(&w) != 2 || wire_u8(&w) != 1 || wire_u8(&w) != 1 || wire_u8(&w) != 0x78)
		return DOOR_DONE;
	take_length(&w);
	return wire_u8(&w) == 10 && wire_u8(&w) == 1 && wire_u8(&w) == 0 && !w.bad ? DOOR_TLS
										   : DOOR_DONE;
}

/* SSLRequest; one byte answers. */
static void open_postgres(struct door_talk *t)
{
	static const uint8_t request[] = { 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f };

	door_say(t, request, sizeof(request));
}

static enum door_step hear_postgres(struct door_talk *t)
{
	if (!t->in_len)
		return DOOR_WAIT;
	return t->in[0] == 'S' ? DOOR_TLS : DOOR_DONE;
}

#define MYSQL_SSL 0x0800
#define MYSQL_PROTOCOL_41 0x0200
#define MYSQL_SECURE 0x8000

/* Initial handshake packet, version 10: its lower capabilities stand behind version and salt. */
static enum door_step hear_mysql(struct door_talk *t)
{
	uint8_t request[36] = { 32, 0, 0, 1 };
	struct wire w = door_in(t);
	size_t len = wire_u8(&w);
	uint16_t can;

	len |= (size_t)wire_u8(&w) << 8;
	len |= (size_t)wire_u8(&w) << 16;
	wire_u8(&w);
	if (w.bad || (len <= 1024 && wire_left(&w) < len))
		return DOOR_WAIT;
	wire_limit(&w, len);
	if (len > 1024 || wire_u8(&w) != 10)
		return DOOR_DONE;
	while (wire_left(&w) && wire_u8(&w))
		;
	wire_take(&w, 4 + 8 + 1);
	can = wire_be16(&w);
	can = (uint16_t)(can << 8 | can >> 8);
	if (w.bad || !(can & MYSQL_SSL))
		return DOOR_DONE;
	request[4] = 0;
	request[5] = (MYSQL_SSL | MYSQL_PROTOCOL_41 | MYSQL_SECURE) >> 8;
	request[10] = 1; /* packets up to 64 KiB */
	request[12] = 33;
	door_say(t, request, sizeof(request));
	return DOOR_TLS;
}

static void open_xmpp(struct door_talk *t)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
		 "xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>",
		 t->sni[0] ? t->sni : "localhost");
	door_say_text(t, text);
}

static enum door_step hear_xmpp(struct door_talk *t)
{
	char text[4096];

	door_text(t, text, sizeof(text));
	if (strstr(text, "</stream:stream>") || strstr(text, "<failure"))
		return DOOR_DONE;
	if (strstr(text, "<proceed"))
		return t->stage == STAGE_ANSWER ? DOOR_TLS : DOOR_DONE;
	if (t->stage == STAGE_GREETING && strstr(text, "</stream:features>")) {
		if (!strstr(text, "urn:ietf:params:xml:ns:xmpp-tls"))
			return DOOR_DONE;
		door_say_text(t, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
		t->stage = STAGE_ANSWER;
	}
	return DOOR_WAIT;
}

static const struct {
	const char *app;
	struct door door;
} all[] = {
	{ "smtp", { "smtp starttls", NULL, hear_smtp } },
	{ "submission", { "smtp starttls", NULL, hear_smtp } },
	{ "imap", { "imap starttls", NULL, hear_imap } },
	{ "pop3", { "pop3 starttls", NULL, hear_pop3 } },
	{ "ftp", { "ftp starttls", NULL, hear_ftp } },
	{ "nntp", { "nntp starttls", NULL, hear_nntp } },
	{ "ldap", { "ldap starttls", open_ldap, hear_ldap } },
	{ "postgresql", { "postgresql starttls", open_postgres, hear_postgres } },
	{ "postgres", { "postgresql starttls", open_postgres, hear_postgres } },
	{ "mysql", { "mysql starttls", NULL, hear_mysql } },
	{ "mariadb", { "mysql starttls", NULL, hear_mysql } },
	{ "xmpp", { "xmpp starttls", open_xmpp, hear_xmpp } },
};

const struct door *starttls_door(const char *app)
{
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].app, app))
			return &all[i].door;
	return NULL;
}
