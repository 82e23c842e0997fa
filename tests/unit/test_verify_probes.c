/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "tests/unit/unit.h"
#include "verify/probes/names.h"
#include "verify/probes/parse.h"
#include "verify/probes/shelf.h"
#include "verify/probes/stock.h"
#include "verify/probes/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char faults[2000];

static void note(void *arg, const char *source, uint32_t line, uint32_t column, const char *what)
{
	size_t len = strlen(faults);

	(void)arg;
	snprintf(faults + len, sizeof(faults) - len, "%s:%u:%u: %s\n", source, line, column, what);
}

static struct book *book_of(const char *text)
{
	struct book_source source = { "test", text, strlen(text) };
	struct book *book = book_new(note, NULL);

	faults[0] = 0;
	assert_non_null(book);
	assert_int_equal(book_add(book, &source), 0);
	return book;
}

/* An answer, what it is an answer to, and what is to be read in it. */
struct known {
	const char *question, *bytes;
	size_t len; /* 0: a string */
	const char *hint;
	enum book_hit hit;
	const char *app, *product, *version;
};

#define BYTES(text) text, sizeof(text) - 1
#define TEXT(text) text, 0

static const struct known all[] = {
	{ "NULL", TEXT("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"), "", BOOK_HARD, "ssh",
	  "OpenSSH", "9.2p1" },
	{ "NULL", TEXT("SSH-2.0-OpenSSH_for_Windows_8.1\r\n"), "", BOOK_HARD, "ssh",
	  "OpenSSH_for_Windows", "8.1" },
	{ "NULL", TEXT("SSH-2.0-dropbear_2022.83\r\n"), "", BOOK_HARD, "ssh", "dropbear",
	  "2022.83" },
	{ "NULL", TEXT("SSH-2.0-libssh-0.10.4\r\n"), "", BOOK_HARD, "ssh", "libssh", "0.10.4" },
	{ "NULL", TEXT("SSH-2.0-libssh_0.9.6\r\n"), "", BOOK_HARD, "ssh", "libssh", "0.9.6" },
	{ "NULL", TEXT("SSH-1.99-Cisco-1.25\n"), "", BOOK_HARD, "ssh", "Cisco", "1.25" },
	{ "NULL", TEXT("SSH-2.0-Go\r\n"), "", BOOK_HARD, "ssh", "Go", "" },
	{ "NULL", TEXT("SSH-2.0-OpenSSH_9"), "", BOOK_SOFT, "ssh", "", "" },
	{ "GetRequest",
	  TEXT("HTTP/1.1 200 OK\r\n\r\n<title>Statistics Report for HAProxy</title>\n"), "",
	  BOOK_HARD, "http", "HAProxy", "" },
	{ "GetRequest",
	  TEXT("HTTP/1.1 503 Backend fetch failed\r\nServer: Varnish\r\nX-Varnish: 2\r\n"
	       "Via: 1.1 varnish (Varnish/7.1)\r\n\r\n"),
	  "", BOOK_HARD, "http", "Varnish", "7.1" },
	{ "NULL",
	  TEXT("200 277     \n-----------------------------\nVarnish Cache CLI 1.0\n"
	       "-----------------------------\nLinux,6.1.0,x86_64,-junix,-hcritbit\n"
	       "varnish-7.1.1 revision 7cee1c581bead20e88d101ab3d72afb29f14d87a\n\n"),
	  "", BOOK_HARD, "varnish-cli", "Varnish", "7.1.1" },
	/* What a cache passes on is its origin's; it is the cache that has the port. */
	{ "GetRequest",
	  TEXT("HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nVia: 1.1 x (Varnish/7.1)\r\n\r\n"), "",
	  BOOK_HARD, "http", "Varnish", "7.1" },
	{ "GetRequest", TEXT("HTTP/1.1 200 OK\r\nServer: x/1\r\n\r\nVia: 1.1 x (Varnish/7.1)\r\n"),
	  "", BOOK_HARD, "http", "x", "1" },
	{ "GetRequest",
	  TEXT("HTTP/1.1 200 OK\r\nServer: Debian DLNADOC/1.50 UPnP/1.0 Rygel/0.42\r\n\r\n"), "",
	  BOOK_HARD, "http", "Rygel", "0.42" },
	{ "GetRequest", TEXT("HTTP/1.0 501 Tor is not an HTTP Proxy\r\n\r\n"), "", BOOK_HARD,
	  "socks", "Tor", "" },
	{ "GetRequest", TEXT("HTTP/1.1 200 OK\r\nX-Powered-By: PHP/8.2.7\r\n\r\n"), "", BOOK_HARD,
	  "http", "PHP", "8.2.7" },
	{ "NULL", TEXT("{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\"}\r\n"), "",
	  BOOK_HARD, "gpsd", "GPSD", "3.22" },
	{ "NULL",
	  BYTES("\0\0\0\0\0\x19\x08\x84\x86\x04\x12\x07"
		"1.3.4-4\x1a\x05Linux\"\x02x"),
	  "", BOOK_HARD, "mumble", "Mumble", "1.3.4" },
	{ "NULL", TEXT("Mon Nov 23 08:16:02 2026\r\n"), "", BOOK_HARD, "daytime", "", "" },
	{ "Version", TEXT("# munin node at a.example\n"), "", BOOK_HARD, "munin", "", "" },
	{ "Version", TEXT("# munin node at a.example\nmunins node on a.example version: 2.0.73\n"),
	  "", BOOK_HARD, "munin", "Munin node", "2.0.73" },
	{ "UpsdVersion", TEXT("Network UPS Tools upsd 2.8.0 - http://x/\n"), "", BOOK_HARD, "nut",
	  "Network UPS Tools", "2.8.0" },
	{ "NrpeCheck", BYTES("\0\4\0\2\x0d\xaa\xd2\x45\0\0\0\0\0\0\0\x0cNRPE v4.1.0\0"), "",
	  BOOK_HARD, "nrpe", "NRPE", "4.1.0" },
	{ "SipOptions", TEXT("SIP/2.0 200 OK\r\nServer: kamailio (5.6.3 (x86_64/linux))\r\n\r\n"),
	  "", BOOK_HARD, "sip", "kamailio", "5.6.3" },
	{ "NULL",
	  TEXT("107 59      \nkcxvwrtetflsheueqpgigxsimfwjeban\n\nAuthentication required.\n\n"),
	  "", BOOK_HARD, "varnish-cli", "Varnish", "" },
	{ "GetRequest", TEXT("HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n"), "", BOOK_HARD,
	  "http", "nginx", "1.22.1" },
	{ "GetRequest",
	  TEXT("HTTP/1.1 200 OK\r\nDate: x\r\nSERVER: Apache/2.4.57 (Debian)\r\n\r\n"), "",
	  BOOK_HARD, "http", "Apache", "2.4.57" },
	{ "GetRequest", TEXT("HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.11.2\r\n\r\nx"),
	  "", BOOK_HARD, "http", "SimpleHTTP", "0.6" },
	{ "GetRequest", TEXT("HTTP/1.0 301 x\r\nServer: lighttpd\r\n\r\n"), "", BOOK_HARD, "http",
	  "lighttpd", "" },
	{ "GetRequest", TEXT("HTTP/1.1 200 OK\r\nServer: Apache-Coyote/1.1\r\n\r\n"), "", BOOK_HARD,
	  "http", "Apache-Coyote", "1.1" },
	{ "GetRequest", TEXT("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"), "",
	  BOOK_HARD, "http", "", "" },
	{ "GetRequest", TEXT("HTTP/1.1 200 OK\r\nServer: nginx"), "", BOOK_SOFT, "http", "", "" },
	{ "GetRequest",
	  TEXT("HTTP/1.0 200 OK\r\nContent-Length: 85\r\n\r\nIt looks like you are trying to "
	       "access "
	       "MongoDB over HTTP on the native driver port.\r\n"),
	  "", BOOK_HARD, "mongodb", "MongoDB", "" },
	{ "GetRequest",
	  TEXT("HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n<center>The plain HTTP "
	       "request was sent to HTTPS port</center>"),
	  "", BOOK_HARD, "http", "", "" },
	{ "GetRequest",
	  TEXT("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"),
	  "", BOOK_HARD, "http", "", "" },
	{ "GetRequest", TEXT("HTTP/1.1 400 Bad Request\r\nServer: squid/5.7\r\n\r\n"), "",
	  BOOK_HARD, "http_proxy", "squid", "5.7" },
	{ "RtspOptions", TEXT("RTSP/1.0 400 Bad Request\r\nServer: GStreamer RTSP server\r\n\r\n"),
	  "", BOOK_HARD, "rtsp", "GStreamer RTSP server", "" },
	{ "VersionRequest", TEXT("HTTP/1.1 200 OK\r\n\r\n{\"etcdserver\":\"3.4.23\"}"), "",
	  BOOK_HARD, "etcd", "etcd", "3.4.23" },
	{ "NULL", TEXT("220 (vsFTPd 3.0.3)\r\n"), "", BOOK_HARD, "ftp", "vsFTPd", "3.0.3" },
	{ "NULL", TEXT("220 ProFTPD 1.3.8 Server (Debian) [::ffff:10.0.0.1]\r\n"), "", BOOK_HARD,
	  "ftp", "ProFTPD", "1.3.8" },
	{ "NULL", TEXT("220-FileZilla Server 1.5.1\r\n220 Please visit\r\n"), "", BOOK_HARD, "ftp",
	  "FileZilla Server", "1.5.1" },
	{ "NULL", TEXT("220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n"), "",
	  BOOK_HARD, "ftp", "Pure-FTPd", "" },
	{ "NULL", TEXT("220 mail.example.com ESMTP Postfix (Debian/GNU)\r\n"), "", BOOK_HARD,
	  "smtp", "Postfix", "" },
	{ "NULL", TEXT("220 ftp.example.com ESMTP Exim 4.96 Mon, 01 Jan 2024\r\n"), "ftp",
	  BOOK_HARD, "smtp", "Exim", "4.96" },
	{ "NULL", TEXT("220 a ESMTP Sendmail 8.17.1/8.17.1; Mon\r\n"), "", BOOK_HARD, "smtp",
	  "Sendmail", "8.17.1" },
	{ "NULL", TEXT("220 a Microsoft ESMTP MAIL Service, Version: 10.0.1 ready\r\n"), "",
	  BOOK_HARD, "smtp", "Microsoft ESMTP MAIL Service", "10.0.1" },
	{ "NULL", TEXT("220 ready\r\n"), "smtp", BOOK_SOFT, "smtp", "", "" },
	{ "NULL", TEXT("220 ready\r\n"), "ftp", BOOK_SOFT, "ftp", "", "" },
	{ "NULL", TEXT("+OK Dovecot (Debian) ready.\r\n"), "", BOOK_HARD, "pop3", "Dovecot", "" },
	{ "NULL", TEXT("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n"), "", BOOK_HARD, "imap",
	  "Dovecot", "" },
	{ "NULL", TEXT("* OK server Cyrus IMAP 3.6.1 ready\r\n"), "", BOOK_HARD, "imap", "Cyrus",
	  "3.6.1" },
	{ "NULL", BYTES("J\0\0\0\n5.5.5-10.11.6-MariaDB-0+deb12u1\0abcd"), "", BOOK_HARD, "mysql",
	  "MariaDB", "10.11.6" },
	{ "NULL", BYTES("J\0\0\0\n11.4.2-MariaDB\0abcd"), "", BOOK_HARD, "mysql", "MariaDB",
	  "11.4.2" },
	{ "NULL", BYTES("I\0\0\0\n8.0.36-0ubuntu0.22.04.1\0abcd"), "", BOOK_HARD, "mysql", "MySQL",
	  "8.0.36" },
	{ "NULL",
	  BYTES("E\0\0\0\xffj\x04Host '10.0.0.1' is not allowed to connect to this MariaDB server"),
	  "", BOOK_HARD, "mysql", "MariaDB", "" },
	{ "NULL", TEXT("RFB 003.889\n"), "", BOOK_HARD, "vnc", "RFB", "3.889" },
	{ "NULL", BYTES("\xff\xfd\x18\xff\xfd\x20"), "", BOOK_HARD, "telnet", "", "" },
	{ "RedisInfo",
	  TEXT("$3000\r\n# Server\r\nredis_version:7.0.15\r\nos:Linux 6.1 x86_64\r\nx:0\r\n"), "",
	  BOOK_HARD, "redis", "Redis", "7.0.15" },
	{ "RedisInfo",
	  TEXT("$3000\r\n# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\n"
	       "valkey_version:8.0.1\r\n"),
	  "", BOOK_HARD, "redis", "Valkey", "8.0.1" },
	{ "RedisInfo", TEXT("-NOAUTH Authentication required.\r\n"), "", BOOK_HARD, "redis",
	  "Redis", "" },
	{ "RedisInfo", TEXT("$3000\r\n# Server\r\n"), "", BOOK_SOFT, "redis", "", "" },
	{ "Version", TEXT("VERSION 1.6.18\r\n"), "", BOOK_HARD, "memcached", "Memcached",
	  "1.6.18" },
	{ "MqttVersion",
	  BYTES("\x20\x02\0\0\x90\x03\0\1\0\x31\x2c\0\x13$SYS/broker/versionmosquitto version "
		"2.0.11"),
	  "", BOOK_HARD, "mqtt", "Mosquitto", "2.0.11" },
	{ "NULL", BYTES("\x15\x03\x01\x00\x02\x02\x28"), "", BOOK_HARD, "tls", "", "" },
	{ "NULL", TEXT("@RSYNCD: 31.0\n"), "", BOOK_HARD, "rsync", "rsync", "" },
	{ "NULL", TEXT("INFO {\"server_id\":\"x\",\"version\":\"2.9.10\",\"go\":\"go1.19\"} \r\n"),
	  "", BOOK_HARD, "nats", "NATS", "2.9.10" },
	{ "AmqpHeader", BYTES("AMQP\0\0\x09\x01"), "", BOOK_HARD, "amqp", "", "" },
	{ "NULL", TEXT("hello\r\n"), "ssh", BOOK_NONE, "", "", "" },
	{ "NULL", BYTES("2"), "ftp", BOOK_NONE, "", "", "" },
};

