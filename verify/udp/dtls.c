/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/dtls.h"

#include "verify/talk/tls.h"

#include <stdlib.h>

#define ALERT 0x15
#define HANDSHAKE 0x16
#define RECORD_HEADER 13
#define RECORDS_MOST 64	 /* of a datagram */
#define COOKIE_AT 60	 /* in our ClientHello: its length, 0 */
#define CHAIN_MOST 16384 /* bytes of a Certificate message that are taken */

/* Messages of a handshake (RFC 5246 section 7.4, RFC 6347 section 4.3.2). */
enum message {
	SERVER_HELLO = 2,
	VERIFY_REQUEST = 3,
	CERTIFICATE = 11,
	KEY_EXCHANGE = 12,
	CERTIFICATE_REQUEST = 13,
	HELLO_DONE = 14,
	CERTIFICATE_STATUS = 22,
};

/* A message, or a part of one. */
struct piece {
	uint8_t kind;
	uint32_t len, at; /* of the whole message; where in it this part lies */
	struct wire body;
};

/* The same hello as the next message and record (RFC 6347 section 4.2.1), now with the cookie. */
static void repeat_with(const struct answer *a, struct wire cookie)
{
	size_t len = wire_u8(&cookie), after = COOKIE_AT + 1;
	struct answer_again *again = a->again;

	if (!again || cookie.bad || !len || len > wire_left(&cookie) || a->asked_len <= after ||
	    a->asked_len + len > sizeof(again->bytes) || a->asked[COOKIE_AT])
		return;
	memcpy(again->bytes, a->asked, after);
	memcpy(again->bytes + after, cookie.at, len);
	memcpy(again->bytes + after + len, a->asked + after, a->asked_len - after);
	again->len = a->asked_len + len;
	again->bytes[COOKIE_AT] = (uint8_t)len;
	again->bytes[10] = again->bytes[18] = 1;
	wire_put_be16(again->bytes + 11, (uint16_t)(again->len - 13));
	wire_put_be16(again->bytes + 15, (uint16_t)(again->len - 25));
	wire_put_be16(again->bytes + 23, (uint16_t)(again->len - 25));
}

