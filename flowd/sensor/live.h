/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening: a loop for each worker, and what they are told from outside: the end, a core that was
 * born anew, an interface that has come back.
 */
#ifndef FLOWD_SENSOR_LIVE_H
#define FLOWD_SENSOR_LIVE_H

#include "flowd/sensor/team.h"

struct live;

/*
 * Begins to hear of interfaces, before any is opened: what comes up afterwards is not missed. 0 or
 * -errno.
 */
int live_open(struct live **out);
void live_free(struct live *live);

/*
 * Listens until SIGTERM, until core is gone, or until an interface of the configuration that could
 * not be listened on is there: a caged role can't open it, so it ends with ROLE_AGAIN. Returns
 * the exit status.
 */
int live_run(struct live *live, struct team *team);

#endif
