/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was handed over to tools, with what they said. Rows leave when they are too old
 * (handover.keep).
 */
#ifndef STORE_BOOK_RUNS_H
#define STORE_BOOK_RUNS_H

#include "store/store.h"

/* 1 found, 0 not, or an error, as the getters of store.h. */
int store_get_run(struct store *store, uint64_t id, struct tool_run *out);

/* The output of a run, `run->output` bytes into `out`. Likewise. */
int store_get_run_output(struct store *store, const struct tool_run *run, char *out);

/* Put into the batch. `output` has `row->output` bytes; NULL: it stays as it is. A store in memory
 * keeps none. */
void store_put_run(struct store *store, const struct tool_run *row, const char *output);

/* Those with a lower id than `before` (0: all), the latest first; of a service, from the first with
 * an id not below `from`, the earliest first. As the walks of store.h. */
typedef int (*store_run_fn)(void *arg, const struct tool_run *row);
int store_walk_runs(struct store *store, uint64_t before, store_run_fn fn, void *arg);
int store_walk_runs_of(struct store *store, const struct service *service, store_run_fn fn,
		       void *arg);

/* Those that are not over, the earliest first. Likewise. */
int store_walk_open_runs(struct store *store, store_run_fn fn, void *arg);

/* Drops those made before `cut`. 0 or an error. */
int store_expire_runs(struct store *store, wall_t cut);

#endif