static void recognises(void **state)
{
	struct book *book = stock_book(note, NULL);
	struct book_answer a;
	size_t i;

	(void)state;
	faults[0] = 0;
	assert_non_null(book);
	assert_int_equal(book_compile(book), 0);
	assert_string_equal(faults, "");
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct known *k = &all[i];
		const struct book_question *q = book_find(book, PROTO_TCP, k->question);
		size_t len = k->len ? k->len : strlen(k->bytes);
		enum book_hit hit;

		assert_non_null(q);
		hit = book_read(book, q, k->hint, wire_open(k->bytes, len), &a);
		if (hit != k->hit || strcmp(a.app, k->app) || strcmp(a.product, k->product) ||
		    strcmp(a.version, k->version))
			fail_msg("%s: %d app %s product %s version %s, %s", k->bytes, hit, a.app,
				 a.product, a.version, a.matched);
	}
	book_free(book);
}

static void check_field(const char *field, size_t size)
{
	size_t i, len = strnlen(field, size);

	assert_true(len < size);
	for (i = 0; i < len; i++)
		assert_true(field[i] >= ' ' && field[i] < 0x7f);
}

/* Every answer, cut and with bytes changed, in memory of exactly its size. */
static void hostile(void **state)
{
	struct book *book = stock_book(NULL, NULL);
	struct book_answer a;
	uint64_t seed = 7;
	size_t i, j, len;
	uint8_t *copy;

	(void)state;
	for (i = 0; i < 20000; i++) {
		const struct known *k = &all[i % (sizeof(all) / sizeof(all[0]))];

		len = k->len ? k->len : strlen(k->bytes);
		len = unit_below(&seed, (uint32_t)len + 1);
		copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, k->bytes, len);
		for (j = unit_below(&seed, 3); j && len; j--)
			copy[unit_below(&seed, (uint32_t)len)] = (uint8_t)unit_random(&seed);
		book_read(book, book_find(book, PROTO_TCP, k->question), k->hint,
			  wire_open(copy, len), &a);
		check_field(a.app, sizeof(a.app));
		check_field(a.product, sizeof(a.product));
		check_field(a.version, sizeof(a.version));
		check_field(a.info, sizeof(a.info));
		check_field(a.hostname, sizeof(a.hostname));
		free(copy);
	}
	book_free(book);
}

