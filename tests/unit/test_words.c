/* SPDX-License-Identifier: Apache-2.0 */
/* What the first words of two sides prove, and what they do not. */
#include "flowd/sensor/name/doubt.h"
#include "flowd/sensor/name/hello.h"
#include "flowd/sensor/name/hints.h"
#include "tests/unit/unit.h"
#include "tests/unit/words_cases.h"

#include <stdio.h>

#define CASES (sizeof(words_cases) / sizeof(words_cases[0]))

static struct words words_of(const char *bytes, size_t len)
{
	struct words w = { .len = 0 };

	if (len)
		words_note(&w, 7, (const uint8_t *)bytes, len, (uint32_t)len);
	return w;
}

static const char *proof_of(const struct words_case *c, size_t client, size_t server)
{
	const struct words asked = words_of(c->client.bytes, client);
	const struct words said = words_of(c->server.bytes, server);
	const struct fit_row *row = doubt_proof(c->proto, &asked, &said);

	return row ? row->name : "nothing";
}

static void cases_prove_what_they_are(void **state)
{
	const struct words_case *c;
	const char *want, *got;
	unsigned wrong = 0;

	(void)state;
	for (c = words_cases; c < words_cases + CASES; c++) {
		want = c->name ? c->name : "nothing";
		got = proof_of(c, c->client.len, c->server.len);
		if (strcmp(want, got)) {
			print_error("%s: %s, not %s\n", c->about, got, want);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* A client alone proves nothing, however well it speaks. */
static void wishes_are_no_proof(void **state)
{
	const struct words_case *c;

	(void)state;
	for (c = words_cases; c < words_cases + CASES; c++)
		assert_string_equal(proof_of(c, c->client.len, 0), "nothing");
}

/* Cut anywhere, words may prove less, but never another protocol than some whole case. */
static void cut_words_are_read_within_bounds(void **state)
{
	const struct words_case *c;
	size_t len;

	(void)state;
	for (c = words_cases; c < words_cases + CASES; c++) {
		for (len = 0; len < c->server.len; len++)
			proof_of(c, c->client.len, len);
		for (len = 0; len < c->client.len; len++)
			proof_of(c, len, c->server.len);
	}
}

/* Every row of the tables is proved by a case. */
static void every_row_has_a_case(void **state)
{
	const struct fit_row *row;
	const struct words_case *c;
	bool found;
	size_t i;

	(void)state;
	for (i = 0; (row = doubt_row_at(i)); i++) {
		found = false;
		for (c = words_cases; c < words_cases + CASES; c++)
			found |= c->name && !strcmp(c->name, row->name) &&
				 (!row->proto || row->proto == c->proto);
		/* Its answer is that of TCP's older brother: no first words of it are known. */
		if (!found && strcmp(row->name, "rtmp"))
			print_error("%s has no case\n", row->name);
		assert_true(found || !strcmp(row->name, "rtmp"));
	}
	assert_true(i > 60);
}

/* What is sent again, out of order or as padding is read once and in its place. */
static void words_are_in_order(void **state)
{
	struct words w = { .len = 0 };

	(void)state;
	words_note(&w, 100, (const uint8_t *)"\0\0\0", 3, 3);
	words_note(&w, 100, (const uint8_t *)"SSH-", 4, 4);
	words_note(&w, 99, (const uint8_t *)"x", 1, 1);
	words_note(&w, 110, (const uint8_t *)"late", 4, 4);
	words_note(&w, 104, (const uint8_t *)"2.0", 3, 3);
	assert_int_equal(w.len, 7);
	assert_memory_equal(w.bytes, "SSH-2.0", 7);
	assert_int_equal(w.first, 4);
	/* The second segment came first, then a piece from before it all, then what joins them. */
	w.len = 0;
	words_note(&w, 2, (const uint8_t *)"OpenSSH", 7, 7);
	words_note(&w, 0xfffffffe, (const uint8_t *)"SS", 2, 2);
	assert_int_equal(w.len, 2);
	words_note(&w, 0, (const uint8_t *)"H-", 2, 2);
	assert_memory_equal(w.bytes, "SSH-", 4);
	assert_int_equal(w.len, 4);
	w.len = 0;
	words_note(&w, 8, (const uint8_t *)"OpenSSH", 7, 7);
	words_note(&w, 0, (const uint8_t *)"SSH-2.0-", 8, 8);
	assert_memory_equal(w.bytes, "SSH-2.0-OpenSSH", 15);
	assert_int_equal(w.len, 15);
	assert_int_equal(w.first, 8);
}

/* Names that nDPI 4.2 gives on thin grounds fall; what it says of carriers stays. */
static void names_fall(void **state)
{
	const struct words silent = { .len = 0 };
	const struct words http = words_of("HTTP/1.1 200 OK\r\n", 17);
	const struct words ldap = words_of("\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0", 14);
	const struct words resp = words_of("*1\r\n$4\r\nPING\r\n", 14);

	(void)state;
	assert_true(doubt_is_wrong("ssh", PROTO_TCP, &silent, &http));
	assert_true(doubt_is_wrong("cassandra", PROTO_TCP, &silent, &http));
	assert_true(doubt_is_wrong("mqtt", PROTO_TCP, &silent, &ldap));
	assert_true(doubt_is_wrong("nats", PROTO_TCP, &resp, &resp));
	assert_false(doubt_is_wrong("http", PROTO_TCP, &silent, &http));
	assert_false(doubt_is_wrong("bittorrent", PROTO_TCP, &silent, &http));
	assert_false(doubt_is_wrong("whatever", PROTO_TCP, &silent, &http));
}

static bool has_field(const char *head, const char *name, const char *wanted)
{
	const struct words w = words_of(head, strlen(head));
	char out[RECORD_HINT_MAX] = "";

	return hints_http_field(&w, name, out) == (wanted != NULL) &&
	       (!wanted || !strcmp(out, wanted));
}

/* What heads and banners say of themselves: whole lines of the head, up to a control character. */
static void hints_are_read(void **state)
{
	const struct words hello = words_of("\x16\3\3\0\x50\2", 6);
	const struct words alert = words_of("\x15\3\3\0\2\2\x70", 7);
	const struct words cut = words_of("\x16\3\3\0\x50", 5);
	struct words ssh = words_of("SSH-2.0-x\x1b[2J\r\n", 15);
	char out[RECORD_HINT_MAX], endless[WORDS_MAX];

	(void)state;
	assert_true(has_field("GET / HTTP/1.1\r\nHost: a\r\n", "Host", "a"));
	assert_true(has_field("GET / HTTP/1.1\nhOST:\t b c \n\n", "Host", "b c"));
	assert_true(has_field("GET / HTTP/1.1\r\nHost: a", "Host", NULL));
	assert_true(has_field("GET / HTTP/1.1\r\nHost:\r\n", "Host", NULL));
	assert_true(has_field("GET / HTTP/1.1\r\nHost", "Host", NULL));
	assert_true(has_field("GET / HTTP/1.1\r\nX-Host: a\r\n", "Host", NULL));
	assert_true(has_field("Host: a\r\n", "Host", NULL));
	assert_true(has_field("HTTP/1.1 200 OK\r\n\r\nServer: a\r\n", "Server", NULL));
	assert_true(hints_ssh_banner(&ssh, out));
	assert_string_equal(out, "SSH-2.0-x");
	/* An end that has not come: unless there is no room for it anyway. */
	memset(endless, 'x', sizeof(endless));
	memcpy(endless, "SSH-", 4);
	ssh = words_of(endless, RECORD_HINT_MAX - 1);
	assert_false(hints_ssh_banner(&ssh, out));
	ssh = words_of(endless, RECORD_HINT_MAX);
	assert_true(hints_ssh_banner(&ssh, out));
	assert_int_equal(strlen(out), RECORD_HINT_MAX - 1);
	assert_true(hints_is_server_hello(&hello));
	assert_false(hints_is_server_hello(&alert));
	assert_false(hints_is_server_hello(&cut));
}

/* A client's hello: record, version and random, no session, one suite, the extensions given. */
static size_t hello_of(uint8_t out[512], const char *extensions, size_t len)
{
	static const uint8_t suites[] = { 0, 0, 2, 0x13, 1, 1, 0 };
	size_t body = 2 + 32 + sizeof(suites) + 2 + len;
	const uint8_t head[] = { 22,
				 3,
				 1,
				 (uint8_t)((body + 4) >> 8),
				 (uint8_t)(body + 4),
				 1,
				 0,
				 (uint8_t)(body >> 8),
				 (uint8_t)body,
				 3,
				 3 };
	uint8_t *at = out;

	memset(out, 0, 512);
	at = (uint8_t *)memcpy(at, head, sizeof(head)) + sizeof(head) + 32;
	at = (uint8_t *)memcpy(at, suites, sizeof(suites)) + sizeof(suites);
	*at++ = (uint8_t)(len >> 8);
	*at++ = (uint8_t)len;
	memcpy(at, extensions, len);
	return (size_t)(at - out) + len;
}

static void hellos_are_read(void **state)
{
	static const char both[] = "\0\27\0\0" /* one that is not looked at */
				   "\0\0\0\16\0\14\0\0\11A.example"
				   "\0\20\0\16\0\14\2h2\10http/1.1";
	static const char control[] = "\0\0\0\10\0\6\0\0\3a\nb";
	uint8_t bytes[512];
	struct hello hello;
	size_t len = hello_of(bytes, both, sizeof(both) - 1), cut;

	(void)state;
	assert_true(hello_read(bytes, len, &hello));
	assert_string_equal(hello.sni, "a.example");
	assert_string_equal(hello.alpn, "h2,http/1.1");
	/* What has not come whole is left to who puts it together. */
	for (cut = 0; cut < len; cut++)
		assert_false(hello_read(bytes, cut, &hello));
	assert_true(hello_read(bytes, hello_of(bytes, control, sizeof(control) - 1), &hello));
	assert_string_equal(hello.sni, "");
	assert_true(hello_read(bytes, hello_of(bytes, "", 0), &hello));
	len = hello_of(bytes, "", 0);
	bytes[5] = 2; /* a server's */
	assert_false(hello_read(bytes, len, &hello));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_prove_what_they_are),
		cmocka_unit_test(wishes_are_no_proof),
		cmocka_unit_test(cut_words_are_read_within_bounds),
		cmocka_unit_test(every_row_has_a_case),
		cmocka_unit_test(words_are_in_order),
		cmocka_unit_test(names_fall),
		cmocka_unit_test(hints_are_read),
		cmocka_unit_test(hellos_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
