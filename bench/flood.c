/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a capture of a SYN-ACK flood to standard output: each packet comes from another endpoint,
 * as if as many hosts answered a forged SYN each. The same arguments give the same bytes.
 *
 * usage: flood COUNT [RATE [HOSTS]]	RATE: packets a second of capture time; HOSTS: addresses
 */
#include "base/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0_S 1700000000u
#define FRAME_LEN 58 /* Ethernet, IPv4, TCP with one option */
#define RATE 1000000
#define HOSTS (1u << 24) /* 10.0.0.0/8 */
#define PORTS 60000
#define SCATTER 2654435761u /* odd: each number below a power of two comes once */

static void put_le32(uint8_t *p, uint32_t v)
{
	wire_put_be32(p, __builtin_bswap32(v));
}

static void put_frame(uint8_t *p, uint32_t host, uint16_t port, uint32_t n)
{
	static const uint8_t start[] = {
		2, 0, 0,  0, 0, 1,    2, 0,  0, 0, 0, 2, 0x08, 0x00, /* IPv4: */ 0x45,
		0, 0, 44, 0, 0, 0x40, 0, 64, 6
	};
	uint32_t sum;

	memset(p, 0, FRAME_LEN);
	memcpy(p, start, sizeof(start));
	wire_put_be32(p + 26, 10u << 24 | host);
	wire_put_be32(p + 30, 198u << 24 | 18u << 16 | (n & 0xffff));
	wire_put_be16(p + 24, wire_checksum_end(wire_checksum(p + 14, 20, 0)));
	wire_put_be16(p + 34, port);
	wire_put_be16(p + 36, (uint16_t)(1024 + n % 64000));
	wire_put_be32(p + 38, n * SCATTER);
	wire_put_be32(p + 42, n);
	wire_put_be16(p + 46, 6u << 12 | 0x12); /* SYN, ACK */
	wire_put_be16(p + 48, 64240);
	wire_put_be32(p + 54, 0x020405b4); /* MSS 1460 */
	sum = wire_checksum(p + 26, 8, 6 + 24);
	wire_put_be16(p + 50, wire_checksum_end(wire_checksum(p + 34, 24, sum)));
}

int main(int argc, char **argv)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1 };
	static char buffer[1 << 20];
	uint64_t n, count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	uint64_t rate = argc > 2 ? strtoull(argv[2], NULL, 10) : RATE;
	uint64_t hosts = argc > 3 ? strtoull(argv[3], NULL, 10) : HOSTS;
	uint8_t record[16 + FRAME_LEN];

	if (argc > 4 || !count || !rate || !hosts || hosts > HOSTS || count / hosts >= PORTS) {
		fprintf(stderr, "usage: flood COUNT [RATE [HOSTS]]\n");
		return 2;
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	fwrite(head, sizeof(head), 1, stdout);
	for (n = 0; n < count; n++) {
		put_le32(record, T0_S + (uint32_t)(n / rate));
		put_le32(record + 4, (uint32_t)(n % rate * 1000000 / rate));
		put_le32(record + 8, FRAME_LEN);
		put_le32(record + 12, FRAME_LEN);
		put_frame(record + 16, (uint32_t)(n % hosts * SCATTER) % HOSTS,
			  (uint16_t)(1 + n / hosts), (uint32_t)n);
		if (fwrite(record, sizeof(record), 1, stdout) != 1)
			return 1;
	}
	return fflush(stdout) != 0;
}
