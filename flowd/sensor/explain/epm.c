/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/epm.h"

enum { PDU_REQUEST = 0, PDU_RESPONSE = 2, PDU_BIND = 11, PDU_BIND_ACK = 12, PDU_ALTER = 14 };

#define HEADER 16
#define OP_MAP 3
#define TOWERS_MOST 16
#define FLOORS_MOST 8
#define PROTOCOL_TCP 0x07
#define PROTOCOL_UDP 0x08
#define LITTLE_ENDIAN_BIT 0x10

/* e1af8308-5d1f-11c9-91a4-08002b14a0fa, as it stands in a little-endian bind. */
static const uint8_t mapper[16] = { 0x08, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11,
				    0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa };

static uint16_t le16(struct wire *w)
{
	uint8_t low = wire_u8(w);

	return (uint16_t)(wire_u8(w) << 8 | low);
}

static uint32_t le32(struct wire *w)
{
	return wire_swap32(wire_be32(w));
}

/* A fragment's header; `body` becomes what follows it. Big-endian ones are not read. */
static bool take_fragment(struct wire *w, uint8_t *type, struct wire *body)
{
	uint8_t version = wire_u8(w), minor = wire_u8(w), order;
	uint16_t length;

	*type = wire_u8(w);
	wire_u8(w);
	order = wire_u8(w);
	wire_take(w, 3);
	length = le16(w);
	wire_take(w, HEADER - 10);
	if (w->bad || version != 5 || minor > 1 || !(order & LITTLE_ENDIAN_BIT) || length < HEADER)
		return false;
	*body = *w;
	wire_limit(body, length - HEADER);
	wire_take(w, wire_left(body));
	return true;
}

/* The first context that a bind offers: is it the mapper's interface? */
static bool is_mapper(struct wire body)
{
	const uint8_t *id;

	wire_take(&body, 8); /* fragment sizes, group */
	wire_take(&body, 4); /* number of contexts */
	wire_take(&body, 4); /* its id, number of transfer syntaxes */
	id = wire_take(&body, sizeof(mapper));
	return id && !memcmp(id, mapper, sizeof(mapper));
}

bool epm_begins(const void *bytes, size_t len)
{
	struct wire w = wire_open(bytes, len), body;
	uint8_t type;

	return take_fragment(&w, &type, &body) && type == PDU_BIND && is_mapper(body);
}

/* A tower: floors of (protocol and its data), (its address). */
static void take_tower(struct wire *w, announced_fn fn, void *arg)
{
	struct announced a = { .reason = EPHEMERAL_DCE_RPC, .by_server = true };
	uint16_t floors = le16(w), left, right, i;
	uint8_t protocol;

	for (i = 0; i < floors && i < FLOORS_MOST; i++) {
		left = le16(w);
		protocol = wire_u8(w);
		wire_take(w, left ? left - 1u : 0);
		right = le16(w);
		if ((protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP) && right == 2) {
			a.proto = protocol == PROTOCOL_TCP ? PROTO_TCP : PROTO_UDP;
			a.port = wire_be16(w);
		} else {
			wire_take(w, right);
		}
	}
	if (!w->bad && a.port)
		fn(arg, &a);
}

/* ept_map's answer: a handle, then an array of pointers to towers, then these. */
static void take_towers(struct wire w, announced_fn fn, void *arg)
{
	struct wire tower;
	uint32_t count, i, length;

	wire_take(&w, 8);  /* of the response: hint, context, cancels */
	wire_take(&w, 20); /* handle */
	wire_take(&w, 4);  /* number of towers */
	wire_take(&w, 8);  /* size and offset of the array */
	count = le32(&w);
	if (w.bad || count > TOWERS_MOST)
		return;
	wire_take(&w, 4 * (size_t)count);
	for (i = 0; i < count && !w.bad; i++) {
		length = le32(&w); /* conformance, then the length itself */
		if (le32(&w) != length || length > wire_left(&w))
			return;
		tower = w;
		wire_limit(&tower, length);
		take_tower(&tower, fn, arg);
		wire_take(&w, length);
		wire_take(&w, (4 - length % 4) % 4);
	}
}

void epm_take(struct epm *epm, struct wire w, bool from_server, announced_fn fn, void *arg)
{
	struct wire body;
	uint8_t type;

	while (wire_left(&w) && !epm->bad) {
		if (!take_fragment(&w, &type, &body)) {
			epm->bad = true;
		} else if (!from_server && type == PDU_BIND) {
			epm->wants = is_mapper(body);
			epm->bad = !epm->wants;
		} else if (!from_server && type == PDU_REQUEST) {
			wire_take(&body, 6);
			epm->asked = epm->bound && le16(&body) == OP_MAP && !body.bad;
		} else if (from_server && type == PDU_BIND_ACK) {
			epm->bound = epm->wants;
		} else if (from_server && type == PDU_RESPONSE) {
			if (epm->asked)
				take_towers(body, fn, arg);
			epm->asked = false;
		} else if (type == PDU_ALTER || type == PDU_RESPONSE || type == PDU_BIND_ACK ||
			   type == PDU_REQUEST || type == PDU_BIND) {
			/* Another interface, or a side that says what is the other's to say. */
			epm->bad = true;
		}
	}
}
