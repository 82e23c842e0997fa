/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any words of two sides: transport, length of the client's, those, the server's. What is proved is
 * not contradicted, and a silent server proves nothing.
 */
#include "flowd/sensor/name/doubt.h"
#include "flowd/sensor/name/hello.h"
#include "flowd/sensor/name/hints.h"

#include "base/record.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In two segments, the second before the first now and then. */
static void note(struct words *w, const uint8_t *bytes, size_t len, bool udp)
{
	size_t cut = udp || len < 2 ? len : 1 + bytes[0] % (len - 1);

	if (!len)
		return;
	words_note(w, 100, bytes, cut, (uint32_t)(udp ? len + (bytes[0] & 1) : cut));
	if (cut < len)
		words_note(w, 100 + (uint32_t)cut, bytes + cut, len - cut, (uint32_t)(len - cut));
	assert(w->len <= WORDS_MAX && w->len == (len < WORDS_MAX ? len : WORDS_MAX));
	assert(!memcmp(w->bytes, bytes, w->len));
}

/* A text is one: it ends, is not empty, and has no control characters. */
static void check_text(const char *text)
{
	size_t i, len = strnlen(text, RECORD_HINT_MAX);

	assert(len && len < RECORD_HINT_MAX);
	for (i = 0; i < len; i++)
		assert((uint8_t)text[i] >= ' ' && text[i] != 0x7f);
}

static void read_hints(const struct words *w)
{
	char text[RECORD_HINT_MAX];

	if (hints_http_field(w, "Host", text))
		check_text(text);
	if (hints_http_field(w, "Server", text))
		check_text(text);
	if (hints_ssh_banner(w, text))
		check_text(text);
	hints_http_goes_on(w);
	hints_is_server_hello(w);
}

static void read_hello(const uint8_t *payload, size_t len)
{
	struct hello hello;

	hello_read(payload, len, &hello);
	if (*hello.sni)
		check_text(hello.sni);
	if (*hello.alpn)
		check_text(hello.alpn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words client = { .len = 0 }, server = { .len = 0 };
	const struct words silent = { .len = 0 };
	const struct fit_row *row;
	bool udp;
	uint8_t proto;
	size_t asked;

	if (size < 2)
		return 0;
	udp = data[0] & 1;
	proto = udp ? PROTO_UDP : PROTO_TCP;
	asked = data[1] < size - 2 ? data[1] : size - 2;
	note(&client, data + 2, asked, udp);
	note(&server, data + 2 + asked, size - 2 - asked, udp);
	row = doubt_proof(proto, &client, &server);
	if (row) {
		assert(server.len);
		assert(!doubt_is_wrong(row->name, proto, &client, &server));
	}
	assert(!doubt_proof(proto, &client, &silent));
	assert(!doubt_wish(proto, &silent));
	doubt_wish(proto, &client);
	read_hints(&client);
	read_hints(&server);
	read_hello(data + 2, asked);
	return 0;
}