/* What is wrong is told with its place, and the rest is taken. */
static void faulty(void **state)
{
	struct book *book = book_of("match ssh m|^SSH|\n"
				    "Probe TCP NULL q||\n"
				    "match a m|never closed\n"
				    "match b m|(| p/x/\n"
				    "match c m|^c| z/x/\n"
				    "rarity 10\n"
				    "ports 1,2-1\n"
				    "nonsense 1\n"
				    "Probe TCP Bad q|\\y|\n"
				    "match d m|^d|\n"
				    "Probe SCTP Other q|x|\n"
				    "Probe TCP Good q|\\x41\\0\\n\\\\|\n"
				    "match good m|^good|\n");
	const struct book_question *good = book_find(book, PROTO_TCP, "Good");

	(void)state;
	assert_int_equal(book_compile(book), 1);
	assert_string_equal(faults, "test:1:1: belongs to no question that can be used\n"
				    "test:3:10: a match is \"match SERVICE m|PATTERN|\"\n"
				    "test:5:15: no such field, or one that is not closed\n"
				    "test:6:8: no such value\n"
				    "test:7:7: no such value\n"
				    "test:8:1: no such word\n"
				    "test:9:20: bytes that are not closed, or no such escape\n"
				    "test:10:1: belongs to no question that can be used\n"
				    "test:11:18: a question is \"Probe TCP|UDP NAME q|BYTES|\"\n"
				    "test:4:1: no pattern of PCRE2\n");
	assert_non_null(good);
	assert_int_equal(good->len, 4);
	assert_memory_equal(good->payload, "A\0\n\\", 4);
	assert_int_equal(book_questions(book), 2);
	book_free(book);
}

