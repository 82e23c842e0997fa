/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an alert: what was said before is not said again, what was closed is opened again
 * when it changes, and people decide about the rest.
 */
#ifndef FLOWD_CORE_BOOK_CASEWORK_H
#define FLOWD_CORE_BOOK_CASEWORK_H

#include "flowd/core/lifecycle.h"

/*
 * May this alert, which has no number yet, be made? No when the same was said of the service a
 * short while ago and is not closed, or was called a false positive: that is counted where it was
 * said. `reopens` is set to the closed alert that it opens again.
 */
bool casework_admits(struct lifecycle *l, struct alert *alert);

/* The alert was made and put: its case begins. */
void casework_begin(struct lifecycle *l, const struct alert *alert);

/* Does as a person orders. 0; 1: the order makes no sense; an error of the store. */
int casework_order(struct lifecycle *l, const struct triage *order, wall_t latest);

#endif
