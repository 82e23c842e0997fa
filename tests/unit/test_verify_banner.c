/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"
#include "verify/talk/banner.h"

#include <stdlib.h>

struct known {
	const char *bytes;
	size_t len; /* 0: a string */
	const char *hint;
	int sure;
	const char *app, *product, *version;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct known all[] = {
	{ "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", 0, "", BANNER_DONE, "ssh", "OpenSSH",
	  "9.2p1" },
	{ "SSH-2.0-OpenSSH_for_Windows_8.1\r\n", 0, "", BANNER_DONE, "ssh", "OpenSSH_for_Windows",
	  "8.1" },
	{ "SSH-2.0-dropbear_2022.83\r\n", 0, "", BANNER_DONE, "ssh", "dropbear", "2022.83" },
	{ "SSH-2.0-libssh-0.10.4\r\n", 0, "", BANNER_DONE, "ssh", "libssh", "0.10.4" },
	{ "SSH-1.99-Cisco-1.25\n", 0, "", BANNER_DONE, "ssh", "Cisco", "1.25" },
	{ "SSH-2.0-Go\r\n", 0, "", BANNER_DONE, "ssh", "Go", "" },
	{ "SSH-2.0-OpenSSH_9", 0, "", BANNER_PART, "ssh", "OpenSSH", "9" },
	{ "SSH-", 0, "", BANNER_PART, "ssh", "", "" },
	{ "SSH-2.0-", 0, "", BANNER_PART, "ssh", "", "" },
	{ "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n", 0, "", BANNER_DONE, "http", "nginx",
	  "1.22.1" },
	{ "HTTP/1.1 200 OK\r\nDate: x\r\nSERVER:Apache/2.4.57 (Debian)\r\n\r\n", 0, "", BANNER_DONE,
	  "http", "Apache", "2.4.57" },
	{ "HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.11.2\r\n\r\nx", 0, "", BANNER_DONE,
	  "http", "SimpleHTTP", "0.6" },
	{ "HTTP/1.0 301 x\r\nServer: lighttpd\r\n\r\n", 0, "", BANNER_DONE, "http", "lighttpd",
	  "" },
	{ "HTTP/1.1 200 OK\r\nServer: nginx", 0, "", BANNER_PART, "http", "", "" },
	{ "HTTP/1.1 200 OK\r\nServer:\r\n\r\nServer: liar/1\r\n", 0, "", BANNER_PART, "http", "",
	  "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", 0, "", BANNER_PART, "http", "", "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, "", BANNER_DONE, "http", "", "" },
	{ "HTTP/1.1 200 OK\n\nContent-Length: 0\n", 0, "", BANNER_PART, "http", "", "" },
	{ "HTTP/1.0 200 OK\r\nContent-Length: 85\r\n\r\nIt looks like you are trying to access "
	  "MongoDB over HTTP on the native driver port.\r\n",
	  0, "http", BANNER_DONE, "mongodb", "", "" },
	{ "RTSP/1.0 400 Bad Request\r\nServer: GStreamer RTSP server\r\n\r\n", 0, "", BANNER_DONE,
	  "rtsp", "GStreamer RTSP server", "" },
	{ "220 (vsFTPd 3.0.3)\r\n", 0, "", BANNER_DONE, "ftp", "vsFTPd", "3.0.3" },
	{ "220 ProFTPD 1.3.8 Server (Debian) [::ffff:10.0.0.1]\r\n", 0, "", BANNER_DONE, "ftp",
	  "ProFTPD", "1.3.8" },
	{ "220-FileZilla Server 1.5.1\r\n220 Please visit\r\n", 0, "", BANNER_DONE, "ftp",
	  "FileZilla Server", "1.5.1" },
	{ "220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-x\r\n", 0, "",
	  BANNER_PART, "ftp", "Pure-FTPd", "" },
	{ "220 Microsoft FTP Service\r\n", 0, "", BANNER_DONE, "ftp", "Microsoft FTP Service", "" },
	{ "220 mail.example.com ESMTP Postfix (Debian/GNU)\r\n", 0, "", BANNER_DONE, "smtp",
	  "Postfix", "" },
	{ "220 ftp.example.com ESMTP Exim 4.96 Mon, 01 Jan 2024\r\n", 0, "ftp", BANNER_DONE, "smtp",
	  "Exim", "4.96" },
	{ "220 a ESMTP Sendmail 8.17.1/8.17.1; Mon\r\n", 0, "", BANNER_DONE, "smtp", "Sendmail",
	  "8.17.1" },
	{ "220 a Microsoft ESMTP MAIL Service, Version: 10.0.1 ready\r\n", 0, "", BANNER_DONE,
	  "smtp", "Microsoft ESMTP MAIL Service", "10.0.1" },
	{ "554 no SMTP service here\r\n", 0, "", BANNER_DONE, "smtp", "", "" },
	{ "220 ready\r\n", 0, "smtp", BANNER_DONE, "smtp", "", "" },
	{ "220 ready\r\n", 0, "ftp_control", BANNER_DONE, "ftp", "", "" },
	{ "220 ready\r\n", 0, "", BANNER_PART, "", "", "" },
	{ "+OK Dovecot (Debian) ready.\r\n", 0, "", BANNER_DONE, "pop3", "Dovecot", "" },
	{ "* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", 0, "", BANNER_DONE, "imap", "Dovecot",
	  "" },
	{ "* OK server Cyrus IMAP 3.6.1 ready\r\n", 0, "", BANNER_DONE, "imap", "Cyrus", "" },
	{ BYTES("J\0\0\0\n5.5.5-10.11.6-MariaDB-0+deb12u1\0abcd"), "", BANNER_DONE, "mysql",
	  "MariaDB", "10.11.6" },
	{ BYTES("J\0\0\0\n11.4.2-MariaDB\0abcd"), "", BANNER_DONE, "mysql", "MariaDB", "11.4.2" },
	{ BYTES("I\0\0\0\n8.0.36-0ubuntu0.22.04.1\0abcd"), "", BANNER_DONE, "mysql", "MySQL",
	  "8.0.36" },
	{ BYTES("R\0\0\0\n6\n6"), "", BANNER_PART, "mysql", "MySQL", "6" },
	{ BYTES("I\0\0\0\n8.0.36"), "", BANNER_PART, "mysql", "MySQL", "8.0.36" },
	{ BYTES("E\0\0\0\xffj\x04Host '10.0.0.1' is not allowed to connect to this MariaDB "
		"server"),
	  "", BANNER_DONE, "mysql", "", "" },
	{ "RFB 003.008\n", 0, "", BANNER_DONE, "vnc", "RFB", "3.8" },
	{ "RFB 003.889\n", 0, "", BANNER_DONE, "vnc", "RFB", "3.889" },
	{ "RFB 005.000\n", 0, "", BANNER_DONE, "vnc", "RFB", "5.0" },
	{ "RFB ", 0, "", BANNER_PART, "vnc", "RFB", "" },
	{ BYTES("\xff\xfd\x18\xff\xfd\x20"), "", BANNER_DONE, "telnet", "", "" },
	{ "$3000\r\n# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:0\r\n", 0, "redis",
	  BANNER_DONE, "redis", "Redis", "7.0.15" },
	{ "$3000\r\n# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\n"
	  "valkey_version:8.0.1\r\n",
	  0, "redis", BANNER_DONE, "redis", "Valkey", "8.0.1" },
	{ "$3000\r\n# Ser", 0, "redis", BANNER_PART, "", "", "" },
	{ "-NOAUTH Authentication required.\r\n", 0, "", BANNER_DONE, "redis", "Redis", "" },
	{ "-DENIED Redis is running in protected mode\r\n", 0, "", BANNER_DONE, "redis", "Redis",
	  "" },
	{ "-ERR unknown\r\n", 0, "redis", BANNER_DONE, "redis", "Redis", "" },
	{ "-ERR unknown\r\n", 0, "", BANNER_NONE, "", "", "" },
	{ BYTES("\x15\x03\x01\x00\x02\x02\x28"), "", BANNER_DONE, "tls", "", "" },
	{ BYTES("\x16\x03\x03\x00\x7a\x02\x00"), "", BANNER_DONE, "tls", "", "" },
	{ BYTES("\x16\x03\x01\x01\x7a\x01\x00"), "", BANNER_NONE, "", "", "" },
	{ BYTES("\0\x04\x0b\0\0\0\x01\0No.."), "", BANNER_DONE, "x11", "", "" },
	{ BYTES("\x01\0\x0b\0\0\0\x02\0abcdefg"), "", BANNER_PART, "x11", "", "" },
	{ BYTES("\0\x0e\0\x06\x81\0\0\x01\0\0\0\0\0\0xy"), "", BANNER_DONE, "dns", "", "" },
	{ BYTES("\0\x0f\0\x06\x81\0\0\x01\0\0\0\0\0\0xy"), "", BANNER_PART, "dns", "", "" },
	{ "@RSYNCD: 31.0\n", 0, "", BANNER_DONE, "rsync", "", "31.0" },
	{ "INFO {\"server_id\":\"x\",\"version\":\"2.9.10\",\"go\":\"go1.19\"} \r\n", 0, "",
	  BANNER_DONE, "nats", "", "2.9.10" },
	{ "AMQP\x01\x01\x00\x0a", 0, "", BANNER_DONE, "amqp", "", "" },
	{ "hello\r\n", 0, "", BANNER_NONE, "", "", "" },
	{ "hello\r\n", 0, "ssh", BANNER_NONE, "", "", "" },
	{ "", 0, "ssh", BANNER_NONE, "", "", "" },
	{ "2", 0, "ftp", BANNER_NONE, "", "", "" },
};

static void recognises(void **state)
{
	struct banner b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct known *k = &all[i];
		size_t len = k->len ? k->len : strlen(k->bytes);
		int sure = banner_read((const uint8_t *)k->bytes, len, k->hint, &b);

		if (sure != k->sure || strcmp(b.app, k->app) || strcmp(b.product, k->product) ||
		    strcmp(b.version, k->version))
			fail_msg("%s: %d app %s product %s version %s", k->bytes, sure, b.app,
				 b.product, b.version);
	}
}

static void wants_tls(void **state)
{
	static const char *const texts[] = {
		"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n<html><center>The plain "
		"HTTP request was sent to HTTPS port</center>",
		"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
		"HTTP/1.1 400 Bad Request\r\n\r\nReason: You're speaking plain HTTP to an "
		"SSL-enabled server port.<br />",
	};
	static const char bad[] = "HTTP/1.1 400 Bad Request\r\nServer: a\r\n\r\n";
	struct banner b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(banner_read((const uint8_t *)texts[i], strlen(texts[i]), "", &b),
				 BANNER_DONE);
		assert_true(b.wants_tls);
	}
	/* The body may yet say so. */
	assert_int_equal(banner_read((const uint8_t *)bad, sizeof(bad) - 1, "", &b), BANNER_PART);
	assert_false(b.wants_tls);
}

