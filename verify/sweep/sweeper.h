/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one sweep at a time in the role's loop. What it keeps does not grow with the targets: a
 * position, a few seconds of history, tables of a fixed size. Everything that leaves is asked of
 * targets, exclude, noprobe and its rate here, whatever was checked before.
 */
#ifndef VERIFY_SWEEP_SWEEPER_H
#define VERIFY_SWEEP_SWEEPER_H

#include "base/conf.h"
#include "base/ipc.h"
#include "base/loop.h"
#include "base/record.h"
#include "verify/budget.h"
#include "verify/sweep/gear.h"

struct sweeper;

/* May the service be looked at, as far as the rules go? */
typedef bool (*sweeper_may_fn)(const void *rules, const struct service *service);

/* Says IPC_SIGHTING, IPC_HOST, IPC_SWEEP to core: 0; -EAGAIN: it is to be said again. */
typedef int (*sweeper_fn)(void *arg, enum ipc_kind kind, const void *record);

/* All borrowed. */
struct sweeper_setup {
	const struct conf *conf;
	sweeper_may_fn may; /* NULL: all that the budget lets pass */
	const void *rules;  /* its argument */
	const struct budget *budget;
	const struct source *source;
	struct gear *gear;
	struct loop *loop;
	sweeper_fn say;
	void *arg;
};

/* NULL when memory is short. */
struct sweeper *sweeper_new(const struct sweeper_setup *setup);
void sweeper_free(struct sweeper *s);

/*
 * Core's order: "running" begins it where it stands, in place of another one; the one that runs is
 * left alone. Any other state of the one that runs ends it, and that is answered.
 */
void sweeper_order(struct sweeper *s, const struct sweep *order);

#endif
