/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that hands alerts to their receivers.
 */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

struct conf;
struct ipc;

/*
 * Runs the role until SIGTERM; `core` is owned from then on. Reads the receivers' secrets, enters
 * its cage, then starts a thread for each of them. Returns the exit status.
 */
int relay_run(const struct conf *conf, struct ipc *core);

#endif