/* Each word of the format, with lines that end as on Windows. */
static void whole(void **state)
{
	struct book *book = book_of(
		"# a comment\r\n"
		"Exclude T:9100-9107,U:9200\r\n\r\n"
		"Probe TCP NULL q||\r\n"
		"totalwaitms 6000\r\ntcpwrappedms 3000\r\n"
		"match a m|^A ([\\d.]+) (\\w+)\\r\\n|is p/Made/ v/$1/ i/of $2/ o/Linux/ h/$2/ "
		"d/switch/ "
		"cpe:/a:v:made:$1/ cpe:/o:linux:linux_kernel/a\r\n"
		"softmatch b m=^B=\r\n"
		"Probe TCP Ask q|ASK\\r\\n\\0\\xfe| no-payload\r\n"
		"rarity 9\r\nports 4711,5000-5002\r\nsslports 4712\r\nfallback Other,NULL\r\n"
		"match c m%^C% p|Say/So|\r\n"
		"Probe TCP Other q|O|\r\nmatch d m/^D/\r\n"
		"Probe UDP Quiet q|?| no-payload\r\nrarity 1\r\nports 53\r\nmatch e m{^E{\r\n");
	const struct book_question *ask = book_find(book, PROTO_TCP, "Ask");
	struct book_answer a;

	(void)state;
	assert_int_equal(book_compile(book), 0);
	assert_string_equal(faults, "");
	assert_int_equal(book_questions(book), 4);
	assert_int_equal(book_matches(book), 5);
	assert_false(book_may_ask(book, PROTO_TCP, 9103));
	assert_false(book_may_ask(book, PROTO_UDP, 9200));
	assert_int_equal(book_listen(book)->wait, 6 * MONO_SECOND);
	assert_int_equal(book_listen(book)->wrapped, 3 * MONO_SECOND);
	assert_non_null(ask);
	assert_int_equal(ask->rarity, 9);
	assert_int_equal(ask->len, 7);
	assert_memory_equal(ask->payload, "ASK\r\n\0\xfe", 7);
	assert_int_equal(book_read(book, ask, "", wire_open("a 1.2 Box\r\n", 11), &a), BOOK_HARD);
	assert_string_equal(a.product, "Made");
	assert_string_equal(a.version, "1.2");
	assert_string_equal(a.info, "of Box");
	assert_string_equal(a.hostname, "Box");
	assert_string_equal(a.cpe[0], "cpe:/a:v:made:1.2");
	assert_int_equal(book_read(book, ask, "", wire_open("B", 1), &a), BOOK_SOFT);
	assert_int_equal(book_read(book, ask, "", wire_open("C", 1), &a), BOOK_HARD);
	assert_string_equal(a.product, "Say/So");
	/* By its fallback. */
	assert_int_equal(book_read(book, ask, "", wire_open("D", 1), &a), BOOK_HARD);
	assert_string_equal(a.app, "d");
	assert_int_equal(book_read(book, ask, "", wire_open("E", 1), &a), BOOK_NONE);
	book_free(book);
}

