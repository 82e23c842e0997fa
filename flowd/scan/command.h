/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hand-over by a program: its arguments, its start and its end.
 */
#ifndef FLOWD_SCAN_COMMAND_H
#define FLOWD_SCAN_COMMAND_H

#include "base/conf/tools.h"
#include "flowd/scan/handover.h"
#include "flowd/scan/program.h"

#include <sys/types.h>

struct command {
	const struct tool_conf *tool;
	const struct handover *handover;
	const char *secret; /* "" none */
	const char *folder; /* its own */
	int asker;	    /* it ends when he is gone */
	bool best_effort;   /* of the cage */
	struct program program;
	/* Its own: */
	pid_t pid;
	int output;
};

/* Starts it: 0; else `run` says why not. */
int command_start(struct command *c, struct tool_run *run);

/* Waits for its end: `run` says how, what it said is in `text` (tool->output bytes). 0; -EPIPE:
 * nobody wants to know any more. */
int command_wait(struct command *c, struct tool_run *run, char *text);

#endif
