/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/talk.h"

#include "base/wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TALK_NAME(id, name, ...) [id] = name,
const char *const talk_names[TALK_END] = { TALK_LIST(TALK_NAME) };
#define TALK_PORTS(id, name, ...) [id] = { __VA_ARGS__ },
const uint16_t talk_ports[TALK_END][2] = { TALK_LIST(TALK_PORTS) };

static struct talk talks[TALK_END][TALK_VARIANTS];

/* A message in the making. */
struct draft {
	uint8_t bytes[4096];
	size_t len;
	struct rng *rng;
};

static void put(struct draft *d, const void *bytes, size_t len)
{
	memcpy(d->bytes + d->len, bytes, len);
	d->len += len;
}

#define PUT(d, ...) put(d, (const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

static void put_text(struct draft *d, const char *text)
{
	put(d, text, strlen(text));
}

static void put_zeros(struct draft *d, size_t len)
{
	memset(d->bytes + d->len, 0, len);
	d->len += len;
}

static void put_random(struct draft *d, size_t len)
{
	rng_fill(d->rng, d->bytes + d->len, len);
	d->len += len;
}

/* Leaves room for a length of `size` bytes; part_end writes it when what it counts is there. */
static size_t part_begin(struct draft *d, size_t size)
{
	put_zeros(d, size);
	return d->len;
}

static void part_end(struct draft *d, size_t begin, size_t size)
{
	size_t len = d->len - begin, i;

	for (i = 0; i < size; i++)
		d->bytes[begin - 1 - i] = (uint8_t)(len >> 8 * i);
}

/* Ends the draft: it is said, and another begins. */
static void say(struct talk *t, bool by_server, struct draft *d)
{
	struct talk_message *m = &t->messages[t->count++];

	m->bytes = malloc(d->len);
	if (!m->bytes)
		exit(1);
	memcpy(m->bytes, d->bytes, d->len);
	m->len = (uint16_t)d->len;
	m->by_server = by_server;
	d->len = 0;
}

__attribute__((format(printf, 4, 5))) static void say_text(struct talk *t, bool by_server,
							   struct draft *d, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	d->len +=
		(size_t)vsnprintf((char *)d->bytes + d->len, sizeof(d->bytes) - d->len, format, ap);
	va_end(ap);
	say(t, by_server, d);
}

static void make_http(struct talk *t, struct draft *d, unsigned variant)
{
	static const char *const servers[] = { "nginx/1.22.1", "Apache/2.4.62 (Debian)", "Caddy",
					       "Microsoft-IIS/10.0" };
	unsigned row;

	say_text(t, false, d,
		 "GET /item/%u HTTP/1.1\r\nHost: shop%u.example.net\r\nUser-Agent: bench/%u\r\n"
		 "Accept: text/html,*/*;q=0.8\r\nAccept-Encoding: gzip\r\nConnection: "
		 "keep-alive\r\n\r\n",
		 variant * 17, variant, variant);
	put_text(d, "HTTP/1.1 200 OK\r\nServer: ");
	put_text(d, servers[variant % 4]);
	put_text(d,
		 "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 734003200\r\n\r\n"
		 "<!DOCTYPE html>\n<title>Items</title>\n<table>\n");
	for (row = 0; d->len < 1200; row++) {
		char line[64];

		snprintf(line, sizeof(line), "<tr><td>%u<td>item %u</tr>\n", row, row * variant);
		put_text(d, line);
	}
	say(t, true, d);
}

/* A TLS record (RFC 8446 section 5.1) of random bytes, as encrypted ones look. */
static void put_sealed(struct draft *d, size_t len)
{
	PUT(d, 23, 3, 3, (uint8_t)(len >> 8), (uint8_t)len);
	put_random(d, len);
}