static void templates(void **state)
{
	struct book *book = book_of("Probe TCP NULL q||\n"
				    "match a m|^a (\\S+) (..) (.*)\\n|s p/$SUBST(1,\"_\",\".\")/ "
				    "v/$I(2,\">\")-$I(2,\"<\")/ "
				    "i/$P(3)$4$/ h/ $3 / cpe:/a:x:$1/a cpe:/o:y/\n");
	struct book_answer a;
	static const char text[] = "a one_two_ \1\2 t\0ext\x80!\n";

	(void)state;
	assert_string_equal(faults, "");
	assert_int_equal(
		book_read(book, book_listen(book), "", wire_open(text, sizeof(text) - 1), &a),
		BOOK_HARD);
	assert_string_equal(a.product, "one.two.");
	assert_string_equal(a.version, "258-513");
	assert_string_equal(a.info, "text!$");
	assert_string_equal(a.hostname, "t ext !");
	assert_string_equal(a.cpe[0], "cpe:/a:x:one_two_");
	assert_string_equal(a.cpe[1], "cpe:/o:y");
	book_free(book);
}

/* A pattern that would need for ever is given up. */
static void bounded(void **state)
{
	struct book *book = book_of("Probe TCP NULL q||\nmatch a m|^(a+)+$|\nmatch b m|^a|\n");
	struct book_answer a;
	char text[4000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	assert_int_equal(book_read(book, book_listen(book), "", wire_open(text, sizeof(text)), &a),
			 BOOK_HARD);
	assert_string_equal(a.app, "b");
	book_free(book);
}

static void check_choice(const struct book *book, struct book_order order, const char *want)
{
	const struct book_question *out[4];
	char text[200] = "";
	size_t i, count = book_choose(book, &order, out, 4);

	for (i = 0; i < count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, out[i]->name);
	}
	assert_string_equal(text, want);
}

