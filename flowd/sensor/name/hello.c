/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/hello.h"

#include "base/wire.h"

#include <ctype.h>

enum {
	RECORD_HANDSHAKE = 22,
	CLIENT_HELLO = 1,
	EXTENSION_SNI = 0,
	EXTENSION_ALPN = 16,
	NAME_HOST = 0,
};

/* The next `len` bytes as a cursor of their own. */
static struct wire part(struct wire *w, size_t len)
{
	const uint8_t *bytes = wire_take(w, len);

	return wire_open(bytes, bytes ? len : 0);
}

/* Adds a text in lower case, as far as there is room; false: it is none. */
static bool add(char out[RECORD_HINT_MAX], const uint8_t *text, size_t len)
{
	size_t at = strlen(out), i;

	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return false;
	for (i = 0; i < len && at + 1 < RECORD_HINT_MAX; i++)
		out[at++] = (char)tolower(text[i]);
	out[at] = '\0';
	return len;
}

static void read_sni(struct wire w, char out[RECORD_HINT_MAX])
{
	struct wire names = part(&w, wire_be16(&w));
	const uint8_t *name;
	uint8_t type;
	size_t len;

	while (wire_left(&names) && !*out) {
		type = wire_u8(&names);
		len = wire_be16(&names);
		name = wire_take(&names, len);
		if (!name || (type == NAME_HOST && !add(out, name, len)))
			return;
	}
}

static void read_alpn(struct wire w, char out[RECORD_HINT_MAX])
{
	struct wire names = part(&w, wire_be16(&w));
	const uint8_t *name;
	size_t len;

	while (wire_left(&names)) {
		len = wire_u8(&names);
		name = wire_take(&names, len);
		if (!name || (*out && !add(out, (const uint8_t *)",", 1)) || !add(out, name, len))
			return;
	}
}

bool hello_read(const uint8_t *payload, size_t len, struct hello *out)
{
	struct wire w = wire_open(payload, len), record, extensions, extension;
	uint8_t type = wire_u8(&w);
	uint16_t kind;

	memset(out, 0, sizeof(*out));
	wire_take(&w, 2); /* version */
	record = part(&w, wire_be16(&w));
	if (w.bad || type != RECORD_HANDSHAKE || wire_u8(&record) != CLIENT_HELLO)
		return false;
	wire_take(&record, 3 + 2 + 32); /* length, version, random */
	wire_take(&record, wire_u8(&record));
	wire_take(&record, wire_be16(&record));
	wire_take(&record, wire_u8(&record));
	/* A hello without extensions ends here. */
	extensions = wire_left(&record) ? part(&record, wire_be16(&record)) : record;
	if (record.bad)
		return false;
	while (wire_left(&extensions)) {
		kind = wire_be16(&extensions);
		extension = part(&extensions, wire_be16(&extensions));
		if (kind == EXTENSION_SNI && !*out->sni)
			read_sni(extension, out->sni);
		else if (kind == EXTENSION_ALPN && !*out->alpn)
			read_alpn(extension, out->alpn);
	}
	return !extensions.bad;
}
