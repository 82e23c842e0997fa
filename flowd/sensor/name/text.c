/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/text.h"

#include "base/record.h"

#include <ctype.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* How a side may begin; the first that matches counts. */
struct opening {
	const char *text;
	enum fit fit;
};

static enum fit opens(const struct words *w, const struct opening *list, size_t count)
{
	enum fit fit = FIT_NO;
	size_t i;

	for (i = 0; i < count; i++) {
		if (words_start(w, list[i].text))
			return list[i].fit;
		if (words_may_start(w, list[i].text))
			fit = FIT_SHORT;
	}
	return fit;
}

/* A list in braces may stand where a macro takes one word. */
#define LIST(...)           \
	{                   \
		__VA_ARGS__ \
	}
#define OPENINGS(function, ...)                                   \
	static enum fit function(const struct words *w)           \
	{                                                         \
		static const struct opening list[] = __VA_ARGS__; \
		return opens(w, list, COUNT(list));               \
	}

/* RFC 4253 section 4.2: both say SSH-; a server may say other lines first. */
static enum fit ssh_asks(const struct words *w)
{
	return words_start(w, "SSH-") ? FIT_YES : words_may_start(w, "SSH-") ? FIT_SHORT : FIT_NO;
}

static enum fit ssh_says(const struct words *w)
{
	if (words_start(w, "SSH-"))
		return FIT_YES;
	if (words_have(w, "\nSSH-"))
		return FIT_MAY;
	return words_start(w, "HTTP/") || !words_are_text(w, 16) ? FIT_NO : FIT_SHORT;
}

/* RFC 9112 section 3: method, target, version; RFC 9113 section 3.4: the preface of HTTP/2. */
static enum fit http_asks(const struct words *w)
{
	static const struct opening methods[] = {
		{ "GET ", FIT_MAY },	{ "POST ", FIT_MAY },
		{ "HEAD ", FIT_MAY },	{ "PUT ", FIT_MAY },
		{ "DELETE ", FIT_MAY }, { "OPTIONS ", FIT_MAY },
		{ "PATCH ", FIT_MAY },	{ "CONNECT ", FIT_MAY },
		{ "TRACE ", FIT_MAY },	{ "PROPFIND ", FIT_MAY },
		{ "REPORT ", FIT_MAY }, { "MKCOL ", FIT_MAY },
		{ "SEARCH ", FIT_MAY }, { "SUBSCRIBE ", FIT_MAY },
		{ "NOTIFY ", FIT_MAY }, { "PRI * HTTP/2.0\r\n", FIT_YES },
	};
	enum fit fit = opens(w, methods, COUNT(methods));

	if (fit != FIT_MAY)
		return fit;
	if (words_have(w, " HTTP/1."))
		return FIT_YES;
	/* A target may be longer than what is kept; a line that has ended is no request. */
	return words_have(w, "\n") ? FIT_NO : FIT_SHORT;
}

static enum fit http_says(const struct words *w)
{
	struct wire wire = words_wire(w);
	uint32_t length, stream;
	uint8_t type;

	if (words_start(w, "HTTP/"))
		return words_start(w, "HTTP/1.") || words_start(w, "HTTP/2") ? FIT_YES : FIT_NO;
	if (words_may_start(w, "HTTP/"))
		return FIT_SHORT;
	if (w->bytes[0])
		return FIT_NO;
	/* RFC 9113 section 6.5: a server of HTTP/2 begins with SETTINGS, six bytes each. */
	length = wire_be32(&wire);
	type = (uint8_t)length;
	length >>= 8;
	wire_u8(&wire);
	stream = wire_be32(&wire);
	return fit_if(&wire, type == 4 && !(length % 6) && length < 600 && !stream, FIT_MAY);
}

/* RFC 5321 section 4.2, RFC 959 section 5.4: three digits, a blank or a dash. */
static bool is_reply(const struct words *w, const char *code)
{
	return words_start(w, code) && (w->len == 3 || w->bytes[3] == ' ' || w->bytes[3] == '-');
}

static enum fit smtp_says(const struct words *w)
{
	if (!is_reply(w, "220") && !is_reply(w, "554") && !is_reply(w, "421"))
		return FIT_NO;
	if (words_have(w, "ftp"))
		return FIT_NO;
	return words_have(w, "smtp") || words_have(w, " lmtp") ? FIT_YES : FIT_MAY;
}

OPENINGS(smtp_asks, LIST({ "EHLO ", FIT_YES }, { "HELO ", FIT_YES }, { "LHLO ", FIT_YES },
			 { "ehlo ", FIT_YES }, { "helo ", FIT_YES }, { "EHLO\r", FIT_YES }))

