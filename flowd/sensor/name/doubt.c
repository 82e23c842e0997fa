/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/doubt.h"

#include "base/wire.h"

#include <string.h>

static bool starts(const struct doubt_words *words, const char *text)
{
	size_t len = strlen(text);

	return words->len >= len && !memcmp(words->bytes, text, len);
}

/*
 * CQL binary protocol, section 2: version (highest bit: response), flags, stream, opcode, body
 * length. The stream is one byte up to version 2.
 */
static bool is_cql(const struct doubt_words *words, bool response)
{
	struct wire w = wire_open(words->bytes, words->len);
	uint8_t version = wire_u8(&w), flags = wire_u8(&w), opcode;
	uint32_t length;

	wire_take(&w, (version & 0x7f) <= 2 ? 1 : 2);
	opcode = wire_u8(&w);
	length = wire_be32(&w);
	if (w.bad || (version & 0x7f) < 1 || (version & 0x7f) > 6 || !(version & 0x80) == response)
		return false;
	/* A body may go on in the next packet, but no first request is that long. */
	return !(flags & 0xe0) && opcode <= 0x10 && length <= (response ? 1u << 28 : 1u << 16);
}

static bool is_cassandra(const struct doubt_words *client, const struct doubt_words *server)
{
	return (!client->len || is_cql(client, false)) && (!server->len || is_cql(server, true));
}

/* RFC 4253 section 4.2: both sides say SSH-, a server may say other lines first. */
static bool is_ssh(const struct doubt_words *client, const struct doubt_words *server)
{
	return (!client->len || starts(client, "SSH-")) && !starts(server, "HTTP/");
}

/* NATS client protocol: the server speaks first, and of itself. */
static bool is_nats(const struct doubt_words *client, const struct doubt_words *server)
{
	(void)client;
	return !server->len || starts(server, "INFO ");
}

/* Redis serialization protocol (RESP): a request is an array of bulk strings, "*2\r\n$3\r\n...". */
static bool is_resp_request(const struct doubt_words *w)
{
	size_t i = 1;

	if (!w->len || w->bytes[0] != '*')
		return false;
	while (i < w->len && w->bytes[i] >= '0' && w->bytes[i] <= '9')
		i++;
	return i > 1 && i + 2 < w->len && !memcmp(w->bytes + i, "\r\n$", 3);
}

/* Requests may also stand on a line; then the answer alone tells, if it is one that nobody else
 * gives. */
static bool is_redis(const struct doubt_words *client, const struct doubt_words *server)
{
	if (is_resp_request(client))
		return server->len && strchr("+-:$*", server->bytes[0]);
	return starts(server, "+PONG\r\n") || starts(server, "-NOAUTH ") ||
	       starts(server, "-DENIED Redis ");
}

/* RFC 9112 section 4: a response begins with its version. */
static bool is_http(const struct doubt_words *client, const struct doubt_words *server)
{
	(void)client;
	return !server->len || starts(server, "HTTP/");
}

typedef bool (*says_fn)(const struct doubt_words *client, const struct doubt_words *server);

/* Names that stand only as long as this holds. */
static const struct {
	const char *name;
	says_fn may_be;
} doubted[] = {
	{ "cassandra", is_cassandra },
	{ "http", is_http },
	{ "nats", is_nats },
	{ "ssh", is_ssh },
};

/* Names that this alone is proof of. */
static const struct {
	const char *name;
	says_fn is;
} proven[] = {
	{ "redis", is_redis },
};

bool doubt_is_wrong(const char *name, const struct doubt_words *client,
		    const struct doubt_words *server)
{
	size_t i;

	for (i = 0; i < sizeof(doubted) / sizeof(doubted[0]); i++)
		if (!strcmp(doubted[i].name, name))
			return !doubted[i].may_be(client, server);
	return false;
}

const char *doubt_proof(const struct doubt_words *client, const struct doubt_words *server)
{
	size_t i;

	for (i = 0; i < sizeof(proven) / sizeof(proven[0]); i++)
		if (proven[i].is(client, server))
			return proven[i].name;
	return NULL;
}
