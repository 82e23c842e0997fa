/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IP address of either family, as it stands in every key: 16 bytes in network order, IPv4 in the
 * mapped form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ADDR_TEXT_MAX 46 /* bytes that hold any address and its NUL */

struct addr {
	uint8_t b[16];
};

/* The address of four bytes in network order. */
static inline struct addr addr_v4(const uint8_t *bytes)
{
	/* ::ffff:a.b.c.d in two words, as hashes read it: a load of bytes that were stored in
	 * smaller pieces has to wait for them. */
	static const uint8_t mapped[4] = { 0, 0, 0xff, 0xff };
	uint32_t low, high;
	uint64_t words[2] = { 0, 0 };
	struct addr a;

	memcpy(&low, mapped, sizeof(low));
	memcpy(&high, bytes, sizeof(high));
	words[1] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? (uint64_t)high << 32 | low
							     : (uint64_t)low << 32 | high;
	memcpy(&a, words, sizeof(a));
	return a;
}

/* The address of sixteen bytes in network order. */
static inline struct addr addr_v6(const uint8_t *bytes)
{
	struct addr a;

	memcpy(a.b, bytes, 16);
	return a;
}

static inline bool addr_is_v4(const struct addr *a)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return !memcmp(a->b, mapped, sizeof(mapped));
}

/* Half of an address as a number. */
static inline uint64_t addr_half(const struct addr *a, size_t half)
{
	uint64_t n;

	memcpy(&n, a->b + 8 * half, sizeof(n));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(n) : n;
}

/* <0, 0, >0: the order of the bytes, which is the order of the numbers. */
static inline int addr_order(const struct addr *a, const struct addr *b)
{
	uint64_t x = addr_half(a, 0), y = addr_half(b, 0);

	if (x == y) {
		x = addr_half(a, 1);
		y = addr_half(b, 1);
	}
	return (x > y) - (x < y);
}

static inline bool addr_is_same(const struct addr *a, const struct addr *b)
{
	return !memcmp(a->b, b->b, sizeof(a->b));
}

/* No host answers from it: unspecified, loopback is a host; multicast, broadcast are not. */
bool addr_is_group(const struct addr *a);

/* Reads "192.0.2.1" or "2001:db8::1" (`len` bytes, no NUL needed). 0 or ERR_SYNTAX. */
int addr_parse(const char *text, size_t len, struct addr *out);

/* The canonical text (RFC 5952); `out` has ADDR_TEXT_MAX bytes; returns it. */
char *addr_text(const struct addr *a, char *out);

struct sockaddr_storage;

/* Fills a socket address; returns its length. */
unsigned addr_to_socket(const struct addr *a, uint16_t port, struct sockaddr_storage *out);

/* Reads a socket address of either family; `port` may be NULL. 0 or ERR_UNKNOWN (another family).
 */
int addr_from_socket(const struct sockaddr_storage *ss, struct addr *out, uint16_t *port);

#endif
