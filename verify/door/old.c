/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/old.h"

#include "verify/talk/tls.h"

enum record { RECORD_ALERT = 21, RECORD_HANDSHAKE = 22 };
enum handshake { HELLO_CLIENT = 1, HELLO_SERVER = 2, HELLO_CERTIFICATE = 11, HELLO_DONE = 14 };

#define ALERT_FATAL 2
#define ALERT_PROTOCOL_VERSION 70

/* All that was ever usual, those that cost a server least first (IANA, TLS cipher suites). */
static const uint16_t suites[] = {
	0x002f, 0x0035, 0x000a, 0x0005, 0x0004, 0x0009, 0x0041, 0x0084, 0x0096,
	0x0007, 0xc013, 0xc014, 0xc012, 0xc011, 0xc009, 0xc00a, 0xc008, 0xc007,
	0x0033, 0x0039, 0x0016, 0x0015, 0x0045, 0x0088, 0x0032, 0x0038, 0x0013,
	0x0003, 0x0006, 0x0008, 0x0014, 0x0034, 0x003a, 0x001b, 0x0018, 0x00ff,
};

/* A hello that is being made; what does not fit makes it bad. */
struct hello {
	uint8_t bytes[512];
	size_t len;
};

static void put(struct hello *h, const void *bytes, size_t len)
{
	if (len > sizeof(h->bytes) - h->len)
		return;
	memcpy(h->bytes + h->len, bytes, len);
	h->len += len;
}

static void put_u8(struct hello *h, unsigned v)
{
	uint8_t byte = (uint8_t)v;

	put(h, &byte, 1);
}

static void put_be16(struct hello *h, unsigned v)
{
	put_u8(h, v >> 8);
	put_u8(h, v);
}

/* Leaves room for a length of two bytes, to be filled by `close_len`. */
static size_t open_len(struct hello *h)
{
	put_be16(h, 0);
	return h->len;
}

static void close_len(struct hello *h, size_t from)
{
	wire_put_be16(h->bytes + from - 2, (uint16_t)(h->len - from));
}

/* Name and curves; SSL 3 knows no extensions. */
static void put_extensions(struct hello *h, const char *sni)
{
	static const uint8_t curves[] = { 0, 10, 0, 10, 0, 8,  0, 29, 0, 23,
					  0, 24, 0, 25, 0, 11, 0, 2,  1, 0 };
	size_t all = open_len(h), extension, list;

	if (tls_is_name(sni)) {
		put_be16(h, 0);
		extension = open_len(h);
		list = open_len(h);
		put_u8(h, 0);
		put_be16(h, (unsigned)strlen(sni));
		put(h, sni, strlen(sni));
		close_len(h, list);
		close_len(h, extension);
	}
	put(h, curves, sizeof(curves));
	close_len(h, all);
}

static void say_hello(struct door_talk *t, uint16_t version)
{
	static const uint8_t random[32] = "flowd looks for outdated TLS...";
	struct hello h = { .len = 0 };
	size_t record, message, i;

	put_u8(&h, RECORD_HANDSHAKE);
	put_be16(&h, version);
	record = open_len(&h);
	put_u8(&h, HELLO_CLIENT);
	put_u8(&h, 0);
	message = open_len(&h);
	put_be16(&h, version);
	put(&h, random, sizeof(random));
	put_u8(&h, 0); /* no session */
	put_be16(&h, sizeof(suites));
	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		put_be16(&h, suites[i]);
	put_be16(&h, 0x0100); /* no compression */
	if (version > 0x0300)
		put_extensions(&h, t->sni);
	close_len(&h, message);
	close_len(&h, record);
	door_say(t, h.bytes, h.len);
}

/*
 * Puts the handshake's bytes out of their records together. -1: refused; else how many. Who says
 * that the version is the reason speaks none that is older either: our hello allows for all of them
 * (RFC 4346, appendix E).
 */
static int gather(struct door_talk *t, uint8_t *out)
{
	struct wire w = door_in(t);
	const uint8_t *at;
	uint8_t type;
	uint16_t len;
	int n = 0;

	for (;;) {
		type = wire_u8(&w);
		if (w.bad)
			return n;
		if ((type != RECORD_ALERT && type != RECORD_HANDSHAKE) ||
		    (wire_u8(&w) != 3 && !w.bad))
			return -1;
		wire_u8(&w);
		len = wire_be16(&w);
		at = wire_take(&w, len);
		if (w.bad)
			return n;
		if (type == RECORD_ALERT && len == 2 && at[1] == ALERT_PROTOCOL_VERSION)
			t->next = NULL;
		if (type == RECORD_ALERT && (len != 2 || at[0] == ALERT_FATAL))
			return -1;
		if (type == RECORD_ALERT)
			continue;
		memcpy(out + n, at, len);
		n += len;
	}
}