static void choices(void **state)
{
	struct book *book = stock_book(NULL, NULL);

	(void)state;
	check_choice(book,
		     (struct book_order){ .proto = PROTO_TCP, .app = "ssh", .only_app = true },
		     "NULL");
	check_choice(book,
		     (struct book_order){ .proto = PROTO_TCP, .app = "http", .only_app = true },
		     "GetRequest VersionRequest");
	check_choice(book, (struct book_order){ .proto = PROTO_TCP, .port = 5432, .app = "" },
		     "PostgresVersion");
	check_choice(
		book,
		(struct book_order){ .proto = PROTO_TCP, .port = 636, .inside = true, .app = "" },
		"LdapRootDse");
	check_choice(book,
		     (struct book_order){ .proto = PROTO_TCP, .port = 1, .rarity = 3, .app = "" },
		     "GetRequest RedisInfo");
	check_choice(book,
		     (struct book_order){ .proto = PROTO_TCP, .app = "nonsense", .only_app = true },
		     "");
	assert_true(book_speaks(book, "mysql"));
	assert_false(book_speaks(book, "http"));
	assert_false(book_speaks(book, ""));
	assert_true(book_may_ask(book, PROTO_TCP, 9100));
	book_free(book);
}

/* Ports that nothing is asked of, and files, are the shelf's. */
static void test_shelf(void **state)
{
	struct shelf shelf = { .count = 0 };
	struct book *book = NULL;
	char bad[64] = "";

	(void)state;
	assert_int_equal(shelf_open(&shelf, "9100-9107", NULL, NULL, &book), 0);
	assert_false(book_may_ask(book, PROTO_TCP, 9100));
	assert_true(book_may_ask(book, PROTO_UDP, 9100));
	assert_true(book_may_ask(book, PROTO_TCP, 80));
	book_free(book);
	shelf_close(&shelf);
	assert_int_equal(shelf_open(&shelf, "9100-nonsense", NULL, NULL, &book), ERR_SYNTAX);
	shelf_close(&shelf);
	assert_int_equal(shelf_read(&shelf, "/dev/null\n/nowhere/at/all", bad, sizeof(bad)),
			 -ENOENT);
	assert_string_equal(bad, "/nowhere/at/all");
	assert_int_equal(shelf.count, 1);
	shelf_close(&shelf);
}