static enum fit ftp_says(const struct words *w)
{
	if (!is_reply(w, "220") && !is_reply(w, "120") && !is_reply(w, "421") &&
	    !is_reply(w, "530"))
		return FIT_NO;
	if (words_have(w, "smtp"))
		return FIT_NO;
	return words_start(w, "220") && words_have(w, "ftp") ? FIT_YES : FIT_MAY;
}

OPENINGS(ftp_asks, LIST({ "USER ", FIT_MAY }, { "user ", FIT_MAY }, { "AUTH TLS", FIT_MAY },
			{ "AUTH SSL", FIT_MAY }, { "FEAT\r", FIT_MAY }, { "SYST\r", FIT_MAY },
			{ "PASV\r", FIT_MAY }, { "PORT ", FIT_MAY }, { "HOST ", FIT_MAY },
			{ "CLNT ", FIT_MAY }, { "OPTS ", FIT_MAY }, { "QUIT\r", FIT_MAY }))

/* What `ls -l` prints, and servers send over the data connection (RFC 959 section 4.1.3, LIST). */
static enum fit listing_says(const struct words *w)
{
	static const char kinds[] = "-dlbcps", bits[] = "-rwxsStT";
	size_t i = words_start(w, "total ") ? 6 : 0, bit;

	while (i && i < w->len && w->bytes[i - 1] != '\n')
		i++;
	if (w->len < i + 12)
		return FIT_SHORT;
	if (!memchr(kinds, w->bytes[i], sizeof(kinds) - 1))
		return FIT_NO;
	for (bit = i + 1; bit < i + 10; bit++)
		if (!memchr(bits, w->bytes[bit], sizeof(bits) - 1))
			return FIT_NO;
	return w->bytes[bit] == ' ' && words_are_text(w, 64) ? FIT_YES : FIT_NO;
}

/* The client of a data connection is silent. */
static enum fit listing_pair(const struct words *client, const struct words *server)
{
	(void)client;
	(void)server;
	return FIT_NO;
}

/* RFC 1939 section 3, 4. */
static enum fit pop3_says(const struct words *w)
{
	if (words_start(w, "+OK"))
		return words_have(w, "pop3") || words_have(w, "pop server") ? FIT_YES : FIT_MAY;
	return words_start(w, "-ERR") ? FIT_MAY : words_may_start(w, "+OK") ? FIT_SHORT : FIT_NO;
}

OPENINGS(pop3_asks, LIST({ "USER ", FIT_MAY }, { "CAPA\r", FIT_MAY }, { "CAPA\n", FIT_MAY },
			 { "APOP ", FIT_MAY }, { "STLS\r", FIT_MAY }, { "AUTH", FIT_MAY },
			 { "user ", FIT_MAY }, { "QUIT\r", FIT_MAY }))

/* RFC 9051 section 7.1. */
OPENINGS(imap_says, LIST({ "* OK", FIT_YES }, { "* PREAUTH", FIT_YES }, { "* BYE", FIT_MAY }))

/* RFC 9051 section 2.2.1: a tag, then a command. */
static enum fit imap_asks(const struct words *w)
{
	static const char *const commands[] = { " CAPABILITY", " LOGIN ", " AUTHENTICATE ",
						" STARTTLS",   " NOOP",	  " ID ",
						" LOGOUT" };
	size_t i;

	for (i = 0; i < COUNT(commands); i++)
		if (words_have(w, commands[i]))
			return isalnum(w->bytes[0]) ? FIT_MAY : FIT_NO;
	return words_have(w, "\n") ? FIT_NO : FIT_SHORT;
}

/* RFC 3977 section 5.1. */
static enum fit nntp_says(const struct words *w)
{
	if (!is_reply(w, "200") && !is_reply(w, "201") && !is_reply(w, "400") &&
	    !is_reply(w, "502"))
		return FIT_NO;
	return words_have(w, "nntp") || words_have(w, "news") ? FIT_YES : FIT_MAY;
}

OPENINGS(nntp_asks,
	 LIST({ "MODE READER", FIT_YES }, { "AUTHINFO ", FIT_YES }, { "mode reader", FIT_YES },
	      { "GROUP ", FIT_MAY }, { "CAPABILITIES", FIT_MAY }, { "LIST", FIT_MAY },
	      { "ARTICLE", FIT_MAY }, { "MODE STREAM", FIT_MAY }, { "IHAVE ", FIT_MAY },
	      { "XOVER", FIT_MAY }, { "QUIT\r", FIT_MAY }))

