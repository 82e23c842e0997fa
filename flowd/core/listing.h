/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known, as lines on standard output: the end of a replay.
 */
#ifndef FLOWD_CORE_LISTING_H
#define FLOWD_CORE_LISTING_H

#include "flowd/core/lifecycle.h"

/* The services, then the hosts that answer everything. 0, -ENOMEM or an error of the store. */
int listing_print(const struct lifecycle *l);

#endif