/* What it has chosen of what our hello offers. */
static void tell_hello(struct wire w, struct probe *p)
{
	static const struct {
		uint16_t id;
		const char *name;
	} ciphers[] = {
		{ 0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256" },
		{ 0xc02f, "ECDHE-RSA-AES128-GCM-SHA256" },
		{ 0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384" },
		{ 0xc030, "ECDHE-RSA-AES256-GCM-SHA384" },
		{ 0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305" },
		{ 0xcca8, "ECDHE-RSA-CHACHA20-POLY1305" },
		{ 0xc009, "ECDHE-ECDSA-AES128-SHA" },
		{ 0xc013, "ECDHE-RSA-AES128-SHA" },
		{ 0xc00a, "ECDHE-ECDSA-AES256-SHA" },
		{ 0xc014, "ECDHE-RSA-AES256-SHA" },
		{ 0x009e, "DHE-RSA-AES128-GCM-SHA256" },
		{ 0x009c, "AES128-GCM-SHA256" },
		{ 0x009d, "AES256-GCM-SHA384" },
		{ 0x002f, "AES128-SHA" },
		{ 0x0035, "AES256-SHA" },
		{ 0x00ae, "PSK-AES128-CBC-SHA256" },
		{ 0xc0a8, "PSK-AES128-CCM8" },
	};
	uint16_t version = wire_be16(&w), cipher;
	size_t i;

	wire_take(&w, 32);
	wire_take(&w, wire_u8(&w));
	cipher = wire_be16(&w);
	if (w.bad || p->tls[0])
		return;
	record_text_set(p->tls, sizeof(p->tls), version == 0xfeff ? "DTLSv1" : "DTLSv1.2");
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (ciphers[i].id == cipher)
			record_text_set(p->cipher, sizeof(p->cipher), ciphers[i].name);
}

/* Puts a part where it belongs. True: the last one that was missing. */
static bool collect(struct answer_parts *parts, const struct piece *piece)
{
	size_t i, len = wire_left(&piece->body);

	if (!piece->len || piece->len > CHAIN_MOST || parts->is_whole ||
	    (parts->len && parts->len != piece->len))
		return false;
	if (!parts->bytes) {
		/* The bytes, then a mark for each that is there. */
		parts->bytes = calloc(2, piece->len);
		parts->len = parts->bytes ? piece->len : 0;
		parts->missing = parts->len;
	}
	for (i = 0; parts->bytes && i < len; i++) {
		parts->missing -= !parts->bytes[parts->len + piece->at + i];
		parts->bytes[parts->len + piece->at + i] = 1;
		parts->bytes[piece->at + i] = piece->body.at[i];
	}
	return parts->is_whole = parts->bytes && !parts->missing;
}

static void read_piece(const struct answer *a, const struct piece *piece, struct probe *p)
{
	bool is_whole = !piece->at && wire_left(&piece->body) == piece->len;
	struct wire body = piece->body;

	if (piece->kind == CERTIFICATE && a->parts && collect(a->parts, piece))
		tls_tell_chain(a->parts->bytes, a->parts->len, p);
	if (piece->kind == HELLO_DONE && a->parts)
		a->parts->is_over = !a->parts->missing;
	if (piece->kind == CERTIFICATE_REQUEST && !piece->at)
		answer_fact(p, FACT_CLIENT_CERTIFICATE, "asked for");
	if (piece->kind == SERVER_HELLO && is_whole) {
		tell_hello(body, p);
		if (a->asked_len <= COOKIE_AT || !a->asked[COOKIE_AT])
			answer_fact(p, FACT_NOTE,
				    "answers without a cookie: forged addresses get its whole "
				    "handshake");
	}
	if (piece->kind == VERIFY_REQUEST && is_whole) {
		answer_fact(p, FACT_NOTE,
			    "asks for a cookie before it goes on (HelloVerifyRequest)");
		wire_take(&body, 2);
		repeat_with(a, body);
	}
}

static uint32_t take_be24(struct wire *w)
{
	uint32_t high = wire_u8(w);

	return high << 16 | wire_be16(w);
}

static bool is_server_message(uint8_t kind)
{
	switch (kind) {
	case SERVER_HELLO:
	case VERIFY_REQUEST:
	case CERTIFICATE:
	case KEY_EXCHANGE:
	case CERTIFICATE_REQUEST:
	case HELLO_DONE:
	case CERTIFICATE_STATUS:
		return true;
	default:
		return false;
	}
}

/* The messages of a record. False: it holds none that a server sends. */
static bool read_handshake(const struct answer *a, struct wire w, struct probe *p)
{
	struct piece piece;
	uint32_t len;
	bool known = false;

	while (wire_left(&w)) {
		piece.kind = wire_u8(&w);
		piece.len = take_be24(&w);
		wire_take(&w, 2);
		piece.at = take_be24(&w);
		len = take_be24(&w);
		if (w.bad || !is_server_message(piece.kind) || piece.at > piece.len ||
		    len > piece.len - piece.at || (len > wire_left(&w) && !a->is_cut))
			return known;
		len = len < wire_left(&w) ? len : (uint32_t)wire_left(&w);
		piece.body = wire_open(w.at, len);
		wire_take(&w, len);
		known = true;
		answer_name(p, "dtls");
		read_piece(a, &piece, p);
	}
	return known;
}

bool dtls_read(const struct answer *a, struct probe *p)
{
	struct wire w = answer_wire(a);
	unsigned records;
	bool known = false;
	uint8_t type;
	uint16_t version, epoch, len;

	if (a->asked_len && a->asked[0] != HANDSHAKE)
		return false;
	for (records = 0; wire_left(&w) && records < RECORDS_MOST; records++) {
		type = wire_u8(&w);
		version = wire_be16(&w);
		epoch = wire_be16(&w);
		wire_take(&w, 6);
		len = wire_be16(&w);
		/* What comes after the first epoch is encrypted. */
		if (w.bad || epoch ||
		    (version != 0xfeff && version != 0xfefd && version != 0xfefc) ||
		    (len > wire_left(&w) && !a->is_cut))
			return known;
		if (type == ALERT && len == 2) {
			answer_name(p, "dtls");
			if (a->parts)
				a->parts->is_over = true;
		} else if (type != HANDSHAKE ||
			   !read_handshake(
				   a, wire_open(w.at, len < wire_left(&w) ? len : wire_left(&w)),
				   p)) {
			return known;
		}
		known = true;
		wire_take(&w, len);
	}
	return known;
}