/* RFC 2812 sections 2.3, 3.1; IRCv3 capability negotiation. */
static enum fit irc_says(const struct words *w)
{
	if (words_start(w, "NOTICE AUTH :") || words_start(w, "NOTICE * :"))
		return FIT_YES;
	if (words_start(w, ":") &&
	    (words_have(w, " NOTICE ") || words_have(w, " 001 ") || words_have(w, " CAP * LS")))
		return FIT_YES;
	if (words_start(w, "ERROR :") || words_start(w, "PING :") || words_start(w, ":"))
		return FIT_MAY;
	return FIT_NO;
}

OPENINGS(irc_asks, LIST({ "NICK ", FIT_MAY }, { "CAP LS", FIT_MAY }, { "PASS ", FIT_MAY },
			{ "USER ", FIT_MAY }, { "CAP REQ ", FIT_MAY }, { "nick ", FIT_MAY }))

/* RFC 6120 section 4.7; the XML declaration before it is optional. */
static enum fit xmpp_both(const struct words *w)
{
	bool xml = w->len && (*w->bytes == '<' || isspace(*w->bytes));

	if (xml && (words_have(w, "<stream:stream") || words_have(w, "jabber:client") ||
		    words_have(w, "etherx.jabber.org")))
		return FIT_YES;
	return words_start(w, "<?xml") || words_may_start(w, "<stream:") ? FIT_SHORT : FIT_NO;
}

/* RFC 7826 section 5. */
OPENINGS(rtsp_says, LIST({ "RTSP/1.", FIT_YES }, { "RTSP/2.", FIT_YES }))

static enum fit rtsp_asks(const struct words *w)
{
	if (words_have(w, " RTSP/1.0\r") || words_have(w, " RTSP/2.0\r"))
		return FIT_YES;
	return words_have(w, "\n") ? FIT_NO : FIT_SHORT;
}

/* RFC 3261 section 7: "SIP/2.0 200 OK", "INVITE sip:... SIP/2.0". */
OPENINGS(sip_says, LIST({ "SIP/2.0 ", FIT_YES }))

static enum fit sip_asks(const struct words *w)
{
	if (words_have(w, " SIP/2.0\r"))
		return FIT_YES;
	return words_have(w, "\n") || !words_are_text(w, 64) ? FIT_NO : FIT_SHORT;
}

/* RFC 854: IAC, then WILL, WON'T, DO or DON'T and an option, or SB. */
static enum fit telnet_both(const struct words *w)
{
	struct wire wire = words_wire(w);
	unsigned verbs = 0;
	uint8_t verb;

	while (wire_left(&wire) >= 3 && wire.at[0] == 0xff) {
		wire_u8(&wire);
		verb = wire_u8(&wire);
		if (verb < 0xfa || verb == 0xff || wire_u8(&wire) > 50)
			return FIT_NO;
		verbs++;
		if (verb == 0xfa)
			break;
	}
	if (w->bytes[0] != 0xff)
		return FIT_NO;
	return verbs > 1 || (verbs && w->len == 3) ? FIT_YES : FIT_MAY;
}

/* A server may write its prompt before it negotiates. */
static enum fit telnet_says(const struct words *w)
{
	if (w->bytes[0] != 0xff && words_are_text(w, WORDS_MAX))
		return FIT_SHORT;
	return telnet_both(w);
}

/* The rsync protocol: "@RSYNCD: 31.0". */
OPENINGS(rsync_both, LIST({ "@RSYNCD: ", FIT_YES }))

/* The ra_svn protocol: a list of versions. */
OPENINGS(svn_says, LIST({ "( success ( ", FIT_YES }))
OPENINGS(svn_asks, LIST({ "( 2 ( ", FIT_YES }))

/* gitprotocol-pack(5): a length of four hexadecimal digits first. */
static bool is_packet_line(const struct words *w)
{
	size_t i;

	for (i = 0; i < 4; i++)
		if (i >= w->len || !isxdigit(w->bytes[i]))
			return false;
	return true;
}

static enum fit git_asks(const struct words *w)
{
	return is_packet_line(w) && words_have(w, "git-") ? FIT_YES : FIT_NO;
}

static enum fit git_says(const struct words *w)
{
	return is_packet_line(w) ? FIT_MAY : FIT_NO;
}

/* RFC 6143 section 7.1.1: "RFB 003.008\n", of both. */
OPENINGS(vnc_both, LIST({ "RFB 00", FIT_YES }))

