/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that remembers and decides: sightings and probes in; jobs, events and alerts out.
 */
#ifndef FLOWD_CORE_CORE_H
#define FLOWD_CORE_CORE_H

struct conf;
struct ipc;

/*
 * Runs the role until the sensor says that it has ended, or SIGTERM comes; the channels are owned
 * from then on. Opens rules and alert file, enters its cage, then opens the store. Returns the exit
 * status.
 */
int core_run(const struct conf *conf, struct ipc *sensor, struct ipc *verify, struct ipc *web,
	     struct ipc *parent);

#endif
