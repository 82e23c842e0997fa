/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/banner.h"

#include "base/wire.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The same bytes twice: as they came, and as text that C strings can search. */
struct view {
	struct wire raw;
	const char *text; /* NUL-terminated; what is not printable is '?', line ends stay */
	const char *hint;
};

typedef int (*reader_fn)(const struct view *v, struct banner *out);

/* Takes text up to the first of `stops` or the line's end, cut to the field, without blanks at its
 * end. */
static void field_set(char *field, size_t size, const char *text, const char *stops)
{
	size_t len = strcspn(text, stops), line = strcspn(text, "\r\n");

	len = len < line ? len : line;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (len > size - 1)
		len = size - 1;
	memset(field, 0, size);
	memcpy(field, text, len);
}

static void app_set(struct banner *out, const char *app)
{
	field_set(out->app, sizeof(out->app), app, "");
}

static void product_set(struct banner *out, const char *text, const char *stops)
{
	field_set(out->product, sizeof(out->product), text, stops);
}

static void version_set(struct banner *out, const char *text, const char *stops)
{
	field_set(out->version, sizeof(out->version), text, stops);
}

static bool has_prefix(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* A whole first line is there. */
static int line_sureness(const char *text)
{
	return strchr(text, '\n') ? BANNER_DONE : BANNER_PART;
}

/* RFC 4253 section 4.2: SSH-protoversion-softwareversion SP comments. */
static int read_ssh(const struct view *v, struct banner *out)
{
	const char *name, *p;

	if (!has_prefix(v->text, "SSH-"))
		return BANNER_NONE;
	app_set(out, "ssh");
	name = strchr(v->text + 4, '-');
	if (!name)
		return line_sureness(v->text);
	product_set(out, ++name, " \r\n");
	for (p = name; *p && !isspace((unsigned char)*p); p++)
		if (strchr("_-/", *p) && isdigit((unsigned char)p[1])) {
			version_set(out, p + 1, " \r\n");
			break;
		}
	if (out->version[0] && (size_t)(p - name) < sizeof(out->product))
		memset(out->product + (p - name), 0, sizeof(out->product) - (size_t)(p - name));
	return line_sureness(v->text);
}

/* "nginx/1.22.1", "Apache/2.4.57 (Debian)", "lighttpd". */
static void read_server_header(const char *headers, struct banner *out)
{
	const char *p;

	for (p = strchr(headers, '\n'); p && p[1]; p = strchr(p + 1, '\n'))
		if (!strncasecmp(p + 1, "server:", 7))
			break;
	if (!p || !p[1] || !strchr(p + 1, '\n'))
		return;
	p += 8;
	p += strspn(p, " \t");
	product_set(out, p, "/(\r\n");
	p += strcspn(p, "/(\r\n");
	if (*p == '/' && isdigit((unsigned char)p[1]))
		version_set(out, p + 1, " (;,\r\n");
}

/* A server that got plain HTTP on its TLS port: nginx, Apache, Go. */
static bool says_tls(const char *text)
{
	return strcasestr(text, "to HTTPS port") || strcasestr(text, "HTTPS server") ||
	       strcasestr(text, "SSL-enabled server port");
}

/* As much of it as the headers promise; who promises nothing closes behind it. */
static bool has_body(const char *headers, const char *end)
{
	static const char name[] = "\nContent-Length:";
	const char *length = strcasestr(headers, name);
	size_t gap = *end == '\r' ? 4 : 2;

	if (!length || length > end)
		return false;
	return strlen(end + gap) >= strtoul(length + sizeof(name) - 1, NULL, 10);
}

static int read_http(const struct view *v, struct banner *out)
{
	const char *end;

	if (!has_prefix(v->text, "HTTP/"))
		return BANNER_NONE;
	app_set(out, "http");
	read_server_header(v->text, out);
	out->wants_tls = says_tls(v->text);
	if (strstr(v->text, "MongoDB over HTTP")) {
		app_set(out, "mongodb");
		return BANNER_DONE;
	}
	end = strstr(v->text, "\r\n\r\n");
	if (!end)
		end = strstr(v->text, "\n\n");
	if (!end)
		return BANNER_PART;
	/* Why a request was bad stands in the body, and so does the name of who sends no Server. */
	if (!out->wants_tls && (strstr(v->text, " 400 ") || !out->product[0]) &&
	    !has_body(v->text, end))
		return BANNER_PART;
	return BANNER_DONE;
}

static int read_rtsp(const struct view *v, struct banner *out)
{
	if (!has_prefix(v->text, "RTSP/") && !has_prefix(v->text, "SIP/"))
		return BANNER_NONE;
	app_set(out, v->text[0] == 'R' ? "rtsp" : "sip");
	read_server_header(v->text, out);
	return strstr(v->text, "\r\n\r\n") ? BANNER_DONE : BANNER_PART;
}

/* A TLS record (RFC 8446 section 5.1): an alert, or what a server says in a handshake, unlike who
 * sends our own hello back. */
static int read_tls(const struct view *v, struct banner *out)
{
	struct wire w = v->raw;
	uint8_t type = wire_u8(&w), major = wire_u8(&w), minor = wire_u8(&w);
	uint16_t len = wire_be16(&w);
	uint8_t kind = wire_u8(&w);

	if (w.bad || major != 3 || minor > 4 ||
	    !((type == 0x15 && len == 2) || (type == 0x16 && (kind == 2 || !kind))))
		return BANNER_NONE;
	app_set(out, "tls");
	return BANNER_DONE;
}

/* "5.5.5-10.11.6-MariaDB-0+deb12u1", "11.4.2-MariaDB", "8.0.36-0ubuntu0.22.04.1". */
static void read_mysql_version(const char *text, struct banner *out)
{
	app_set(out, "mysql");
	product_set(out, strcasestr(text, "mariadb") ? "MariaDB" : "MySQL", "");
	if (has_prefix(text, "5.5.5-") && isdigit((unsigned char)text[6]))
		text += 6;
	version_set(out, text, "-~+ ?");
}

/* Initial handshake packet, protocol 10, or an error packet in its place. */
static int read_mysql(const struct view *v, struct banner *out)
{
	struct wire w = v->raw;
	uint32_t len = wire_u8(&w);
	uint8_t number, first;

	len |= (uint32_t)wire_u8(&w) << 8;
	len |= (uint32_t)wire_u8(&w) << 16;
	number = wire_u8(&w);
	first = wire_u8(&w);
	if (w.bad || number || len < 5 || len > 1024)
		return BANNER_NONE;
	if (first == 0x0a && isdigit((unsigned char)v->text[5])) {
		read_mysql_version(v->text + 5, out);
		return memchr(w.at, 0, wire_left(&w)) ? BANNER_DONE : BANNER_PART;
	}
	if (first == 0xff && wire_left(&w) > 2 &&
	    (strcasestr(v->text + 7, "mysql") || strcasestr(v->text + 7, "mariadb") ||
	     has_prefix(v->text + 7, "Host '") || has_prefix(v->text + 7, "Too many conn"))) {
		app_set(out, "mysql");
		return BANNER_DONE;
	}
	return BANNER_NONE;
}

/* RFC 6143 section 7.1.1: "RFB 003.008\n". */
static int read_vnc(const struct view *v, struct banner *out)
{
	const char *p = v->text + 4;

	if (!has_prefix(v->text, "RFB "))
		return BANNER_NONE;
	app_set(out, "vnc");
	product_set(out, "RFB", "");
	p += strspn(p, "0");
	version_set(out, p, ".\r\n");
	p += strcspn(p, ".\r\n");
	if (*p == '.' && strlen(out->version) < 8) {
		p++;
		p += strspn(p, "0");
		strcat(out->version, ".");
		field_set(out->version + strlen(out->version), 8,
			  isdigit((unsigned char)*p) ? p : "0", "\r\n");
	}
	return line_sureness(v->text);
}

/* RFC 854: IAC and a command with an option. */
static int read_telnet(const struct view *v, struct banner *out)
{
	struct wire w = v->raw;
	uint8_t iac = wire_u8(&w), command = wire_u8(&w);

	wire_u8(&w);
	if (w.bad || iac != 0xff || command < 0xfa || command > 0xfe)
		return BANNER_NONE;
	app_set(out, "telnet");
	return BANNER_DONE;
}

static int read_redis(const struct view *v, struct banner *out)
{
	const char *p;

	if (has_prefix(v->text, "-NOAUTH ") || has_prefix(v->text, "-DENIED Redis") ||
	    has_prefix(v->text, "-NOPERM ") || has_prefix(v->text, "-LOADING Redis") ||
	    has_prefix(v->text, "-ERR operation not permitted") ||
	    has_prefix(v->text, "-ERR wrong number of arguments for 'get'") ||
	    (has_prefix(v->text, "-ERR ") && !strcmp(v->hint, "redis"))) {
		app_set(out, "redis");
		product_set(out, "Redis", "");
		return line_sureness(v->text);
	}
	if (v->text[0] != '$' || !isdigit((unsigned char)v->text[1]))
		return BANNER_NONE;
	p = strstr(v->text, "redis_version:");
	if (!p)
		return strlen(v->text) < 512 ? BANNER_PART : BANNER_NONE;
	app_set(out, "redis");
	product_set(out, "Redis", "");
	version_set(out, p + 14, "\r\n");
	if (!strchr(p, '\n'))
		return BANNER_PART;
	p = strstr(p, "valkey_version:");
	if (p) {
		product_set(out, "Valkey", "");
		version_set(out, p + 15, "\r\n");
	}
	return BANNER_DONE;
}

/* Products that say their name in the greeting of a mail, file or news protocol. */
static const char *const makers[] = {
	"vsFTPd",
	"ProFTPD",
	"Pure-FTPd",
	"FileZilla Server",
	"Microsoft FTP Service",
	"Serv-U",
	"bftpd",
	"pyftpdlib",
	"Postfix",
	"Exim",
	"Sendmail",
	"OpenSMTPD",
	"Haraka",
	"MailEnable",
	"Microsoft ESMTP MAIL Service",
	"hMailServer",
	"Dovecot",
	"Cyrus",
	"Courier-IMAP",
	"Zimbra",
	"Microsoft Exchange",
	"INN",
};

static void read_maker(const char *text, struct banner *out)
{
	const char *p = NULL;
	size_t i;

	for (i = 0; i < sizeof(makers) / sizeof(makers[0]) && !p; i++)
		p = strcasestr(text, makers[i]);
	if (!p)
		return;
	product_set(out, makers[i - 1], "");
	p += strlen(makers[i - 1]);
	p += strspn(p, " /_-,(");
	if (!strncasecmp(p, "version", 7))
		p += 7;
	p += strspn(p, " :v");
	if (isdigit((unsigned char)*p))
		version_set(out, p, " /(),;]?\r\n");
}

static bool is_code(const char *text, const char *code)
{
	return has_prefix(text, code) && (text[3] == ' ' || text[3] == '-');
}

/* FTP and SMTP greet alike (RFC 959 section 4.2, RFC 5321 section 4.2). */
static int read_ftp_smtp(const struct view *v, struct banner *out)
{
	const char *t = v->text;
	bool refuses = is_code(t, "421") || is_code(t, "554") || is_code(t, "530");
	const char *last;

	if (!is_code(t, "220") && !is_code(t, "120") && !refuses)
		return BANNER_NONE;
	if (strcasestr(t, "SMTP") || strcasestr(t, "Postfix") || strcasestr(t, "Sendmail"))
		app_set(out, "smtp");
	else if (strcasestr(t, "FTP") || strcasestr(t, "FileZilla"))
		app_set(out, "ftp");
	else if (has_prefix(v->hint, "smtp") || is_code(t, "554"))
		app_set(out, "smtp");
	else if (has_prefix(v->hint, "ftp"))
		app_set(out, "ftp");
	read_maker(t, out);
	if (t[3] == ' ')
		return out->app[0] ? line_sureness(t) : BANNER_PART;
	/* Several lines: the last one has a blank behind its number. */
	for (last = t; last; last = strchr(last, '\n'), last = last ? last + 1 : NULL)
		if (!strncmp(last, t, 3) && last[3] == ' ' && strchr(last, '\n'))
			return out->app[0] ? BANNER_DONE : BANNER_PART;
	return BANNER_PART;
}

/* Protocols whose greeting starts with a word of their own, and where their makers are named. */
static const struct {
	const char *starts, *contains, *app;
	const char *product, *version; /* behind these words; NULL: read_maker */
} greetings[] = {
	{ "+OK", "", "pop3", NULL, NULL },
	{ "* OK", "", "imap", NULL, NULL },
	{ "* PREAUTH", "", "imap", NULL, NULL },
	{ "* BYE", "", "imap", NULL, NULL },
	{ "@RSYNCD:", "", "rsync", NULL, "@RSYNCD: " },
	{ "INFO {\"server_id\"", "", "nats", NULL, "\"version\":\"" },
	{ "200 ", "NNTP", "nntp", NULL, NULL },
	{ "201 ", "NNTP", "nntp", NULL, NULL },
	{ "200 ", "news", "nntp", NULL, NULL },
	{ "( success (", "", "svn", NULL, NULL },
	{ ":", " NOTICE ", "irc", NULL, NULL },
	{ "NOTICE AUTH", "", "irc", NULL, NULL },
	{ "Asterisk Call Manager/", "", "asterisk", NULL, "Manager/" },
	{ "\"IMPLEMENTATION\"", "", "sieve", NULL, NULL },
	{ "AMQP", "", "amqp", NULL, NULL },
	{ "VERSION ", "memcached", "memcached", NULL, "VERSION " },
	{ "E?", "SFATAL", "postgresql", NULL, NULL },
	{ "E?", "unsupported frontend protocol", "postgresql", NULL, NULL },
};

static int read_greeting(const struct view *v, struct banner *out)
{
	const char *p;
	size_t i;

	for (i = 0; i < sizeof(greetings) / sizeof(greetings[0]); i++)
		if (has_prefix(v->text, greetings[i].starts) &&
		    strcasestr(v->text, greetings[i].contains))
			break;
	if (i == sizeof(greetings) / sizeof(greetings[0]))
		return BANNER_NONE;
	app_set(out, greetings[i].app);
	read_maker(v->text, out);
	p = greetings[i].version ? strstr(v->text, greetings[i].version) : NULL;
	if (p)
		version_set(out, p + strlen(greetings[i].version), " \",\r\n");
	return strchr(v->text, '\n') || v->text[0] == 'E' || v->text[0] == 'A' ? BANNER_DONE
									       : BANNER_PART;
}

/* RFC 7766: its length before it; a response to our question (verify/probes), which asks one thing.
 */
static int read_dns(const struct view *v, struct banner *out)
{
	struct wire w = v->raw;
	uint16_t len = wire_be16(&w), id = wire_be16(&w), flags = wire_be16(&w);

	if (w.bad || id != 6 || !(flags & 0x8000) || wire_be16(&w) > 1 || w.bad || len < 12)
		return BANNER_NONE;
	app_set(out, "dns");
	return wire_left(&v->raw) >= len + 2U ? BANNER_DONE : BANNER_PART;
}

/* X Window System Protocol, section 8: the answer to a setup in our byte order, little end first.
 */
static int read_x11(const struct view *v, struct banner *out)
{
	struct wire w = v->raw;
	uint8_t verdict = wire_u8(&w);
	uint32_t more;

	wire_u8(&w);
	if (verdict > 2 || wire_be16(&w) != 0x0b00 || wire_be16(&w) || w.bad)
		return BANNER_NONE;
	more = wire_u8(&w);
	more = (more | (uint32_t)wire_u8(&w) << 8) * 4;
	if (w.bad || !more)
		return BANNER_NONE;
	app_set(out, "x11");
	return wire_left(&w) >= more ? BANNER_DONE : BANNER_PART;
}

static const reader_fn readers[] = {
	read_tls, read_telnet, read_mysql, read_ssh,   read_http,     read_dns,
	read_x11, read_rtsp,   read_vnc,   read_redis, read_ftp_smtp, read_greeting,
};

int banner_read(const uint8_t *bytes, size_t len, const char *hint, struct banner *out)
{
	char text[BANNER_MAX + 1];
	struct view v = { wire_open(bytes, len), text, hint };
	struct wire w;
	size_t i, n;
	int rc = BANNER_NONE;
	uint8_t c;

	wire_limit(&v.raw, BANNER_MAX);
	w = v.raw;
	for (n = 0; wire_left(&w); n++) {
		c = wire_u8(&w);
		text[n] = (char)((c >= ' ' && c < 0x7f) || c == '\n' || c == '\r' ? c : '?');
	}
	text[n] = 0;
	memset(out, 0, sizeof(*out));
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]) && rc == BANNER_NONE; i++)
		rc = readers[i](&v, out);
	return rc;
}

