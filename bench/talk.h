/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients and servers say first, byte for byte as their protocols want it, so that finding
 * names is real work.
 */
#ifndef BENCH_TALK_H
#define BENCH_TALK_H

#include "bench/rng.h"

/* X(constant, the name flowd gives it, usual port, another one) */
#define TALK_LIST(X)                           \
	X(TALK_HTTP, "http", 80, 8080)         \
	X(TALK_TLS, "tls", 443, 8443)          \
	X(TALK_SSH, "ssh", 22, 2222)           \
	X(TALK_REDIS, "redis", 6379, 6380)     \
	X(TALK_MYSQL, "mysql", 3306, 3307)     \
	X(TALK_UNKNOWN, "unknown", 9999, 5555) \
	X(TALK_DNS, "dns", 53, 1053)

enum talk_kind {
#define TALK_ENUM(id, ...) id,
	TALK_LIST(TALK_ENUM)
#undef TALK_ENUM
		TALK_END
};

#define TALK_MESSAGES 8
#define TALK_VARIANTS 8

struct talk_message {
	uint8_t *bytes;
	uint16_t len;
	bool by_server;
};

struct talk {
	struct talk_message messages[TALK_MESSAGES];
	unsigned count;
};

extern const char *const talk_names[TALK_END];
extern const uint16_t talk_ports[TALK_END][2];

/* One of the TALK_VARIANTS talks of a kind; made once, never freed. */
const struct talk *talk_get(enum talk_kind kind, unsigned variant);

/* Makes all talks. */
void talk_open(struct rng *rng);

#endif