/* NATS client protocol: the server speaks first, and of itself. */
OPENINGS(nats_says, LIST({ "INFO {", FIT_YES }, { "-ERR '", FIT_MAY }))
OPENINGS(nats_asks, LIST({ "CONNECT {", FIT_MAY }, { "PING\r", FIT_MAY }, { "INFO {", FIT_MAY }))

/* STOMP 1.2. */
OPENINGS(stomp_says, LIST({ "CONNECTED\n", FIT_YES }, { "CONNECTED\r\n", FIT_YES },
			  { "ERROR\nmessage:", FIT_YES }))
OPENINGS(stomp_asks, LIST({ "CONNECT\n", FIT_MAY }, { "STOMP\n", FIT_MAY },
			  { "CONNECT\r\n", FIT_MAY }, { "STOMP\r\n", FIT_MAY }))

/* Java Debug Wire Protocol: both say the same fourteen bytes. */
OPENINGS(jdwp_both, LIST({ "JDWP-Handshake", FIT_YES }))

/* Shout- and Icecast: a status line of their own. */
OPENINGS(shoutcast_says, LIST({ "ICY 200 OK", FIT_YES }))

/* BEP 3: a length of 19, then its name. */
OPENINGS(bittorrent_both, LIST({ "\x13"
				 "BitTorrent protocol",
				 FIT_YES }))

/* Gnutella 0.6. */
OPENINGS(gnutella_both, LIST({ "GNUTELLA CONNECT/", FIT_YES }, { "GNUTELLA/0.", FIT_YES }))

/* Niagara Fox. */
OPENINGS(fox_both, LIST({ "fox a ", FIT_YES }))

/* Printer job language: the universal exit, then @PJL. */
OPENINGS(pjl_asks, LIST({ "\033%-12345X@PJL", FIT_YES }, { "@PJL ", FIT_YES }))
OPENINGS(pjl_says, LIST({ "@PJL ", FIT_YES }))

static const struct fit_row rows[] = {
	{ "ssh", PROTO_TCP, FIT_STRICT | FIT_HINTS, ssh_asks, ssh_says, NULL },
	{ "http", PROTO_TCP, FIT_STRICT | FIT_CARRIER, http_asks, http_says, NULL },
	{ "ftp", PROTO_TCP, 0, ftp_asks, ftp_says, NULL },
	{ "smtp", PROTO_TCP, 0, smtp_asks, smtp_says, NULL },
	{ "pop3", PROTO_TCP, 0, pop3_asks, pop3_says, NULL },
	{ "imap", PROTO_TCP, 0, imap_asks, imap_says, NULL },
	{ "nntp", PROTO_TCP, 0, nntp_asks, nntp_says, NULL },
	{ "irc", PROTO_TCP, 0, irc_asks, irc_says, NULL },
	{ "xmpp", PROTO_TCP, 0, xmpp_both, xmpp_both, NULL },
	{ "rtsp", PROTO_TCP, 0, rtsp_asks, rtsp_says, NULL },
	{ "sip", PROTO_NONE, 0, sip_asks, sip_says, NULL },
	{ "telnet", PROTO_TCP, 0, telnet_both, telnet_says, NULL },
	{ "rsync", PROTO_TCP, 0, rsync_both, rsync_both, NULL },
	{ "svn", PROTO_TCP, 0, svn_asks, svn_says, NULL },
	{ "git", PROTO_TCP, 0, git_asks, git_says, NULL },
	{ "vnc", PROTO_TCP, FIT_STRICT, vnc_both, vnc_both, NULL },
	{ "nats", PROTO_TCP, FIT_STRICT, nats_asks, nats_says, NULL },
	{ "stomp", PROTO_TCP, 0, stomp_asks, stomp_says, NULL },
	{ "jdwp", PROTO_TCP, 0, jdwp_both, jdwp_both, NULL },
	{ "shoutcast", PROTO_TCP, 0, NULL, shoutcast_says, NULL },
	{ "bittorrent", PROTO_TCP, 0, bittorrent_both, bittorrent_both, NULL },
	{ "gnutella", PROTO_TCP, 0, gnutella_both, gnutella_both, NULL },
	{ "fox", PROTO_TCP, 0, fox_both, fox_both, NULL },
	{ "pjl", PROTO_TCP, 0, pjl_asks, pjl_says, NULL },
	{ "ftp-data", PROTO_TCP, 0, NULL, listing_says, listing_pair },
};

const struct fit_table text_table = { rows, COUNT(rows) };