static void check_field(const char *field, size_t size)
{
	size_t i, len = strnlen(field, size);

	assert_true(len < size);
	for (i = 0; i < len; i++)
		assert_true(field[i] >= ' ' && field[i] < 0x7f);
	for (; i < size; i++)
		assert_int_equal(field[i], 0);
}

/* Every banner, cut and with bytes changed, in memory of exactly its size. */
static void hostile(void **state)
{
	struct banner b;
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
		banner_read(copy, len, k->hint, &b);
		check_field(b.app, sizeof(b.app));
		check_field(b.product, sizeof(b.product));
		check_field(b.version, sizeof(b.version));
		free(copy);
	}
}

static void long_fields(void **state)
{
	uint8_t text[BANNER_MAX + 100];
	struct banner b;

	(void)state;
	memset(text, '9', sizeof(text));
	memcpy(text, "SSH-2.0-a_9", 11);
	banner_read(text, sizeof(text), "", &b);
	assert_string_equal(b.product, "a");
	assert_int_equal(strlen(b.version), sizeof(b.version) - 1);
	memset(text, 'x', sizeof(text));
	memcpy(text, "SSH-2.0-", 8);
	memcpy(text + 200, "_1", 2);
	banner_read(text, sizeof(text), "", &b);
	assert_int_equal(strlen(b.product), sizeof(b.product) - 1);
	memcpy(text, "RFB 9999999999.888888888888", 27);
	banner_read(text, sizeof(text), "", &b);
	check_field(b.version, sizeof(b.version));
}

static void hellos(void **state)
{
	bool speaks;

	(void)state;
	assert_int_equal(banner_hello("ssh", &speaks), BANNER_LISTEN);
	assert_true(speaks);
	assert_int_equal(banner_hello("http", &speaks), BANNER_HTTP);
	assert_false(speaks);
	assert_int_equal(banner_hello("https", &speaks), BANNER_TLS);
	assert_int_equal(banner_hello("redis", &speaks), BANNER_LISTEN);
	assert_int_equal(banner_hello("", &speaks), BANNER_LISTEN);
	assert_false(speaks);
	assert_int_equal(banner_hello("dns", &speaks), BANNER_LISTEN);
	assert_false(speaks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recognises), cmocka_unit_test(wants_tls),
		cmocka_unit_test(hostile),    cmocka_unit_test(long_fields),
		cmocka_unit_test(hellos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
