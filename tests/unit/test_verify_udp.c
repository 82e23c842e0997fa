/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked over UDP is well-formed, and answers to something else are not taken for answers.
 */
#include "tests/unit/unit.h"
#include "verify/udp/dtls.h"
#include "verify/udp/manage.h"
#include "verify/udp/names.h"
#include "verify/udp/question.h"
#include "verify/udp/text.h"
#include "verify/udp/tunnel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct question *find(const char *app, const char *name)
{
	const struct question *q;
	size_t i;

	for (i = 0; (q = question_row(i)); i++)
		if (!strcmp(q->app, app) && !strcmp(q->name, name))
			return q;
	fail_msg("no question %s of %s", name, app);
	return NULL;
}

/* Elements of BER fill what they are in, at each depth. */
static void check_ber(struct wire w, int depth)
{
	struct wire content;
	uint8_t tag;

	while (wire_left(&w)) {
		assert_true(answer_ber(&w, &tag, &content));
		if (tag & 0x20 && depth < 8)
			check_ber(content, depth + 1);
	}
}

static void ber(void **state)
{
	static const char *const names[][2] = { { "snmp", "SNMPv3 discovery" },
						{ "snmp", "SNMPv2c get public" },
						{ "snmp", "SNMPv1 get public" },
						{ "ldap", "root of the directory" } };
	uint8_t bytes[QUESTION_BYTES_MAX];
	struct wire security;
	const struct question *q;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		q = find(names[i][0], names[i][1]);
		len = question_print(q, 161, bytes);
		check_ber(wire_open(bytes, len), 0);
	}
	/* Those of version 3 are packed in a string. */
	len = question_print(find("snmp", "SNMPv3 discovery"), 161, bytes);
	security = wire_open(bytes + 26, 16);
	assert_int_equal(bytes[24], 4);
	assert_int_equal(bytes[25], 16);
	check_ber(security, 0);
}

/* Lengths that stand in the datagrams themselves. */
static void lengths(void **state)
{
	static const struct {
		const char *app, *name;
		size_t at, size, less; /* where, how many bytes, how much the header takes */
	} cases[] = {
		{ "ipsec", "IKEv2 SA_INIT", 24, 4, 0 }, { "ipsec", "IKEv1 main mode", 24, 4, 0 },
		{ "dtls", "ClientHello", 11, 2, 13 },	{ "l2tp", "SCCRQ", 2, 2, 0 },
		{ "bacnet", "vendor-name", 2, 2, 0 },	{ "bacnet", "model-name", 2, 2, 0 },
		{ "radius", "Status-Server", 2, 2, 0 },
	};
	uint8_t bytes[QUESTION_BYTES_MAX];
	size_t i, k, len, said;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = question_print(find(cases[i].app, cases[i].name), 1, bytes);
		for (said = 0, k = 0; k < cases[i].size; k++)
			said = said << 8 | bytes[cases[i].at + k];
		assert_int_equal(said + cases[i].less, len);
	}
	assert_int_equal(question_print(find("quic", "version negotiation"), 1, bytes), 1200);
	assert_int_equal(question_print(find("wireguard", "handshake"), 1, bytes), 148);
	assert_int_equal(question_print(find("ntp", "time"), 1, bytes), 48);
	assert_int_equal(question_print(find("stun", "binding"), 1, bytes), 20);
	/* Payloads of IKE follow each other to the end. */
	for (i = 0; i < 2; i++) {
		len = question_print(find(cases[i].app, cases[i].name), 500, bytes);
		for (k = 28, said = bytes[16]; said; k += wire_be16_at(bytes + k + 2)) {
			assert_true(k + 4 < len);
			said = bytes[k];
		}
		assert_int_equal(k, len);
	}
	/* Port 4500 wants four zeros before it. */
	assert_int_equal(question_print(find("ipsec", "IKEv2 SA_INIT"), 4500, bytes), 424);
	assert_memory_equal(bytes, "\0\0\0\0", 4);
}

