/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/text.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

/* As text that C strings can search: what is not printable is '?', line ends stay. */
static size_t lines_of(const struct answer *a, size_t skip, char *out, size_t size)
{
	size_t n;

	for (n = 0; skip + n < a->said_len && n + 1 < size; n++) {
		uint8_t c = a->said[skip + n];

		out[n] = (char)((c >= ' ' && c < 0x7f) || c == '\n' || c == '\r' ? c : '?');
	}
	out[n] = 0;
	return n;
}

/* The value of the header `name` ("server:"), "" when there is none. */
static void header(const char *lines, const char *name, char *out, size_t size)
{
	const char *p = lines;

	out[0] = 0;
	while ((p = strchr(p, '\n'))) {
		p++;
		if (strncasecmp(p, name, strlen(name)))
			continue;
		p += strlen(name);
		p += strspn(p, " \t");
		answer_text(out, size, (const uint8_t *)p, strcspn(p, "\r\n"));
		return;
	}
}

bool text_read_memcached(const struct answer *a, struct probe *p)
{
	char text[ANSWER_TEXT_MAX], version[32];
	const char *found;

	/* Our request, a part of as many as there are (protocol-udp of memcached). */
	if (a->said_len < 10 || !answer_repeats(a, 0, 0, 2) || wire_be16_at(a->said + 6))
		return false;
	lines_of(a, 8, text, sizeof(text));
	if (strncmp(text, "VERSION ", 8) && strncmp(text, "STAT ", 5) && strncmp(text, "ERROR", 5))
		return false;
	answer_name(p, "memcached");
	found = strstr(text, text[0] == 'V' ? "VERSION " : "STAT version ");
	if (found) {
		found += text[0] == 'V' ? 8 : 13;
		answer_text(version, sizeof(version), (const uint8_t *)found,
			    strcspn(found, " \r\n"));
		answer_product(p, "Memcached", version);
	}
	if (text[0] == 'S')
		answer_fact(p, FACT_NOAUTH, "statistics, over UDP");
	return true;
}

bool text_read_sip(const struct answer *a, struct probe *p)
{
	char text[2048], value[128];

	lines_of(a, 0, text, sizeof(text));
	if (strncmp(text, "SIP/2.0 ", 8) || !isdigit((unsigned char)text[8]))
		return false;
	answer_name(p, "sip");
	answer_fact(p, FACT_INFO, "%.*s", (int)strcspn(text, "\r\n"), text);
	header(text, "user-agent:", value, sizeof(value));
	if (!value[0])
		header(text, "server:", value, sizeof(value));
	answer_software(p, value);
	return true;
}

bool text_read_ssdp(const struct answer *a, struct probe *p)
{
	char text[2048], value[128];

	lines_of(a, 0, text, sizeof(text));
	header(text, "st:", value, sizeof(value));
	if (strncmp(text, "HTTP/1.1 200", 12) || !value[0])
		return false;
	answer_name(p, "ssdp");
	header(text, "server:", value, sizeof(value));
	answer_fact(p, FACT_INFO, "%s", value);
	/* "Linux/5.10 UPnP/1.1 MiniUPnPd/2.2.3": the product is the last. */
	if (strrchr(value, ' ') && strchr(strrchr(value, ' '), '/'))
		answer_software(p, strrchr(value, ' '));
	header(text, "location:", value, sizeof(value));
	answer_fact(p, FACT_HTTP_LOCATION, "%s", value);
	return true;
}

bool text_read_discovery(const struct answer *a, struct probe *p)
{
	char text[4096];
	const char *found;

	lines_of(a, 0, text, sizeof(text));
	if (!strstr(text, "Envelope") || !strstr(text, "ProbeMatches"))
		return false;
	answer_name(p, "ws-discovery");
	found = strstr(text, "XAddrs>");
	if (found)
		answer_fact(p, FACT_INFO, "%.*s", (int)strcspn(found + 7, "<"), found + 7);
	return true;
}

bool text_read_tftp(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	uint16_t code = wire_be16(&w), number = wire_be16(&w);
	char text[128];

	/* An error; or the first block of a file that nobody should have. */
	if (w.bad || a->said_len > 516 || (code != 5 && (code != 3 || number != 1)) ||
	    (code == 5 && (number > 8 || a->said[a->said_len - 1])))
		return false;
	answer_name(p, "tftp");
	if (code == 3) {
		answer_fact(p, FACT_NOAUTH, "reading files, whatever their name");
		return true;
	}
	answer_text(text, sizeof(text), w.at, wire_left(&w));
	answer_fact(p, FACT_INFO, "error %u: %s", number, text);
	/* Not found is what who may read is told. */
	if (number == 1)
		answer_fact(p, FACT_NOAUTH, "reading files whose name is known");
	return true;
}

bool text_read_coap(const struct answer *a, struct probe *p)
{
	const uint8_t *b = a->said, *body;
	char text[200];

	if (a->said_len < 4 || b[0] >> 6 != 1 || (b[0] & 15) > 8 || (b[0] >> 4 & 3) < 2 ||
	    !answer_repeats(a, 2, 2, 2))
		return false;
	/* Reset: it has heard. Otherwise a response code, classes 2, 4 and 5. */
	if ((b[0] >> 4 & 3) == 2 && b[1] && b[1] >> 5 != 2 && b[1] >> 5 != 4 && b[1] >> 5 != 5)
		return false;
	answer_name(p, "coap");
	body = b[1] == 0x45 ? memchr(b + 4, 0xff, a->said_len - 4) : NULL;
	if (!body)
		return true;
	answer_text(text, sizeof(text), body + 1, (size_t)(b + a->said_len - body - 1));
	answer_fact(p, FACT_NOAUTH, "the list of resources");
	answer_fact(p, FACT_INFO, "%s", text);
	return true;
}

