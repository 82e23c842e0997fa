/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep of the command line: the program ends with it.
 */
#ifndef FLOWD_CORE_SWEEP_ONCE_H
#define FLOWD_CORE_SWEEP_ONCE_H

#include "base/mono.h"

#include <stdbool.h>

struct sweeps;

struct once {
	uint64_t id; /* 0: there is none */
	mono_t shown;
	bool screen; /* standard error is a terminal */
	bool over, failed;
};

/* Orders it. 0, ERR_RANGE: there is nothing to look at, or too much; an error of the store. */
int once_open(struct sweeps *sweeps);

/* Shows how it fares; `over` and `failed` are set when it has ended. 0 or an error of the store. */
int once_tick(struct sweeps *sweeps);

#endif
