/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was sent, to whom, when, from where and why: a row for each probe of a service;
 * sweeps have a log of their own. Rows are only ever added, and leave when they are too old.
 */
#ifndef STORE_PROBING_AUDIT_H
#define STORE_PROBING_AUDIT_H

#include "store/store.h"

/* A probe that was answered or given up; one whose end nobody knows, since verify or core fell
 * while it was under way: it may have sent all that a probe sends. */
#define AUDIT_KIND_LIST(X)      \
	X(AUDIT_PROBE, "probe") \
	X(AUDIT_LOST, "lost")

#define AUDIT_ENUM(id, text) id,
enum audit_kind { AUDIT_KIND_LIST(AUDIT_ENUM) AUDIT_KIND_END };
#undef AUDIT_ENUM

struct audit_row {
	uint64_t number; /* from 1, never repeats */
	wall_t time_us;	 /* written */
	wall_t started_us, finished_us;
	uint64_t job; /* 0 none */
	struct service service;
	struct addr from;
	/* Half-open SYNs, connections begun and SYNs repeated for them, datagrams. Lost: 0, not
	 * known. */
	uint32_t syns, dials, datagrams;
	uint8_t kind;	       /* enum audit_kind */
	uint8_t asker;	       /* enum asker */
	uint8_t event;	       /* enum event: what it was to be probed for */
	uint8_t state, reason; /* enums: what came of it */
	uint8_t given_up;      /* 1: ended before there was a verdict */
	uint8_t pad[6];
	char vantage[PROBE_VANTAGE_MAX];
};

/* Put into the batch; `number` and `time_us` 0 are filled in. A store in memory keeps none. */
void store_put_audit(struct store *store, struct audit_row *row);

/* What became of a job that was sent to verify. Nothing is put when nothing was sent. `job` NULL:
 * it was taken back meanwhile. */
void audit_probe(struct store *store, const struct store_job *job, const struct probe *probe);

/* A job that was sent goes out again and nobody knows what became of it. */
void audit_lost(struct store *store, const struct store_job *job);

typedef int (*audit_fn)(void *arg, const struct audit_row *row);

/* Rows with a number below `before` (0: all), the newest first. Results as store_walk_events. */
int store_walk_audit(struct store *store, uint64_t before, audit_fn fn, void *arg);

const char *audit_kind_text(unsigned kind);

#endif
