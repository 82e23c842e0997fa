/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core hands over: the run, and what is known of its service. The answer is the run as it
 * ended, and behind it `output` bytes.
 */
#ifndef FLOWD_SCAN_HANDOVER_H
#define FLOWD_SCAN_HANDOVER_H

#include "base/record.h"

struct handover {
	struct tool_run run;
	struct alert alert;	    /* of the run, or as one would be made now, with number 0 */
	char name[RECORD_HINT_MAX]; /* that clients ask for (SNI); "" none */
};

#endif
