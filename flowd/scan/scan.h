/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that hands a service over to a tool: born for one run, which core sends it
 * (flowd/scan/handover.h) and to which it answers.
 */
#ifndef FLOWD_SCAN_SCAN_H
#define FLOWD_SCAN_SCAN_H

#include "base/conf/tools.h"
#include "base/ipc.h"

#define SCAN_MOST (TOOLS_TIMEOUT_MOST + 60 * MONO_SECOND)
#define SCAN_AT_ONCE 4

struct conf;

/* Does it and ends; `asker` is its own. The exit status. */
int scan_run(const struct conf *conf, struct ipc *asker);

#endif
