/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that are handed over to tools: what people and rules want is a row of the store until
 * its turn comes, is done by a short-lived role (flowd/scan/), and what came of it is kept.
 */
#ifndef FLOWD_CORE_HANDOVER_HANDOVERS_H
#define FLOWD_CORE_HANDOVER_HANDOVERS_H

#include "flowd/core/announce.h"
#include "flowd/core/crew.h"
#include "flowd/core/lifecycle.h"
#include "flowd/core/probing/backlog.h"

struct handovers;

struct wishes;

/*
 * Begins, and puts itself into the lifecycle of `others` (borrowed for good, as all here); what was
 * under way when an earlier core ended is interrupted. NULL: nothing is handed over here, or memory
 * is short.
 */
struct handovers *handovers_new(const struct conf *conf, struct loop *loop,
				struct announce *announce, const struct wishes *others);
void handovers_free(struct handovers *h);

/* A person orders a run, or cancels one (state "cancelled"). 0; 1: it makes no sense; an error of
 * the store. */
int handovers_order(struct handovers *h, const struct tool_run *order);

/* A rule says `scan` of an alert, which has its number: the tools that may be started for its level
 * get the service. NULL: there are none. */
void handovers_by_rule(struct handovers *h, const struct alert *alert);

#endif
