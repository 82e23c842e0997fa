/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a program of others: without a shell, with the arguments, the environment, the limits and
 * the system calls that it is given, and nothing else of ours.
 */
#ifndef FLOWD_SCAN_LAUNCH_H
#define FLOWD_SCAN_LAUNCH_H

#include "base/conf/tools.h"

#include <sys/types.h>

struct launch {
	const struct tool_conf *tool;
	int program;	    /* of what is started, O_PATH */
	char *const *argv;  /* NULL at the end */
	const char *secret; /* "" none */
	const char *folder; /* its own, where it begins */
	bool best_effort;   /* of the cage */
};

/*
 * Starts it; what it says comes from `output`. 0; -errno and the step that failed in `why` (sizeof
 * run.reason).
 */
int launch_start(const struct launch *launch, pid_t *pid, int *output, char *why);

#endif
