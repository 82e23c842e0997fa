/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that people and programs ask: the page and the API.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

struct conf;
struct ipc;

/*
 * Runs the role until SIGTERM or core's end of the channel, which it owns. Opens the listener,
 * enters its cage, then opens the store as a reader. Returns the exit status.
 */
int web_run(const struct conf *conf, struct ipc *core);

#endif