bool text_read_xdmcp(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	uint16_t version = wire_be16(&w), code = wire_be16(&w), len;
	char host[64], status[96];

	if (version != 1 || (code != 5 && code != 6) || wire_be16(&w) != wire_left(&w) || w.bad)
		return false;
	if (code == 5) {
		len = wire_be16(&w);
		wire_take(&w, len);
	}
	len = wire_be16(&w);
	if (len > wire_left(&w))
		return false;
	answer_text(host, sizeof(host), w.at, len);
	wire_take(&w, len);
	len = wire_be16(&w);
	if (w.bad || len > wire_left(&w))
		return false;
	answer_text(status, sizeof(status), w.at, len);
	answer_name(p, "xdmcp");
	answer_fact(p, FACT_HOSTNAME, "%s", host);
	answer_fact(p, FACT_INFO, "%s: %s", code == 5 ? "willing" : "unwilling", status);
	if (code == 5)
		answer_fact(p, FACT_NOAUTH, "a graphical login screen");
	return true;
}

/* The value behind ";name;" of a list "name;value;name;value". */
static void field(const char *list, const char *name, char *out, size_t size)
{
	const char *p = strstr(list, name);

	out[0] = 0;
	if (p)
		answer_text(out, size, (const uint8_t *)p + strlen(name),
			    strcspn(p + strlen(name), ";"));
}

bool text_read_sql(const struct answer *a, struct probe *p)
{
	char text[2048], value[64], instance[64];

	/* Its length is in the other byte order. */
	if (a->said_len < 16 || a->said[0] != 5 ||
	    ((size_t)(a->said[1] | a->said[2] << 8) != a->said_len - 3 && !a->is_cut))
		return false;
	lines_of(a, 3, text, sizeof(text));
	if (strncmp(text, "ServerName;", 11))
		return false;
	answer_name(p, "mssql-browser");
	field(text, "ServerName;", value, sizeof(value));
	answer_fact(p, FACT_HOSTNAME, "%s", value);
	field(text, "InstanceName;", instance, sizeof(instance));
	field(text, "tcp;", value, sizeof(value));
	answer_fact(p, FACT_INFO, "instance %s%s%s", instance, value[0] ? " on TCP port " : "",
		    value);
	field(text, "Version;", value, sizeof(value));
	answer_product(p, "Microsoft SQL Server", value);
	return true;
}

bool text_read_source(const struct answer *a, struct probe *p)
{
	char text[64];
	struct wire w = answer_wire(a);
	uint32_t head = wire_be32(&w);
	uint8_t kind = wire_u8(&w);

	/* A challenge, or information: protocol, name, map, folder, game. */
	if (w.bad || head != 0xffffffff || (kind != 'A' && kind != 'I') ||
	    (kind == 'A' && a->said_len != 9))
		return false;
	answer_name(p, "source-engine");
	if (kind == 'A')
		return true;
	wire_u8(&w);
	answer_text(text, sizeof(text), w.at, strnlen((const char *)w.at, wire_left(&w)));
	answer_fact(p, FACT_INFO, "server %s", text);
	return true;
}

/* Lines of 72 characters, each the one before moved on by one (RFC 864). */
static bool is_chargen(const char *text, size_t len)
{
	size_t i, runs = 0;

	for (i = 1; i < len; i++)
		runs += text[i] == text[i - 1] + 1;
	return len >= 64 && runs * 10 > len * 9;
}

static bool has_clock(const char *text)
{
	const char *p;

	for (p = text; (p = strchr(p, ':')); p++)
		if (p - text >= 2 && isdigit((unsigned char)p[-1]) &&
		    isdigit((unsigned char)p[-2]) && isdigit((unsigned char)p[1]) &&
		    isdigit((unsigned char)p[2]) && p[3] == ':' && isdigit((unsigned char)p[4]))
			return true;
	return false;
}

/* Seconds since 1900, which is about now. */
static bool is_time(const struct answer *a)
{
	int64_t now = mono_wall() / MONO_SECOND + 2208988800LL, said;

	if (a->said_len != 4)
		return false;
	said = wire_be32_at(a->said);
	return said > (now & 0xffffffff) - 3600 && said < (now & 0xffffffff) + 3600;
}

bool text_read_small(const struct answer *a, struct probe *p)
{
	char text[ANSWER_TEXT_MAX];
	size_t len = lines_of(a, 0, text, sizeof(text));

	if (is_time(a)) {
		answer_name(p, "time");
		return true;
	}
	if (is_chargen(text, len))
		answer_name(p, "chargen");
	else if (len > 10 && len < 64 && has_clock(text))
		answer_name(p, "daytime");
	else if (len > 20 && text[0] == '"' && strchr(text + 1, '"'))
		answer_name(p, "qotd");
	else
		return false;
	return true;
}
