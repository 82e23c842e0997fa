/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a store with many alerts that wait for receivers, for tests and figures of their delivery.
 *
 * usage: letters STATE COUNT[/SECONDS] SINK...        each receiver is to get all of them
 *
 * With SECONDS they were made one after the other in that time until now, and nobody took any.
 */
#include "store/outbox/letters.h"
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BATCH 1000

static struct alert make(uint64_t n, wall_t time)
{
	struct alert a = { .time_us = time,
			   .level = LEVEL_HIGH,
			   .rule_line = 7,
			   .rule_file = "/etc/flowd/lab.rules",
			   .asset = { .name = "till", .owner = "shop team" } };
	struct finding *f = &a.finding;

	f->service = (struct service){ .host = addr_v4((const uint8_t[]){ 10, 1, (uint8_t)(n >> 8),
									  (uint8_t)n }),
				       .port = (uint16_t)(n % 65535 + 1),
				       .proto = PROTO_TCP };
	f->time_us = a.time_us;
	f->peer = addr_v4((const uint8_t[]){ 198, 51, 100, (uint8_t)n });
	f->event = EVENT_NEW;
	f->state = STATE_OPEN;
	f->evidence = EVIDENCE_FULL;
	f->verified = 1;
	record_text_set(f->app, sizeof(f->app), "ssh");
	record_text_set(f->product, sizeof(f->product), "OpenSSH");
	record_text_set(f->version, sizeof(f->version), "9.2p1");
	record_text_set(a.rule, sizeof(a.rule), "alert high event new app ssh tag { dmz pci }");
	record_text_set(a.policy.tags, sizeof(a.policy.tags), "dmz,pci");
	return a;
}

static int fill(struct store *store, uint64_t count, mono_t over)
{
	wall_t now = mono_wall();
	uint64_t n;
	int rc = 0;

	for (n = 0; n < count && !rc; n++) {
		struct alert a = make(n, now - over + over / (mono_t)count * (mono_t)n);

		store_put_alert(store, &a);
		letters_put(store, &a, "");
		if (n % BATCH == BATCH - 1)
			rc = store_commit(store, false);
	}
	return rc ? rc : store_commit(store, true);
}

int main(int argc, char **argv)
{
	char *rest = "";
	uint64_t count = argc >= 4 ? strtoull(argv[2], &rest, 10) : 0;
	mono_t over = *rest == '/' ? atoi(rest + 1) * MONO_SECOND : 0;
	char error[STORE_ERROR_MAX];
	struct store *store;
	int i, rc;

	if (!count || (mkdir(argv[1], 0750) && errno != EEXIST)) {
		fprintf(stderr, "usage: letters STATE COUNT[/SECONDS] SINK...\n");
		return 2;
	}
	if (store_open(argv[1], &store, error)) {
		fprintf(stderr, "%s: %s\n", argv[1], error);
		return 1;
	}
	for (i = 3; i < argc; i++) {
		struct store_sink row = { .cursor = store_last_alert(store),
					  .down_us = over ? mono_wall() - over : 0 };

		record_text_set(row.name, sizeof(row.name), argv[i]);
		letters_put_sink(store, &row);
	}
	rc = fill(store, count, over);
	store_close(store);
	if (rc)
		fprintf(stderr, "%s\n", err_text(rc));
	return rc != 0;
}
