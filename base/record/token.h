/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask flowd what: a token and its role. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_TOKEN_H
#define BASE_RECORD_TOKEN_H

#include "base/mono.h"

#include <stddef.h>
#include <stdint.h>

/* X(constant, text): each may what the one before it may. Nobody, look, act, decide. */
#define RECORD_ACCESS_LIST(X)          \
	X(ACCESS_NONE, "none")         \
	X(ACCESS_VIEWER, "viewer")     \
	X(ACCESS_OPERATOR, "operator") \
	X(ACCESS_ADMIN, "admin")

#define RECORD_ENUM(id, text) id,
enum access { RECORD_ACCESS_LIST(RECORD_ENUM) ACCESS_END };
#undef RECORD_ENUM

#define TOKEN_NAME_MAX 32
#define TOKEN_HASH 32

/* Order and row in one: web says what is to be kept, core keeps it. The token itself is nowhere. */
struct token {
	uint64_t id; /* never 0 */
	wall_t made_us;
	wall_t expires_us;	  /* 0: never */
	uint8_t hash[TOKEN_HASH]; /* SHA-256 of its text */
	char name[TOKEN_NAME_MAX];
	uint8_t access;	 /* enum access */
	uint8_t revoked; /* it is to be forgotten */
	uint8_t pad[6];
};

/* Web to core: who gives the order that comes next. */
struct orderer {
	char by[TOKEN_NAME_MAX]; /* "": nobody had to say who */
};

/* Static, "?" outside the range; and back, or ERR_UNKNOWN. */
const char *record_access_text(unsigned access);
int record_access_parse(const char *text, size_t len);

#endif
