/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hand-over by a call of HTTP: what is asked, and what is made of the answer.
 */
#ifndef FLOWD_SCAN_CALL_H
#define FLOWD_SCAN_CALL_H

#include "base/conf/tools.h"
#include "flowd/scan/handover.h"

struct client;

/* The authorities to believe, as they were read before the cage closed; NULL the system's. */
struct client *call_open(const struct tool_conf *tool, const char *authorities);

struct call {
	const struct tool_conf *tool;
	const struct handover *handover;
	const char *secret; /* "" none */
	struct tool_run *run;
	char *text; /* tool->output bytes */
};

/* Asks: `run` says how it ended, what was answered is in `text`. */
void call_do(struct client *client, const struct call *call);

#endif
