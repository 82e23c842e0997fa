/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that end (until): what they kept silent and still stands is judged again then.
 */
#ifndef FLOWD_CORE_POLICY_EXCEPTION_H
#define FLOWD_CORE_POLICY_EXCEPTION_H

#include "flowd/core/lifecycle.h"

/* Looks after some of the services; `all`: of what has ended, after all of them. 0 or an error of
 * the store. */
int exception_tick(struct lifecycle *l, bool all);

#endif
