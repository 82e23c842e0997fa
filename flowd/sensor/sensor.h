/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that reads what strangers send: frames in, sightings out.
 */
#ifndef FLOWD_SENSOR_SENSOR_H
#define FLOWD_SENSOR_SENSOR_H

struct conf;
struct ipc;

#define SENSOR_UNREADABLE \
	2 /* exit status: a capture file is broken somewhere; what came before counts */

/*
 * Runs the role until the files end or SIGTERM comes; `core` is owned from then on. Opens the
 * captures, then enters its cage. Returns the exit status.
 */
int sensor_run(const struct conf *conf, struct ipc *core);

#endif
