/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flowd --restore: a store made again of a copy of it.
 */
#ifndef FLOWD_HOUSE_RESTORE_H
#define FLOWD_HOUSE_RESTORE_H

struct conf;

/* Says what came of it; the exit status. */
int restore_run(const struct conf *conf, const char *from);

#endif
