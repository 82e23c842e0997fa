/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services are probed before others: those that the rules would call high or critical should
 * they be open, and those that somebody asks for.
 */
#ifndef FLOWD_CORE_PROBING_URGENCY_H
#define FLOWD_CORE_PROBING_URGENCY_H

#include "flowd/core/lifecycle.h"

/* Says of a new job for the row whether it is urgent, and who wants it, by its event. */
void urgency_set(const struct lifecycle *l, const struct store_service *row, struct job *job);

#endif
