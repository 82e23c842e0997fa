/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/ssh.h"

#include "verify/talk/tls.h"

#include <stdio.h>

#define PACKET_MOST 8192
#define LISTS 10

enum message { SSH_KEXINIT = 20, SSH_EXCHANGE = 30, SSH_REPLY = 31 };
enum stage { STAGE_NAME, STAGE_OFFER, STAGE_KEY };

/* What our half of an exchange looks like: a number of a group, or a point. */
enum half { HALF_X25519, HALF_P256, HALF_GROUP14, HALF_GROUP1 };

static const struct exchange {
	const char *name;
	enum half half;
} exchanges[] = {
	{ "curve25519-sha256", HALF_X25519 },
	{ "curve25519-sha256@libssh.org", HALF_X25519 },
	{ "ecdh-sha2-nistp256", HALF_P256 },
	{ "diffie-hellman-group14-sha256", HALF_GROUP14 },
	{ "diffie-hellman-group14-sha1", HALF_GROUP14 },
	{ "diffie-hellman-group16-sha512", HALF_GROUP14 },
	{ "diffie-hellman-group1-sha1", HALF_GROUP1 },
};

/* Whatever there is: we only want to be talked to. */
static const char keys[] = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
			   "ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss";
static const char ciphers[] = "aes128-ctr,aes192-ctr,aes256-ctr,chacha20-poly1305@openssh.com,"
			      "aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-cbc,"
			      "aes256-cbc,3des-cbc,blowfish-cbc,arcfour";
static const char macs[] = "hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-md5,"
			   "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
			   "umac-128-etm@openssh.com,umac-64@openssh.com";

/* A packet that is being made: grows until it is closed. */
struct packet {
	uint8_t bytes[DOOR_OUT_MAX];
	size_t len;
};

static void put(struct packet *p, const void *bytes, size_t len)
{
	if (len > sizeof(p->bytes) - p->len)
		return;
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
}

static void put_u8(struct packet *p, uint8_t v)
{
	put(p, &v, 1);
}

static void put_string(struct packet *p, const void *bytes, size_t len)
{
	uint8_t head[4];

	wire_put_be32(head, (uint32_t)len);
	put(p, head, sizeof(head));
	put(p, bytes, len);
}

static struct packet packet_open(enum message message)
{
	struct packet p = { .len = 5 }; /* length and padding come at last */

	put_u8(&p, (uint8_t)message);
	return p;
}

/* RFC 4253 section 6: padded to a multiple of 8, with 4 bytes at least. */
static void packet_send(struct door_talk *t, struct packet *p)
{
	static const uint8_t zeros[16];
	size_t padding = 8 - p->len % 8;

	if (padding < 4)
		padding += 8;
	put(p, zeros, padding);
	wire_put_be32(p->bytes, (uint32_t)(p->len - 4));
	p->bytes[4] = (uint8_t)padding;
	door_say(t, p->bytes, p->len);
}

static void open_ssh(struct door_talk *t)
{
	static const uint8_t cookie[16] = "flowd was here";
	struct packet p = packet_open(SSH_KEXINIT);
	char list[256] = "";
	size_t i;

	for (i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]); i++) {
		if (i)
			strcat(list, ",");
		strcat(list, exchanges[i].name);
	}
	put(&p, cookie, sizeof(cookie));
	put_string(&p, list, strlen(list));
	put_string(&p, keys, strlen(keys));
	for (i = 0; i < 2; i++)
		put_string(&p, ciphers, strlen(ciphers));
	for (i = 0; i < 2; i++)
		put_string(&p, macs, strlen(macs));
	for (i = 0; i < 2; i++)
		put_string(&p, "none", 4);
	for (i = 0; i < 2; i++)
		put_string(&p, "", 0);
	for (i = 0; i < 5; i++)
		put_u8(&p, 0); /* no guess follows; reserved */
	door_say_text(t, "SSH-2.0-flowd\r\n");
	packet_send(t, &p);
}

/* The next name of a list, "" at its end. */
static bool take_name(struct wire *list, char *out, size_t size)
{
	size_t len = 0;
	uint8_t c;

	if (!wire_left(list))
		return false;
	while (wire_left(list) && (c = wire_u8(list)) != ',')
		if (len < size - 1)
			out[len++] = (char)c;
	out[len] = 0;
	return true;
}

static bool has_name(struct wire list, const char *name)
{
	char one[64];

	while (take_name(&list, one, sizeof(one)))
		if (!strcmp(one, name))
			return true;
	return false;
}