/* One table of what an application's name says about how to talk to it. */
static const struct {
	const char *app;
	enum banner_hello hello;
	bool speaks; /* first */
} names[] = {
	{ "ssh", BANNER_LISTEN, true },
	{ "ftp", BANNER_LISTEN, true },
	{ "ftp_control", BANNER_LISTEN, true },
	{ "smtp", BANNER_LISTEN, true },
	{ "pop3", BANNER_LISTEN, true },
	{ "pop", BANNER_LISTEN, true },
	{ "imap", BANNER_LISTEN, true },
	{ "mysql", BANNER_LISTEN, true },
	{ "mariadb", BANNER_LISTEN, true },
	{ "telnet", BANNER_LISTEN, true },
	{ "vnc", BANNER_LISTEN, true },
	{ "nntp", BANNER_LISTEN, true },
	{ "rsync", BANNER_LISTEN, true },
	{ "nats", BANNER_LISTEN, true },
	{ "svn", BANNER_LISTEN, true },
	{ "http", BANNER_HTTP, false },
	{ "http_proxy", BANNER_HTTP, false },
	{ "http_connect", BANNER_HTTP, false },
	{ "elasticsearch", BANNER_HTTP, false },
	{ "tls", BANNER_TLS, false },
	{ "ssl", BANNER_TLS, false },
	{ "https", BANNER_TLS, false },
	{ "imaps", BANNER_TLS, false },
	{ "pops", BANNER_TLS, false },
	{ "pop3s", BANNER_TLS, false },
	{ "smtps", BANNER_TLS, false },
	{ "ftps", BANNER_TLS, false },
};

enum banner_hello banner_hello(const char *app, bool *speaks)
{
	size_t i;

	*speaks = false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].app, app)) {
			*speaks = names[i].speaks;
			return names[i].hello;
		}
	return BANNER_LISTEN;
}