/* Asked twice it is another question, and no question is an answer to itself. */
static void random_parts(void **state)
{
	uint8_t one[QUESTION_BYTES_MAX], two[QUESTION_BYTES_MAX];
	const struct question *q;
	struct answer a;
	struct probe p;
	size_t i;

	(void)state;
	for (i = 0; (q = question_row(i)); i++) {
		a = (struct answer){ .asked = one, .asked_len = question_print(q, 1, one) };
		assert_int_equal(question_print(q, 1, two), a.asked_len);
		assert_true(q->random_at + q->random_len <= q->len);
		if (q->random_len >= 3)
			assert_memory_not_equal(one, two, a.asked_len);
		a.said = one;
		a.said_len = a.asked_len;
		memset(&p, 0, sizeof(p));
		if (q->read(&a, &p))
			fail_msg("%s: %s", q->app, q->name);
		/* Nothing is an answer to everything. */
		a.said_len = 0;
		assert_false(q->read(&a, &p));
	}
}

static bool read(const struct question *q, const char *said, size_t len, struct probe *p)
{
	uint8_t asked[QUESTION_BYTES_MAX];
	struct answer a = { .asked = asked, .said = (const uint8_t *)said, .said_len = len };

	memset(p, 0, sizeof(*p));
	a.asked_len = question_print(q, 1, asked);
	memset(asked + q->random_at, 0, q->random_len);
	return q->read(&a, p);
}

#define READ(app, name, said, p) read(find(app, name), said, sizeof(said) - 1, p)

static bool has_fact(const struct probe *p, enum fact kind, const char *text)
{
	struct probe_fact f;
	size_t at = 0;

	while (probe_next_fact(p, &at, &f))
		if (f.kind == kind && !strcmp(f.text, text))
			return true;
	return false;
}

static void answers(void **state)
{
	struct probe p;

	(void)state;
	/* The same answer to another question is none. */
	assert_true(READ("memcached", "version", "\0\0\0\0\0\1\0\0VERSION 1.6.18\r\n", &p));
	assert_string_equal(p.version, "1.6.18");
	assert_false(READ("memcached", "version", "\0\1\0\0\0\1\0\0VERSION 1.6.18\r\n", &p));
	assert_true(READ("tftp", "read request", "\0\5\0\1File not found\0", &p));
	assert_true(has_fact(&p, FACT_INFO, "error 1: File not found"));
	assert_false(READ("tftp", "read request", "\0\5\0\x63what\0", &p));
	assert_true(READ("tftp", "read request", "\0\3\0\1data", &p));
	assert_true(has_fact(&p, FACT_NOAUTH, "reading files, whatever their name"));
	assert_true(READ("nat-pmp", "external address", "\0\x80\0\0\0\0\0\1\xc6\x33\x64\1", &p));
	assert_true(has_fact(&p, FACT_INFO, "external address 198.51.100.1"));
	assert_true(
		READ("source-engine", "information", "\xff\xff\xff\xffI\x11Our place\0map", &p));
	assert_true(has_fact(&p, FACT_INFO, "server Our place"));
	/* RPC: not a program of theirs, but RPC. */
	assert_true(READ("nfs", "null", "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", &p));
	assert_string_equal(p.app, "rpc");
	/* A refusal of DNS is an answer and says no more. */
	assert_true(READ("dns", "version.bind", "\0\0\x80\5\0\0\0\0\0\0\0\0", &p));
	assert_string_equal(p.app, "dns");
	assert_int_equal(p.facts_len, 0);
	assert_true(READ("wireguard", "handshake",
			 "\3\0\0\0\0\0\0\0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
			 &p));
}

/* A message of DTLS with a part of it in each record: kind, its length, where the part lies. */
static size_t put_part(uint8_t *out, uint8_t kind, const uint8_t where[2], const char *bytes)
{
	static const uint8_t head[] = { 0x16, 0xfe, 0xfd };
	size_t len = strlen(bytes);

	memset(out, 0, 25);
	memcpy(out, head, sizeof(head));
	wire_put_be16(out + 11, (uint16_t)(12 + len));
	out[13] = kind;
	out[16] = where[0];
	out[21] = where[1];
	out[24] = (uint8_t)len;
	memcpy(out + 25, bytes, len);
	return 25 + len;
}

