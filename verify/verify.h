/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that looks at a port the way an attacker would.
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

struct conf;
struct ipc;

/*
 * Runs the role until core ends the channel (owned from then on) or says IPC_STOP: takes IPC_JOB
 * and IPC_NAME, gives one IPC_PROBE for every job. Opens its sockets, then enters its cage. Returns
 * the exit status.
 */
int verify_run(const struct conf *conf, struct ipc *core);

#endif
