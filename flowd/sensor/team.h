/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workers of the sensor and what they have in common: the link to core, what core knows, the
 * addresses of this host.
 */
#ifndef FLOWD_SENSOR_TEAM_H
#define FLOWD_SENSOR_TEAM_H

#include "base/conf.h"
#include "base/ipc.h"
#include "flowd/sensor/worker.h"

#define TEAM_MOST 16 /* workers */

struct expect;

struct team {
	const struct conf *conf;
	struct ipc *core; /* hello, the end, and what core says; each worker has its own sender */
	struct prefix_set own;
	struct learn *learnt;
	struct expect *expect; /* what is announced to one worker may come to another */
	struct worker *workers[TEAM_MOST];
	size_t size;
};

/* How many workers the configuration asks for, on this machine. */
size_t team_wanted(const struct conf *conf);

/* Asks core what it knows and makes the workers. 0 or an error; what was made is for team_close. */
int team_open(struct team *team);
void team_close(struct team *team);

/* What a worker does in its thread; returns an exit status. */
typedef int (*team_fn)(void *arg, struct worker *worker);

/*
 * Starts a thread for each worker but the first, which has this one; seals the cage over all of
 * them, and only then lets them go. The worst of their statuses; 1: a thread or the cage failed.
 */
int team_run(struct team *team, team_fn fn, void *arg);

#endif
