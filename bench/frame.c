/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/frame.h"

#include "base/wire.h"

#include <errno.h>
#include <stdlib.h>

#define MACS_IN "\x02\0\0\0\0\x10\x02\0\0\0\0\x20"
#define MACS_OUT "\x02\0\0\0\0\x20\x02\0\0\0\0\x10"
#define ETHERNET_MIN 60
#define BUFFER (1 << 20)

static void put_record(struct frame_file *file, const uint8_t *bytes, size_t len)
{
	uint32_t head[4] = { (uint32_t)(file->now_us / 1000000), (uint32_t)(file->now_us % 1000000),
			     (uint32_t)len, (uint32_t)len };

	if (fwrite(head, sizeof(head), 1, file->out) != 1 ||
	    fwrite(bytes, len, 1, file->out) != 1) {
		perror("write");
		exit(1);
	}
	file->packets++;
	file->bytes += sizeof(head) + len;
}

int frame_open(struct frame_file *file, const char *path, uint64_t now_us)
{
	/* pcap-savefile(5): magic of microseconds, 2.4, zone, accuracy, snapshot length, Ethernet.
	 */
	static const uint32_t head[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 };

	*file = (struct frame_file){ .now_us = now_us };
	file->out = fopen(path, "wb");
	if (!file->out)
		return -errno;
	setvbuf(file->out, NULL, _IOFBF, BUFFER);
	if (fwrite(head, sizeof(head), 1, file->out) != 1)
		return -errno;
	file->bytes = sizeof(head);
	return 0;
}

int frame_close(struct frame_file *file)
{
	return fclose(file->out) ? -errno : 0;
}

/* Puts the Ethernet header and a tag; returns what follows it. */
static uint8_t *put_ethernet(const struct frame *f, uint8_t *p)
{
	memcpy(p, f->leaves ? MACS_OUT : MACS_IN, 12);
	p += 12;
	if (f->vlan) {
		wire_put_be16(p, 0x8100);
		wire_put_be16(p + 2, f->vlan);
		p += 4;
	}
	wire_put_be16(p, addr_is_v4(&f->src) ? 0x0800 : 0x86dd);
	return p + 2;
}

/* Puts the IP header in front of `len` bytes; returns what follows it. */
static uint8_t *put_ip(struct frame_file *file, const struct frame *f, uint8_t *p, size_t len)
{
	bool rest = f->proto != 6 && f->proto != 17 && f->proto != 1;
	uint8_t ttl = f->leaves ? 64 : 52;

	if (!addr_is_v4(&f->src)) {
		wire_put_be32(p, 6u << 28);
		wire_put_be16(p + 4, (uint16_t)len);
		p[6] = f->proto;
		p[7] = ttl;
		memcpy(p + 8, f->src.b, 16);
		memcpy(p + 24, f->dst.b, 16);
		return p + 40;
	}
	wire_put_be16(p, 0x4500);
	wire_put_be16(p + 2, (uint16_t)(20 + len));
	wire_put_be16(p + 4, file->ident += 3);
	wire_put_be16(p + 6, rest ? 185 : 0x4000); /* bytes 1480 and after of a larger packet */
	p[8] = ttl;
	p[9] = rest ? 17 : f->proto;
	wire_put_be16(p + 10, 0);
	memcpy(p + 12, f->src.b + 12, 4);
	memcpy(p + 16, f->dst.b + 12, 4);
	wire_put_be16(p + 10, wire_checksum_end(wire_checksum(p, 20, 0)));
	return p + 20;
}

static size_t tcp_options(const struct frame_file *file, const struct frame *f, uint8_t *p)
{
	/* MSS 1460, SACK permitted, time stamps, window scale 7; without time stamps the first two.
	 */
	static const uint8_t syn[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0,
				       0, 1, 0, 0,    0, 0, 1, 3,  3, 7 };
	static const uint8_t few[] = { 2, 4, 5, 0xb4, 4, 2, 1, 1 };
	static const uint8_t stamps[] = { 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 1 };

	if (f->flags & FRAME_SYN) {
		memcpy(p, f->stamps ? syn : few, f->stamps ? sizeof(syn) : sizeof(few));
		return f->stamps ? sizeof(syn) : sizeof(few);
	}
	if (!f->stamps || f->flags & FRAME_RST)
		return 0;
	memcpy(p, stamps, sizeof(stamps));
	wire_put_be32(p + 4, (uint32_t)(file->now_us / 1000));
	return sizeof(stamps);
}

/* The header of what IP carries, checksum still zero; returns its length, and where that is. */
static size_t put_transport(const struct frame_file *file, const struct frame *f, uint8_t *p,
			    size_t *sum_at)
{
	size_t options;

	switch (f->proto) {
	case 6:
		options = tcp_options(file, f, p + 20);
		wire_put_be16(p, f->sport);
		wire_put_be16(p + 2, f->dport);
		wire_put_be32(p + 4, f->seq);
		wire_put_be32(p + 8, f->flags & FRAME_ACK ? f->ack : 0);
		wire_put_be16(p + 12, (uint16_t)((20 + options) / 4 << 12 | f->flags));
		wire_put_be16(p + 14, f->flags & FRAME_RST ? 0 : 64240);
		wire_put_be32(p + 16, 0);
		*sum_at = 16;
		return 20 + options;
	case 17:
		wire_put_be16(p, f->sport);
		wire_put_be16(p + 2, f->dport);
		wire_put_be16(p + 4, (uint16_t)(8 + f->len));
		wire_put_be16(p + 6, 0);
		*sum_at = 6;
		return 8;
	case 1:
		wire_put_be32(p, 8u << 24);
		wire_put_be32(p + 4, f->seq);
		*sum_at = 2;
		return 8;
	default:
		return 0;
	}
}

static void put_checksum(const struct frame *f, uint8_t *p, size_t len, size_t sum_at)
{
	size_t size = addr_is_v4(&f->src) ? 4 : 16;
	uint32_t sum = 0;
	uint16_t end;

	if (f->proto != 1) {
		sum = wire_checksum(f->src.b + 16 - size, size, f->proto + (uint32_t)len);
		sum = wire_checksum(f->dst.b + 16 - size, size, sum);
	}
	end = wire_checksum_end(wire_checksum(p, len, sum));
	wire_put_be16(p + sum_at, f->proto == 17 && !end ? 0xffff : end);
}

void frame_send(struct frame_file *file, const struct frame *f)
{
	uint8_t bytes[2048], head[60], *p;
	size_t sum_at = 0, head_len = put_transport(file, f, head, &sum_at), len;

	p = put_ip(file, f, put_ethernet(f, bytes), head_len + f->len);
	memcpy(p, head, head_len);
	if (f->len)
		memcpy(p + head_len, f->data, f->len);
	if (head_len)
		put_checksum(f, p, head_len + f->len, sum_at);
	len = (size_t)(p - bytes) + head_len + f->len;
	if (len < ETHERNET_MIN && !f->leaves) {
		memset(bytes + len, 0, ETHERNET_MIN - len);
		len = ETHERNET_MIN;
	}
	put_record(file, bytes, len);
}

void frame_send_arp(struct frame_file *file, uint16_t low)
{
	uint8_t bytes[ETHERNET_MIN] = { 255,  255, 255, 255, 255, 255,	2,  0, 0, 0, 0,
					0x20, 8,   6,	0,   1,	  8,	0,  6, 4, 0, 1,
					2,    0,   0,	0,   0,	  0x20, 10, 0, 0, 1 };

	bytes[38] = 10;
	wire_put_be16(bytes + 40, low);
	put_record(file, bytes, sizeof(bytes));
}
