/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts that turn the state of a service while nobody waits for them: they are news all the
 * same. */
#ifndef FLOWD_CORE_VERDICT_TURN_H
#define FLOWD_CORE_VERDICT_TURN_H

#include "flowd/core/agenda/changes.h"

/*
 * Is it the first verdict of a service, of a look that somebody asked for, and one that rules know
 * as an event (refuses, restricted)? What was told when the service was met could not say so.
 */
bool turn_is_late(const struct lifecycle *l, const struct agenda_look *look,
		  const struct store_plan *plan);

/*
 * The same for a verdict of another vantage, which is no look of the agenda: another state than the
 * one that was settled is a change, and settled from now on. 0 or an error of the store.
 */
int turn_far(struct lifecycle *l, const struct agenda_look *look, struct changes *out);

#endif