static void put_client_hello(struct draft *d, unsigned variant)
{
	size_t record, hello, extensions, part;
	char name[32];
	int len = snprintf(name, sizeof(name), "shop%u.example.net", variant);

	PUT(d, 22, 3, 1);
	record = part_begin(d, 2);
	PUT(d, 1);
	hello = part_begin(d, 3);
	PUT(d, 3, 3);
	put_random(d, 32);
	PUT(d, 32);
	put_random(d, 32);
	PUT(d, 0, 8, 0x13, 1, 0x13, 2, 0xc0, 0x2f, 0xc0, 0x30, 1, 0);
	extensions = part_begin(d, 2);
	PUT(d, 0, 0); /* server name */
	part = part_begin(d, 2);
	PUT(d, 0, (uint8_t)(len + 3), 0, 0, (uint8_t)len);
	put(d, name, (size_t)len);
	part_end(d, part, 2);
	PUT(d, 0, 10, 0, 4, 0, 2, 0, 29);		   /* groups: x25519 */
	PUT(d, 0, 13, 0, 6, 0, 4, 4, 3, 8, 4);		   /* signatures */
	PUT(d, 0, 43, 0, 5, 4, 3, 4, 3, 3);		   /* versions 1.3, 1.2 */
	PUT(d, 0, 16, 0, 11, 0, 9, 8, 'h', 't', 't', 'p'); /* ALPN */
	put_text(d, "/1.1");
	PUT(d, 0, 51, 0, 38, 0, 36, 0, 29, 0, 32); /* key share */
	put_random(d, 32);
	part_end(d, extensions, 2);
	part_end(d, hello, 3);
	part_end(d, record, 2);
}

static void make_tls(struct talk *t, struct draft *d, unsigned variant)
{
	size_t record, hello;

	put_client_hello(d, variant);
	say(t, false, d);
	PUT(d, 22, 3, 3);
	record = part_begin(d, 2);
	PUT(d, 2);
	hello = part_begin(d, 3);
	PUT(d, 3, 3);
	put_random(d, 32);
	PUT(d, 32);
	put_random(d, 32);
	PUT(d, 0x13, 1, 0, 0, 46, 0, 43, 0, 2, 3, 4, 0, 51, 0, 36, 0, 29, 0, 32);
	put_random(d, 32);
	part_end(d, hello, 3);
	part_end(d, record, 2);
	PUT(d, 20, 3, 3, 0, 1, 1);
	put_sealed(d, 900 + variant * 40); /* certificate and the rest */
	say(t, true, d);
	PUT(d, 20, 3, 3, 0, 1, 1);
	put_sealed(d, 53);
	put_sealed(d, 190);
	say(t, false, d);
	put_sealed(d, 1180);
	say(t, true, d);
}

/* SSH_MSG_KEXINIT (RFC 4253 section 7.1). */
static void put_kexinit(struct draft *d)
{
	static const char *const lists[] = { "curve25519-sha256,diffie-hellman-group14-sha256",
					     "ssh-ed25519,rsa-sha2-512",
					     "chacha20-poly1305@openssh.com,aes256-ctr",
					     "chacha20-poly1305@openssh.com,aes256-ctr",
					     "hmac-sha2-256-etm@openssh.com,hmac-sha2-256",
					     "hmac-sha2-256-etm@openssh.com,hmac-sha2-256",
					     "none,zlib@openssh.com",
					     "none,zlib@openssh.com",
					     "",
					     "" };
	size_t packet = part_begin(d, 4), i, list;

	PUT(d, 7, 20);
	put_random(d, 16);
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		list = part_begin(d, 4);
		put_text(d, lists[i]);
		part_end(d, list, 4);
	}
	put_zeros(d, 5 + 7);
	part_end(d, packet, 4);
}

static void make_ssh(struct talk *t, struct draft *d, unsigned variant)
{
	static const char *const servers[] = { "OpenSSH_9.2p1 Debian-2+deb12u3", "OpenSSH_7.4",
					       "OpenSSH_8.9p1 Ubuntu-3", "dropbear_2022.83" };

	say_text(t, true, d, "SSH-2.0-%s\r\n", servers[variant % 4]);
	say_text(t, false, d, "SSH-2.0-OpenSSH_9.%u\r\n", variant);
	put_kexinit(d);
	say(t, false, d);
	put_kexinit(d);
	say(t, true, d);
	PUT(d, 0, 0, 0, 44, 6, 30, 0, 0, 0, 32);
	put_random(d, 38);
	say(t, false, d);
	PUT(d, 0, 0, 1, 4, 8, 31);
	put_random(d, 258);
	say(t, true, d);
}

