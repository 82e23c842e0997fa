/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What web asks of core: each message in its hands.
 */
#ifndef FLOWD_CORE_WISH_WISHES_H
#define FLOWD_CORE_WISH_WISHES_H

#include "flowd/core/assets/scout.h"
#include "flowd/core/crew.h"
#include "flowd/core/handover/handovers.h"
#include "flowd/core/lifecycle.h"
#include "flowd/core/out/courier.h"
#include "flowd/core/probing/backlog.h"
#include "flowd/core/sweep/sweeps.h"
#include "flowd/core/vitals/vitals.h"

/* Who does what is asked for; all borrowed. */
struct wishes {
	struct store *store;
	struct ipc *web;
	struct lifecycle *life;
	struct backlog *backlog;
	struct sweeps *sweeps;
	struct vitals *vitals;
	struct crew *crew;
	struct courier *courier;
	struct scout *scout;
	struct orderer who; /* gives the next order */
};

/* 0; 1: the message makes no sense; an error of the store. */
int wishes_take(struct wishes *wishes, const struct ipc_message *message);

#endif