static void check_name(const char *name, const char *want)
{
	char out[RECORD_APP_MAX];

	names_app(name, strlen(name), out);
	assert_string_equal(out, want);
}

static void names(void **state)
{
	(void)state;
	check_name("ftp_control", "ftp");
	check_name("ms-sql-s", "mssql");
	check_name("SSH", "ssh");
	check_name("a name that is far too long for us", "a name that is far too ");
	assert_string_equal(names_inside("imaps"), "imap");
	assert_string_equal(names_inside("tls"), "");
	assert_null(names_inside("http"));
	assert_string_equal(names_wrapped("http"), "https");
	assert_string_equal(names_wrapped("redis"), "");
}

static void ports(void **state)
{
	struct parse_ports list = { NULL, 0 };

	(void)state;
	assert_int_equal(parse_ports("T:80,443-445,U:53", 17, 'T', &list), 0);
	assert_true(parse_has_port(&list, 80) && parse_has_port(&list, 444));
	assert_false(parse_has_port(&list, 53) || parse_has_port(&list, 446));
	assert_int_equal(parse_ports("1,x", 3, 'T', &list), ERR_SYNTAX);
	assert_int_equal(parse_ports("65536", 5, 'T', &list), ERR_RANGE);
	assert_false(parse_has_port(&list, 1));
	free(list.ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shelf), cmocka_unit_test(recognises),
		cmocka_unit_test(hostile),    cmocka_unit_test(faulty),
		cmocka_unit_test(whole),      cmocka_unit_test(templates),
		cmocka_unit_test(bounded),    cmocka_unit_test(choices),
		cmocka_unit_test(names),      cmocka_unit_test(ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
