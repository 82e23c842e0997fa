/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a store that knows many services, for the figures of a start with them.
 *
 * usage: fill STATE COUNT        services 10.0.0.0/8, ports from 1 on, each of them with a name
 */
#include "base/err.h"
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BATCH 10000
#define HOSTS 65536 /* then the next port */
#define T0 (1700000000 * MONO_SECOND)

static const char *const apps[] = { "http", "tls", "ssh", "smtp", "dns", "mysql", "redis", "" };

static struct store_service service(uint64_t n)
{
	uint32_t host = (uint32_t)(n % HOSTS);
	struct store_service row = {
		.service = { .host = addr_v4((const uint8_t[]){ 10, 1, (uint8_t)(host >> 8),
								(uint8_t)host }),
			     .port = (uint16_t)(n / HOSTS + 1),
			     .proto = PROTO_TCP },
		.first_us = T0 + (wall_t)n,
		.last_us = T0 + (wall_t)n,
		.handshakes = n,
		.peer = addr_v4((const uint8_t[]){ 198, 51, 100, (uint8_t)n }),
		.evidence = EVIDENCE_FULL,
		.state = STATE_OPEN,
		.announced = 1,
		.delivered = 1,
	};

	record_text_set(row.app, sizeof(row.app), apps[n % (sizeof(apps) / sizeof(apps[0]))]);
	hash_sketch_add(&row.peers, n * 0x9e3779b97f4a7c15ULL);
	return row;
}

int main(int argc, char **argv)
{
	uint64_t n, count = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	char error[STORE_ERROR_MAX];
	struct store *store;
	int rc = 0;

	if (!count || (mkdir(argv[1], 0750) && errno != EEXIST)) {
		fprintf(stderr, "usage: fill STATE COUNT\n");
		return 2;
	}
	if (store_open(argv[1], &store, error)) {
		fprintf(stderr, "%s: %s\n", argv[1], error);
		return 1;
	}
	for (n = 0; n < count && !rc; n++) {
		const struct store_service row = service(n);

		store_put_service(store, &row);
		if (n % BATCH == BATCH - 1)
			rc = store_commit(store, false);
	}
	if (!rc)
		rc = store_commit(store, true);
	store_close(store);
	if (rc)
		fprintf(stderr, "%s\n", err_text(rc));
	return rc != 0;
}
