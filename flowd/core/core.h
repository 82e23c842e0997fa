/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that remembers and decides: sightings and probes in; jobs, events and alerts out.
 */
#ifndef FLOWD_CORE_CORE_H
#define FLOWD_CORE_CORE_H

struct conf;
struct ipc;

/* Its ends of the links, by whom they lead to. */
struct core_ends {
	struct ipc *sensor, *verify, *web, *parent, *relay;
};

/*
 * Runs the role until the sensor says that it has ended, or SIGTERM comes; the channels are owned
 * from then on. Opens rules and alert file, enters its cage, then opens the store. Returns the exit
 * status.
 */
int core_run(const struct conf *conf, const struct core_ends *ends);

#endif
