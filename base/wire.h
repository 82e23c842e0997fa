/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only reader of bytes from outside: a cursor that never leaves its bounds. A read past the end
 * yields zeros and marks the cursor bad for good, so that a parser may check once at the end.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire {
	const uint8_t *at, *end; /* borrowed until the caller's buffer goes */
	bool bad;
};

static inline struct wire wire_open(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	return (struct wire){ at, at + len, false };
}

static inline size_t wire_left(const struct wire *w)
{
	return (size_t)(w->end - w->at);
}

/* `len` bytes to look at and go past; NULL, and the cursor bad and at its end, when they are not
 * there. */
static inline const uint8_t *wire_take(struct wire *w, size_t len)
{
	const uint8_t *p = w->at;

	if (__builtin_expect(len > wire_left(w), 0)) {
		w->bad = true;
		w->at = w->end;
		return NULL;
	}
	w->at += len;
	return p;
}

/* Forget everything after the next `len` bytes; no-op when there are fewer. */
static inline void wire_limit(struct wire *w, size_t len)
{
	if (len < wire_left(w))
		w->end = w->at + len;
}

static inline uint8_t wire_u8(struct wire *w)
{
	const uint8_t *p = wire_take(w, 1);

	return p ? *p : 0;
}

static inline uint16_t wire_be16_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wire_be32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t wire_be16(struct wire *w)
{
	const uint8_t *p = wire_take(w, 2);

	return p ? wire_be16_at(p) : 0;
}

static inline uint32_t wire_be32(struct wire *w)
{
	const uint8_t *p = wire_take(w, 4);

	return p ? wire_be32_at(p) : 0;
}

/* The other byte order. */
static inline uint32_t wire_swap32(uint32_t v)
{
	return __builtin_bswap32(v);
}

/* Writers, for keys and for packets we make ourselves. */
static inline void wire_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void wire_put_be32(uint8_t *p, uint32_t v)
{
	wire_put_be16(p, (uint16_t)(v >> 16));
	wire_put_be16(p + 2, (uint16_t)v);
}

static inline void wire_put_be64(uint8_t *p, uint64_t v)
{
	wire_put_be32(p, (uint32_t)(v >> 32));
	wire_put_be32(p + 4, (uint32_t)v);
}

static inline uint64_t wire_be64_at(const uint8_t *p)
{
	return (uint64_t)wire_be32_at(p) << 32 | wire_be32_at(p + 4);
}

/* The Internet checksum (RFC 1071) of `len` bytes on top of `sum`; fold with wire_checksum_end. */
uint32_t wire_checksum(const uint8_t *p, size_t len, uint32_t sum);
uint16_t wire_checksum_end(uint32_t sum);

#endif
