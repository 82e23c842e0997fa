/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/doubt.h"

#include "base/wire.h"

#include <string.h>

/*
 * CQL binary protocol, section 2: version (highest bit: response), flags, stream, opcode, body
 * length. The stream is one byte up to version 2.
 */
static bool is_cassandra(const struct doubt_words *words, bool response)
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

/* RFC 4253 section 4.2; lines may come before the identification of a server. */
static bool is_ssh(const struct doubt_words *words, bool response)
{
	return (words->len >= 4 && !memcmp(words->bytes, "SSH-", 4)) ||
	       (response && words->len && words->bytes[0] >= ' ' && words->bytes[0] < 0x7f &&
		memcmp(words->bytes, "HTTP/", words->len < 5 ? words->len : 5));
}

static const struct {
	const char *name;
	bool (*is_it)(const struct doubt_words *words, bool response);
} checks[] = {
	{ "cassandra", is_cassandra },
	{ "ssh", is_ssh },
};

bool doubt_is_wrong(const char *name, const struct doubt_words *client,
		    const struct doubt_words *server)
{
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!strcmp(checks[i].name, name))
			return (client->len && !checks[i].is_it(client, false)) ||
			       (server->len && !checks[i].is_it(server, true));
	return false;
}
