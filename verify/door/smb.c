/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/smb.h"

#define HEAD 64 /* of SMB 2 */
#define REQUIRED2 2
#define REQUIRED1 8

static uint16_t le16(struct wire *w)
{
	uint16_t v = wire_be16(w);

	return (uint16_t)(v << 8 | v >> 8);
}

static void put_le16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/* Sends a message behind the length that TCP wants (MS-SMB2 2.1). */
static void send_message(struct door_talk *t, const uint8_t *message, size_t len)
{
	uint8_t head[4];

	wire_put_be32(head, (uint32_t)len);
	door_say(t, head, sizeof(head));
	door_say(t, message, len);
}

/* Hashes for 3.1.1, without which it is refused: one context each. */
static size_t put_contexts(uint8_t *p)
{
	uint8_t *at = p;

	put_le16(at, 1); /* integrity before authentication: SHA-512, 32 bytes of salt */
	put_le16(at + 2, 38);
	put_le16(at + 8, 1);
	put_le16(at + 10, 32);
	put_le16(at + 12, 1);
	memset(at + 14, 0x5a, 32);
	at += 48;
	put_le16(at, 2); /* encryption: AES-128-GCM, AES-128-CCM */
	put_le16(at + 2, 6);
	put_le16(at + 8, 2);
	put_le16(at + 10, 2);
	put_le16(at + 12, 1);
	return (size_t)(at + 14 - p);
}

static void open_smb(struct door_talk *t)
{
	static const uint16_t dialects[] = { 0x0202, 0x0210, 0x0300, 0x0302, 0x0311 };
	uint8_t m[256] = { 0xfe, 'S', 'M', 'B', HEAD };
	uint8_t *body = m + HEAD;
	size_t i, len;

	put_le16(m + 14, 1); /* credit */
	put_le16(body, 36);
	put_le16(body + 2, sizeof(dialects) / sizeof(dialects[0]));
	put_le16(body + 4, 1); /* we could sign */
	memcpy(body + 12, "flowd flowd flow", 16);
	for (i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		put_le16(body + 36 + 2 * i, dialects[i]);
	len = HEAD + 36 + sizeof(dialects);
	len = (len + 7) / 8 * 8;
	put_le16(body + 28, (unsigned)len);
	put_le16(body + 32, 2);
	len += put_contexts(m + len);
	send_message(t, m, len);
}

static const char *dialect_text(uint16_t dialect)
{
	switch (dialect) {
	case 0x0202:
		return "2.0.2";
	case 0x0210:
		return "2.1";
	case 0x0300:
		return "3.0";
	case 0x0302:
		return "3.0.2";
	case 0x0311:
		return "3.1.1";
	default:
		return NULL;
	}
}

/* The message behind the length; false: it is not whole yet. */
static bool take_message(const struct door_talk *t, struct wire *out)
{
	uint32_t len;

	*out = door_in(t);
	len = wire_be32(out);
	if (out->bad || (len <= sizeof(t->in) - 4 && wire_left(out) < len))
		return false;
	wire_limit(out, len);
	return true;
}

static enum door_step hear_smb(struct door_talk *t)
{
	struct wire w;
	const uint8_t *head;
	uint16_t mode, dialect;

	if (!take_message(t, &w))
		return DOOR_WAIT;
	head = wire_take(&w, HEAD);
	/* Magic, status 0, command 0. */
	if (!head || memcmp(head, "\xfeSMB", 4) != 0 || memcmp(head + 8, "\0\0\0\0\0\0", 6) != 0 ||
	    le16(&w) != 65)
		return DOOR_DONE;
	mode = le16(&w);
	dialect = le16(&w);
	if (w.bad || !dialect_text(dialect))
		return DOOR_DONE;
	door_fact(t, FACT_SMB_DIALECT, "%s", dialect_text(dialect));
	door_fact(t, FACT_SMB_SIGNING, mode & REQUIRED2 ? "required" : "not required");
	return DOOR_DONE;
}

const struct door smb_door = { "smb", open_smb, hear_smb };

static void open_old(struct door_talk *t)
{
	static const char dialect[] = "\x02NT LM 0.12";
	uint8_t m[64] = { 0xff, 'S', 'M', 'B', 0x72, 0, 0, 0, 0, 0x18, 0x01, 0x48 };

	/* 32 bytes of header, no words, then the dialect. */
	put_le16(m + 33, sizeof(dialect));
	memcpy(m + 35, dialect, sizeof(dialect));
	send_message(t, m, 35 + sizeof(dialect));
}

static enum door_step hear_old(struct door_talk *t)
{
	struct wire w;
	const uint8_t *head;
	uint8_t words, mode;

	if (!take_message(t, &w))
		return DOOR_WAIT;
	head = wire_take(&w, 32);
	if (!head || memcmp(head, "\xffSMB\x72\0\0\0\0", 9) != 0)
		return DOOR_DONE;
	words = wire_u8(&w);
	/* The first dialect of ours was chosen. */
	if (words < 13 || le16(&w) != 0)
		return DOOR_DONE;
	mode = wire_u8(&w);
	if (w.bad)
		return DOOR_DONE;
	door_fact(t, FACT_SMB_DIALECT, "1.0 (NT LM 0.12)");
	door_fact(t, FACT_SMB_SIGNING,
		  mode & REQUIRED1 ? "required by 1.0" : "not required by 1.0");
	return DOOR_DONE;
}

const struct door smb_old = { "smb 1", open_old, hear_old };