static void make_redis(struct talk *t, struct draft *d, unsigned variant)
{
	say_text(t, false, d, "*1\r\n$4\r\nPING\r\n");
	say_text(t, true, d, "+PONG\r\n");
	say_text(t, false, d, "*3\r\n$3\r\nSET\r\n$5\r\nkey:%u\r\n$6\r\nvalue%u\r\n", variant,
		 variant);
	say_text(t, true, d, "+OK\r\n");
	say_text(t, false, d, "*2\r\n$3\r\nGET\r\n$5\r\nkey:%u\r\n", variant);
	say_text(t, true, d, "$6\r\nvalue%u\r\n", variant);
}

/* The packet length of MySQL is three bytes, the lowest first, then a sequence number. */
static void mysql_end(struct talk *t, bool by_server, struct draft *d, uint8_t sequence)
{
	d->bytes[0] = (uint8_t)(d->len - 4);
	d->bytes[1] = (uint8_t)((d->len - 4) >> 8);
	d->bytes[3] = sequence;
	say(t, by_server, d);
}

static void make_mysql(struct talk *t, struct draft *d, unsigned variant)
{
	static const char *const versions[] = { "8.0.36", "5.7.44-log", "8.4.2",
						"5.5.5-10.11.6-MariaDB-0+deb12u1" };

	put_zeros(d, 4);
	PUT(d, 10);
	put(d, versions[variant % 4], strlen(versions[variant % 4]) + 1);
	PUT(d, (uint8_t)(40 + variant), 1, 0, 0);
	put_text(d, "Gk3%x9=q");
	PUT(d, 0, 0xff, 0xf7, 33, 2, 0, 0xff, 0x81, 21);
	put_zeros(d, 10);
	put_text(d, "pW7e$kL2mnPq");
	PUT(d, 0);
	put(d, "mysql_native_password", 22);
	mysql_end(t, true, d, 0);
	put_zeros(d, 4);
	PUT(d, 0x85, 0xa6, 0x3f, 0x20, 0, 0, 0, 1, 33);
	put_zeros(d, 23);
	put(d, "shop", 5);
	PUT(d, 20);
	put_random(d, 20);
	put(d, "mysql_native_password", 22);
	mysql_end(t, false, d, 1);
	put_zeros(d, 4);
	PUT(d, 0, 0, 0, 2, 0, 0, 0);
	mysql_end(t, true, d, 2);
	put_zeros(d, 4);
	PUT(d, 3);
	put_text(d, "SELECT id, name FROM item LIMIT 100");
	mysql_end(t, false, d, 0);
}

/* What nobody knows: a private header and random bytes. */
static void make_unknown(struct talk *t, struct draft *d, unsigned variant)
{
	int i;

	for (i = 0; i < 6; i++) {
		PUT(d, 0xf5, (uint8_t)(0xa0 + variant), 0xee, (uint8_t)i);
		put_random(d, 20 + rng_below(d->rng, 200));
		say(t, i % 2, d);
	}
}

/* A question and its answer (RFC 1035); the sender puts the ID of each into the first two bytes. */
static void make_dns(struct talk *t, struct draft *d, unsigned variant)
{
	int answer;

	for (answer = 0; answer < 2; answer++) {
		PUT(d, 0, 0, answer ? 0x85 : 1, answer ? 0x80 : 0, 0, 1, 0, (uint8_t)answer, 0, 0,
		    0, 0);
		PUT(d, 5, 's', 'h', 'o', 'p', (uint8_t)('0' + variant), 7);
		put_text(d, "example");
		PUT(d, 3, 'n', 'e', 't', 0, 0, 1, 0, 1);
		if (answer)
			PUT(d, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2,
			    (uint8_t)variant);
		say(t, answer, d);
	}
}

const struct talk *talk_get(enum talk_kind kind, unsigned variant)
{
	return &talks[kind][variant % TALK_VARIANTS];
}

void talk_open(struct rng *rng)
{
	static void (*const make[TALK_END])(struct talk *, struct draft *, unsigned) = {
		[TALK_HTTP] = make_http,   [TALK_TLS] = make_tls,     [TALK_SSH] = make_ssh,
		[TALK_REDIS] = make_redis, [TALK_MYSQL] = make_mysql, [TALK_UNKNOWN] = make_unknown,
		[TALK_DNS] = make_dns,
	};
	struct draft d = { .rng = rng };
	unsigned kind, variant;

	for (kind = 0; kind < TALK_END; kind++)
		for (variant = 0; variant < TALK_VARIANTS; variant++)
			make[kind](&talks[kind][variant], &d, variant);
}