/* Certificates come in parts, in whatever order, some twice; what does not fit is left. */
static void parts(void **state)
{
	static const struct {
		uint8_t where[2]; /* length, offset */
		const char *bytes;
		bool is_taken;
		size_t missing;
	} cases[] = {
		{ { 10, 6 }, "ghij", true, 6 },	     { { 10, 0 }, "abcd", true, 2 },
		{ { 10, 2 }, "cd", true, 2 },	     { { 11, 4 }, "xxx", true, 2 },
		{ { 10, 9 }, "too long", false, 2 }, { { 10, 3 }, "defg", true, 0 },
	};
	uint8_t asked[QUESTION_BYTES_MAX], said[64];
	struct answer_parts got = { .len = 0 };
	struct answer a = { .asked = asked, .said = said, .parts = &got };
	struct probe p = { .app = "" };
	size_t i;

	(void)state;
	a.asked_len = question_print(find("dtls", "ClientHello"), 1, asked);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a.said_len = put_part(said, 11, cases[i].where, cases[i].bytes);
		assert_int_equal(dtls_read(&a, &p), cases[i].is_taken);
		assert_int_equal(got.missing, cases[i].missing);
		assert_int_equal(got.is_whole, !cases[i].missing);
	}
	assert_memory_equal(got.bytes, "abcdefghij", 10);
	assert_string_equal(p.app, "dtls");
	/* They are no certificates. */
	assert_int_equal(p.certificate_count, 0);
	/* A client says nothing like that, nor does anybody in the clear after the first epoch. */
	put_part(said, 16, cases[0].where, "ghij");
	assert_false(dtls_read(&a, &p));
	put_part(said, 11, cases[0].where, "ghij");
	said[4] = 1;
	assert_false(dtls_read(&a, &p));
	free(got.bytes);
}

static void software(void **state)
{
	static const struct {
		const char *text, *product, *version;
	} cases[] = {
		{ "Coturn-4.5.2 'dan Eider'", "Coturn", "4.5.2" },
		{ "Asterisk PBX 18.9.0~dfsg", "Asterisk PBX", "18.9.0~dfsg" },
		{ "MiniUPnPd/2.2.3", "MiniUPnPd", "2.2.3" },
		{ "ntpd 4.2.8p15@1.3728-o Wed", "ntpd", "4.2.8p15" },
		{ "kamailio (5.6.3 (x86_64/linux))", "kamailio", "" },
		{ "Win32 thing", "Win32 thing", "" },
		{ "nothing", "nothing", "" },
		{ "", "", "" },
	};
	struct probe p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&p, 0, sizeof(p));
		answer_software(&p, cases[i].text);
		assert_string_equal(p.product, cases[i].product);
		assert_string_equal(p.version, cases[i].version);
	}
}

/* Every port's protocol has a question; what the wire calls otherwise is found, too. */
static void ports(void **state)
{
	const struct question *q;
	const char *app;
	unsigned port;
	size_t i;

	(void)state;
	for (port = 1; port < 65536; port++) {
		app = question_app_of_port((uint16_t)port);
		for (i = 0; app[0] && (q = question_row(i)) && !question_is_app(q, app); i++)
			;
		assert_true(!app[0] || question_row(i));
	}
	assert_true(question_is_app(find("ipsec", "IKEv2 SA_INIT"), "isakmp"));
	assert_false(question_is_app(find("ipsec", "IKEv2 SA_INIT"), ""));
	assert_non_null(question_silence("wireguard"));
	assert_null(question_silence("dns"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ber),		cmocka_unit_test(lengths),
		cmocka_unit_test(random_parts), cmocka_unit_test(answers),
		cmocka_unit_test(parts),	cmocka_unit_test(software),
		cmocka_unit_test(ports)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
