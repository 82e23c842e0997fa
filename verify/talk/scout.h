/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations beside one that only listens: they ask at once what would have to wait until
 * nobody has spoken. They go as the budget allows, or not at all.
 */
#ifndef VERIFY_SCOUT_H
#define VERIFY_SCOUT_H

#include "verify/talk/talk.h"

#define SCOUTS_MOST 2

/* One of them is over; `result` is borrowed until this returns. The callee may call scout_end. */
typedef void (*scout_fn)(void *arg, const struct talk_result *result);

struct scout;

struct scout_one {
	struct scout *all;
	struct talk *talk; /* NULL: there is none */
	bool is_over, is_heard;
};

struct scout {
	scout_fn fn;
	void *arg;
	unsigned count;	  /* sent */
	unsigned repeats; /* SYNs that the kernel repeated for those that are freed */
	struct scout_one ones[SCOUTS_MOST];
};

/* Sends one. 0; as talk_open, or ERR_FULL: there is none. */
int scout_send(struct scout *scout, const struct talk_room *room, const struct talk_order *order);

/* Is any of them not over yet? */
bool scout_waits(const struct scout *scout);

/* Has nobody answered any of them yet, or refused to? */
bool scout_is_mute(const struct scout *scout);

/* Ends them all. */
void scout_end(struct scout *scout);

/* SYNs of all of them so far. */
unsigned scout_dials(const struct scout *scout);

#endif
