/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services are probed before others: those by whose port an attacker would begin.
 */
#ifndef FLOWD_CORE_PROBING_URGENCY_H
#define FLOWD_CORE_PROBING_URGENCY_H

#include "base/record.h"

/* Says of a new job whether it is urgent, and who wants it, by its service and event. */
void urgency_set(struct job *job);

#endif
