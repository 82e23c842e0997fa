/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is remembered and told of a run, besides its row: the trail of who did what, the history of
 * its alert, and the facts that it is given.
 */
#ifndef FLOWD_CORE_HANDOVER_RECORD_H
#define FLOWD_CORE_HANDOVER_RECORD_H

#include "flowd/core/lifecycle.h"
#include "flowd/scan/handover.h"

/* It was ordered, or it is over. */
void record_trail(struct lifecycle *l, const struct tool_run *run, const char *what);

/* The alert it is about gets an entry that says what came of it. */
void record_case(struct lifecycle *l, const struct tool_run *run);

/* What is known of the service of `run`. 0; 1: there is no such service or alert any more; an error
 * of the store. */
int record_facts(struct lifecycle *l, const struct tool_run *run, struct handover *out);

#endif