/* Whole names up to the width of a fact that leaves room for others. */
static void tell_list(struct door_talk *t, const char *what, struct wire list, size_t width)
{
	char text[256], name[64];
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "%s:", what);
	while (take_name(&list, name, sizeof(name))) {
		if (len + strlen(name) + 1 > width) {
			snprintf(text + len, sizeof(text) - len, " and more");
			break;
		}
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %s", name);
	}
	door_fact(t, FACT_SSH_ALGORITHMS, "%s", text);
}

/* A number with high bits, below the group's prime: nobody knows its logarithm, nor needs to. */
static void put_number(struct packet *p, size_t len)
{
	uint8_t bytes[256];

	memset(bytes, 0x5a, sizeof(bytes));
	put_string(p, bytes, len);
}

/* The base point of P-256 (SEC 2), uncompressed. */
static const uint8_t p256[] = {
	0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
	0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
	0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
	0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
	0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static void say_half(struct door_talk *t, enum half half)
{
	static const uint8_t x25519[32] = { 9 }; /* RFC 7748: the base point */
	struct packet p = packet_open(SSH_EXCHANGE);

	if (half == HALF_X25519)
		put_string(&p, x25519, sizeof(x25519));
	else if (half == HALF_P256)
		put_string(&p, p256, sizeof(p256));
	else
		put_number(&p, half == HALF_GROUP14 ? 255 : 127);
	packet_send(t, &p);
}

static enum door_step hear_offer(struct door_talk *t, struct wire w)
{
	struct wire lists[LISTS];
	const uint8_t *at;
	uint32_t len;
	size_t i;

	wire_take(&w, 16);
	for (i = 0; i < LISTS; i++) {
		len = wire_be32(&w);
		at = wire_take(&w, len);
		lists[i] = wire_open(at ? at : t->in, at ? len : 0);
	}
	if (w.bad)
		return DOOR_DONE;
	tell_list(t, "key exchange", lists[0], 190);
	tell_list(t, "host keys", lists[1], 110);
	tell_list(t, "ciphers", lists[3], 150);
	for (i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]); i++)
		if (has_name(lists[0], exchanges[i].name)) {
			say_half(t, exchanges[i].half);
			t->stage = STAGE_KEY;
			return DOOR_WAIT;
		}
	return DOOR_DONE;
}

static void base64(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			*out++ = digits[bits >> (have - 6) & 63];
	}
	if (have)
		*out++ = digits[bits << (6 - have) & 63];
	*out = 0;
}

/* As OpenSSH prints it: SHA-256 over the key as it came, in base64 without padding. */
static enum door_step hear_key(struct door_talk *t, struct wire w)
{
	uint32_t len = wire_be32(&w);
	const uint8_t *key = wire_take(&w, len);
	char type[32] = "", print[48];
	struct wire inside;
	uint8_t digest[32];

	if (!key || !len)
		return DOOR_DONE;
	tls_sha256(key, len, digest);
	inside = wire_open(key, len);
	len = wire_be32(&inside);
	wire_limit(&inside, len);
	take_name(&inside, type, sizeof(type));
	base64(digest, sizeof(digest), print);
	if (!inside.bad)
		door_fact(t, FACT_SSH_HOST_KEY, "%s SHA256:%s", type, print);
	return DOOR_DONE;
}

/* Lines before the name are allowed (RFC 4253 section 4.2). */
static bool hear_name(struct door_talk *t)
{
	char line[256];

	while (door_line(t, line, sizeof(line))) {
		if (strncmp(line, "SSH-", 4) != 0)
			continue;
		if (!strncmp(line, "SSH-1", 5))
			door_fact(t, FACT_INFO, "protocol 1 is spoken: %s", line);
		t->stage = STAGE_OFFER;
		return true;
	}
	return false;
}

static enum door_step hear_ssh(struct door_talk *t)
{
	enum door_step step = DOOR_WAIT;
	struct wire w;
	uint32_t len;
	uint8_t padding, message;

	if (t->stage == STAGE_NAME && !hear_name(t))
		return DOOR_WAIT;
	while (step == DOOR_WAIT) {
		w = door_in(t);
		len = wire_be32(&w);
		if (w.bad)
			return DOOR_WAIT;
		if (len < 2 || len > PACKET_MOST)
			return DOOR_DONE;
		if (wire_left(&w) < len)
			return DOOR_WAIT;
		wire_limit(&w, len);
		padding = wire_u8(&w);
		message = wire_u8(&w);
		if (padding > wire_left(&w))
			return DOOR_DONE;
		wire_limit(&w, wire_left(&w) - padding);
		if (message == SSH_KEXINIT && t->stage == STAGE_OFFER)
			step = hear_offer(t, w);
		else if (message == SSH_REPLY && t->stage == STAGE_KEY)
			step = hear_key(t, w);
		door_eat(t, 4 + len);
	}
	return step;
}

const struct door ssh_door = { "ssh", open_ssh, hear_ssh };
