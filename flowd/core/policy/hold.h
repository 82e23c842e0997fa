/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts that wait, and that are made when their time has come.
 */
#ifndef FLOWD_CORE_POLICY_HOLD_H
#define FLOWD_CORE_POLICY_HOLD_H

#include "flowd/core/lifecycle.h"
#include "store/policy/waiting.h"

/* The row waits from now on, and gets its number. False: too many do, unless for a throttle. */
bool hold_put(struct lifecycle *l, struct store_waiting *row);

/* An alert without its verdict, which a rule delays: true when it waits. */
bool hold_unverified(struct lifecycle *l, const struct alert *alert,
		     const struct alert_terms *terms, const struct store_job *job);

/* The verdict of a job is there: what waited for it is not made. */
void hold_settle(struct lifecycle *l, uint64_t job);

int hold_open(struct lifecycle *l);

/* Makes what is due; `all`: whatever waits. */
void hold_tick(struct lifecycle *l, bool all);
void hold_set_back(struct lifecycle *l, mono_t by);

#endif
