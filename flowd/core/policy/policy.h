/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the actions of a rule do with its alerts: they wait, they stand for others, they are not too
 * many, they have tags; and exceptions that have ended. All of it is kept in the store, in the
 * batch of what caused it.
 */
#ifndef FLOWD_CORE_POLICY_POLICY_H
#define FLOWD_CORE_POLICY_POLICY_H

#include "base/conf.h"
#include "rules/rules.h"
#include "store/policy/groups.h"

struct lifecycle;

/* An alert that waits, as much of it as the clock has to know. */
struct policy_entry {
	uint64_t number; /* of its row; 0: it is done */
	wall_t due_us;
	uint64_t job; /* whose verdict it waits for; 0 none */
};

struct policy {
	mono_t group_for;   /* a group takes what comes */
	mono_t verdict_for; /* an alert waits for its verdict */
	uint64_t waiting_limit, windows_limit;
	/* Its own: */
	struct policy_entry *entries; /* in the order of their numbers */
	size_t count, room, look;
	uint64_t last, windows;
	wall_t prune_us;
	struct store_exceptions exceptions;
	bool grown; /* there are letters that no alert was made for */
	uint64_t grouped, throttled, hurried, refused; /* see the counters of these names */
};

struct policy policy_of(const struct conf *conf);

/* Finds what was left open and waiting. 0 or an error of the store. */
int policy_open(struct lifecycle *l);
void policy_free(struct policy *p);

/* What the rule that decided wants for this alert, whose tags and group are set. */
struct alert_terms policy_terms(const struct lifecycle *l, const struct rules_verdict *verdict,
				const char *owner, struct alert *alert);

/*
 * True: the alert is not to be made now, and is kept or counted elsewhere. `after`: what it has
 * waited for already.
 */
bool policy_takes(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms,
		  enum alert_wait after);

/* The alert was made. */
void policy_made(struct lifecycle *l, const struct alert *alert, const struct alert_terms *terms);

/* Makes what has waited long enough, forgets what is over. `all`: nothing more will come. 0 or an
 * error of the store. */
int policy_tick(struct lifecycle *l, bool all);

/* The clock was set back: nothing waits longer for it. */
void policy_set_back(struct lifecycle *l, mono_t by);

#endif