/* It speaks this version; known is what it speaks where OpenSSL found out, else it is the newest.
 */
static void tell_version(struct door_talk *t, const char *name)
{
	struct probe *p = t->probe;

	door_fact(t, FACT_WEAK_TLS, "%s", name);
	/* "SSLv2" < "SSLv3" < "TLSv1" < "TLSv1.1" */
	if (strcmp(name, p->tls) > 0)
		record_text_set(p->tls, sizeof(p->tls), name);
}

static void tell_chain(struct door_talk *t, const uint8_t *message, size_t len)
{
	if (!t->probe->certificate_count)
		tls_tell_chain(message, len, t->probe);
}

static enum door_step hear_hello(struct door_talk *t, uint16_t version, const char *name)
{
	uint8_t bytes[DOOR_IN_MAX], type;
	int n = gather(t, bytes);
	struct wire w, message, chain = wire_open(bytes, 0);
	bool chosen = false;
	const uint8_t *at;
	uint32_t len;

	if (n < 0)
		return DOOR_DONE;
	for (w = wire_open(bytes, (size_t)n); wire_left(&w);) {
		type = wire_u8(&w);
		len = (uint32_t)wire_u8(&w) << 16;
		len |= wire_be16(&w);
		at = wire_take(&w, len);
		if (w.bad)
			return DOOR_WAIT;
		message = wire_open(at, len);
		if (type == HELLO_SERVER && wire_be16(&message) == version)
			chosen = true;
		else if (type == HELLO_SERVER || !chosen)
			return DOOR_DONE;
		if (type == HELLO_CERTIFICATE)
			chain = wire_open(at, len);
		if (type != HELLO_DONE)
			continue;
		tell_version(t, name);
		tell_chain(t, chain.at, wire_left(&chain));
		return DOOR_DONE;
	}
	return DOOR_WAIT;
}

#define OUTDATED(id, number, text, older)                    \
	static void open_##id(struct door_talk *t)           \
	{                                                    \
		say_hello(t, number);                        \
		t->next = older;                             \
	}                                                    \
	static enum door_step hear_##id(struct door_talk *t) \
	{                                                    \
		return hear_hello(t, number, text);          \
	}                                                    \
	const struct door old_##id = { text, open_##id, hear_##id };

OUTDATED(ssl3, 0x0300, "SSLv3", NULL)
OUTDATED(tls10, 0x0301, "TLSv1", NULL)
OUTDATED(tls11, 0x0302, "TLSv1.1", &old_tls10)

/* CLIENT-HELLO: seven ciphers, no session, a challenge of 16 bytes. */
static void open_ssl2(struct door_talk *t)
{
	static const uint8_t hello[] = {
		0x80, 46,   1,	 0,   2,    0,	 21,  0,    0,	 0,   16,   1,
		0,    0x80, 2,	 0,   0x80, 3,	 0,   0x80, 4,	 0,   0x80, 5,
		0,    0x80, 6,	 0,   0x40, 7,	 0,   0xc0, 'f', 'l', 'o',  'w',
		'd',  ' ',  'l', 'o', 'o',  'k', 's', ' ',  'i', 'n', '.',  '.',
	};

	door_say(t, hello, sizeof(hello));
}

/* One certificate, as a list of one. */
static void tell_alone(struct door_talk *t, const uint8_t *certificate, uint16_t len)
{
	uint8_t list[6 + DOOR_IN_MAX] = { 0 };

	if (!certificate)
		return;
	wire_put_be16(list + 4, len);
	memcpy(list + 6, certificate, len);
	tell_chain(t, list, 6u + len);
}

/* SERVER-HELLO with at least one cipher in common, or nothing would come of it. */
static enum door_step hear_ssl2(struct door_talk *t)
{
	struct wire w = door_in(t);
	uint8_t first = wire_u8(&w);
	uint16_t ciphers, len;

	wire_take(&w, first & 0x80 ? 1 : 2);
	if (wire_u8(&w) != 4 && !w.bad)
		return DOOR_DONE;
	wire_take(&w, 2);
	if (wire_be16(&w) != 2 && !w.bad)
		return DOOR_DONE;
	len = wire_be16(&w);
	ciphers = wire_be16(&w);
	if (w.bad)
		return DOOR_WAIT;
	if (!ciphers || ciphers % 3)
		return DOOR_DONE;
	tell_version(t, "SSLv2");
	wire_be16(&w);
	tell_alone(t, wire_take(&w, len), len);
	return DOOR_DONE;
}

const struct door old_ssl2 = { "SSLv2", open_ssl2, hear_ssl2 };
