/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/policy/policy.h"

#include "flowd/core/policy/exception.h"
#include "flowd/core/policy/group.h"
#include "flowd/core/policy/hold.h"

#include <stdio.h>
#include <stdlib.h>

#define MINUTE (60 * MONO_SECOND)
#define DAY_MINUTES 1440
#define PRUNE_EVERY MINUTE

struct policy policy_of(const struct conf *conf)
{
	return (struct policy){ .group_for = conf->alert_group,
				.verdict_for = conf->alert_verdict,
				.waiting_limit = conf->limit_waiting,
				.windows_limit = conf->limit_windows };
}

int policy_open(struct lifecycle *l)
{
	int rc = hold_open(l);

	if (rc >= 0)
		rc = store_get_exceptions(l->store, &l->policy.exceptions);
	/* What is over is forgotten at the first tick, and the rest counted. */
	return rc < 0 ? rc : 0;
}

void policy_free(struct policy *p)
{
	free(p->entries);
	p->entries = NULL;
}

/* ---- what a rule wants ---- */

static void join(const char names[][RULES_NAME_MAX], size_t count, char out[POLICY_NAMES_MAX])
{
	size_t i, len = 0;

	for (i = 0; i < count && len + 1 < POLICY_NAMES_MAX; i++)
		len += (size_t)snprintf(out + len, POLICY_NAMES_MAX - len, "%s%s", i ? "," : "",
					names[i]);
}

/* The same in every life of the store, and secret: strangers choose products. Never 0. */
static uint64_t key_of(const struct lifecycle *l, const char *rule, const struct alert_policy *p)
{
	const struct hash_key key = store_peer_key(l->store);
	struct {
		uint64_t rule;
		char by[sizeof(p->group_by)], of[sizeof(p->group_of)];
	} said;
	uint64_t hash;

	memset(&said, 0, sizeof(said)); /* what the compiler pads with, too */
	said.rule = hash_bytes(&key, rule, strlen(rule));
	if (p) {
		memcpy(said.by, p->group_by, sizeof(said.by));
		memcpy(said.of, p->group_of, sizeof(said.of));
	}
	hash = hash_bytes(&key, &said, sizeof(said));
	return hash ? hash : 1;
}

struct alert_terms policy_terms(const struct lifecycle *l, const struct rules_verdict *verdict,
				const char *owner, struct alert *alert)
{
	const struct rules_actions *a = verdict->actions;
	struct alert_policy *p = &alert->policy;
	struct alert_terms terms = { .group = 0 };

	if (!a)
		return terms;
	join(a->sinks, a->sink_count, terms.sinks);
	join(a->tags, a->tag_count, p->tags);
	if (a->group_by) {
		group_name((enum rules_group)a->group_by, owner, alert);
		terms.group = key_of(l, verdict->rule, p);
	}
	if (a->throttle) {
		terms.window = key_of(l, verdict->rule, NULL);
		terms.throttle = a->throttle;
		terms.throttle_s = a->throttle_s;
	}
	terms.scan = a->scan;
	terms.has_quiet = a->has_quiet;
	terms.quiet_from = a->quiet_from;
	terms.quiet_to = a->quiet_to;
	return terms;
}

/* ---- what is done with it ---- */

/* When the quiet hours end that it is within now; 0: it is not. */
static wall_t quiet_end(const struct alert_terms *t, wall_t now)
{
	unsigned minute = (unsigned)(now / MINUTE % DAY_MINUTES);
	unsigned since = (minute + DAY_MINUTES - t->quiet_from) % DAY_MINUTES;
	unsigned length = (t->quiet_to + DAY_MINUTES - t->quiet_from) % DAY_MINUTES;

	if (!t->has_quiet || since >= length)
		return 0;
	return (now / MINUTE + length - since) * MINUTE;
}

static bool waits_for_morning(struct lifecycle *l, const struct alert *alert,
			      const struct alert_terms *terms)
{
	struct store_waiting row = { .due_us = quiet_end(terms, l->now),
				     .wait = WAIT_QUIET,
				     .terms = *terms,
				     .alert = *alert };

	return row.due_us && hold_put(l, &row);
}

bool policy_takes(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms,
		  enum alert_wait after)
{
	if (group_takes(l, alert, terms))
		return true;
	if (after < WAIT_QUIET && waits_for_morning(l, alert, terms))
		return true;
	return after < WAIT_THROTTLE && group_throttles(l, alert, terms);
}

void policy_made(struct lifecycle *l, const struct alert *alert, const struct alert_terms *terms)
{
	if (*alert->policy.tags && alert->finding.event != EVENT_HEALTH)
		store_put_tags(l->store, &alert->finding.service, alert->policy.tags);
	group_made(l, alert, terms);
}

int policy_tick(struct lifecycle *l, bool all)
{
	int rc = 0;

	if (!l->now)
		return 0;
	if (l->now >= l->policy.prune_us) {
		l->policy.prune_us = l->now + PRUNE_EVERY;
		rc = group_prune(l);
	}
	if (!rc)
		rc = exception_tick(l, all);
	if (!rc)
		hold_tick(l, all);
	return rc;
}

void policy_set_back(struct lifecycle *l, mono_t by)
{
	l->policy.prune_us = 0;
	hold_set_back(l, by);
}
