/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits for a program, and keeps what it says.
 */
#ifndef FLOWD_SCAN_COLLECT_H
#define FLOWD_SCAN_COLLECT_H

#include "base/mono.h"
#include "base/record.h"

#include <sys/types.h>

struct collect {
	pid_t pid;
	int output; /* of it */
	int asker;  /* who wants to know: when he is gone it ends */
	mono_t until;
	size_t most; /* bytes to be kept */
};

/*
 * Until it has ended, or was made to: `run` says how, its output is in `text` (`most` bytes). 0;
 * -EPIPE: nobody wants to know any more.
 */
int collect(const struct collect *c, struct tool_run *run, char *text);

#endif
