/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/policy/hold.h"

#include "flowd/core/book/casework.h"
#include "flowd/core/out/tell.h"

#include <stdlib.h>

#define TURN 512 /* alerts made in one look */
#define LOOKS 64 /* jobs that are looked at in one look: are they still under way? */

static bool grow(struct policy *p)
{
	size_t room = p->room ? 2 * p->room : 64;
	struct policy_entry *entries;

	if (p->count < p->room)
		return true;
	entries = realloc(p->entries, room * sizeof(*entries));
	if (!entries)
		return false;
	p->entries = entries;
	p->room = room;
	return true;
}

static void add_entry(struct policy *p, const struct store_waiting *row)
{
	p->entries[p->count++] = (struct policy_entry){ row->number, row->due_us, row->job };
	if (row->number > p->last)
		p->last = row->number;
}

bool hold_put(struct lifecycle *l, struct store_waiting *row)
{
	struct policy *p = &l->policy;

	/* Those of throttles are as many as there are windows. */
	if ((row->wait != WAIT_THROTTLE && p->count >= p->waiting_limit) || !grow(p)) {
		p->hurried++;
		return false;
	}
	row->number = p->last + 1;
	row->since_us = row->alert.policy.waited_us ? row->alert.policy.waited_us : l->now;
	store_put_waiting(l->store, row);
	add_entry(p, row);
	return true;
}

bool hold_unverified(struct lifecycle *l, const struct alert *alert,
		     const struct alert_terms *terms, const struct store_job *job)
{
	struct store_waiting row = { .due_us = job->job.made_us + l->policy.verdict_for,
				     .job = job->job.id,
				     .wait = WAIT_VERDICT,
				     .terms = *terms,
				     .alert = *alert };

	return row.due_us > l->now && hold_put(l, &row);
}

void hold_settle(struct lifecycle *l, uint64_t job)
{
	struct policy *p = &l->policy;
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->entries[i].job == job && p->entries[i].number) {
			store_delete_waiting(l->store, p->entries[i].number);
			p->entries[i].number = 0;
		}
}

/* ---- its time has come ---- */

/* Its verdict may still come, and is told only if it makes it worse. */
static void mark_job(struct lifecycle *l, const struct store_waiting *row)
{
	struct store_job job;

	if (store_get_job(l->store, row->job, &job) <= 0 || job.level >= row->alert.level)
		return;
	job.level = row->alert.level;
	store_put_job(l->store, &job);
}

static void release(struct lifecycle *l, uint64_t number)
{
	struct store_waiting row;

	if (store_get_waiting(l->store, number, &row) <= 0)
		return;
	store_delete_waiting(l->store, number);
	row.alert.policy.wait = row.wait;
	row.alert.policy.waited_us = row.since_us;
	row.alert.time_us = l->now;
	if (row.wait == WAIT_VERDICT)
		mark_job(l, &row);
	if (casework_admits(l, &row.alert) &&
	    !policy_takes(l, &row.alert, &row.terms, (enum alert_wait)row.wait))
		tell_make(l, &row.alert, &row.terms);
}

static void forget_done(struct policy *p)
{
	size_t i, kept = 0;

	for (i = 0; i < p->count; i++)
		if (p->entries[i].number)
			p->entries[kept++] = p->entries[i];
	p->count = kept;
}

/* A job that is no more has no verdict to wait for. */
static void look_at_jobs(struct lifecycle *l)
{
	struct policy *p = &l->policy;
	struct store_job job;
	size_t i;

	for (i = 0; i < LOOKS && i < p->count; i++) {
		struct policy_entry *e = &p->entries[p->look++ % p->count];

		if (e->number && e->job && !store_get_job(l->store, e->job, &job))
			e->due_us = l->now;
	}
}

void hold_tick(struct lifecycle *l, bool all)
{
	struct policy *p = &l->policy;
	unsigned made = 0;
	size_t i;

	look_at_jobs(l);
	/* What is made may wait for something else then: it is behind the others. */
	for (i = 0; i < p->count && (all || made < TURN); i++) {
		uint64_t number = p->entries[i].number;

		if (!number || (!all && p->entries[i].due_us > l->now))
			continue;
		p->entries[i].number = 0;
		release(l, number);
		made++;
	}
	forget_done(p);
}

void hold_set_back(struct lifecycle *l, mono_t by)
{
	struct policy *p = &l->policy;
	size_t i;

	for (i = 0; i < p->count; i++)
		p->entries[i].due_us -= by;
}

static int take_row(void *arg, const struct store_waiting *row)
{
	struct policy *p = arg;

	if (!grow(p))
		return -1;
	add_entry(p, row);
	return 0;
}

int hold_open(struct lifecycle *l)
{
	return store_walk_waiting(l->store, take_row, &l->policy);
}
