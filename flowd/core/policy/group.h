/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One alert for many findings: those of a group, and those that a throttle keeps back. The alert
 * counts them and lists their services.
 */
#ifndef FLOWD_CORE_POLICY_GROUP_H
#define FLOWD_CORE_POLICY_GROUP_H

#include "flowd/core/lifecycle.h"

/* Sets what the alert stands for. */
void group_name(enum rules_group by, const char *owner, struct alert *alert);

/* Its group has an alert: the finding is counted there. */
bool group_takes(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms);

/* Its rule has made enough alerts for now: the finding is kept back, and waits. */
bool group_throttles(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms);

/* The alert was made: it begins its group, and counts for its throttle. */
void group_made(struct lifecycle *l, const struct alert *alert, const struct alert_terms *terms);

/* Forgets the windows that are over. 0 or an error of the store. */
int group_prune(struct lifecycle *l);

#endif
