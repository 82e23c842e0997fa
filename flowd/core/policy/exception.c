/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/policy/exception.h"

#include "flowd/core/book/approvals.h"
#include "flowd/core/facts/gather.h"
#include "flowd/core/out/tell.h"
#include "flowd/facts.h"
#include "store/naming.h"

#define TURN 256 /* services in one look: the rest of the world goes on */

struct look {
	struct lifecycle *l;
	wall_t end; /* of the exception */
	unsigned count, most;
	struct service next;
	bool more;
};

/* What is not judged yet will be, as the rules are now. */
static bool is_undecided(const struct lifecycle *l, const struct store_service *row)
{
	struct store_job job;

	return row->job && store_get_job(l->store, row->job, &job) > 0 && !job.judged;
}

/* It is there, and nobody has said that it may be. */
static bool stands(const struct lifecycle *l, const struct store_service *row)
{
	if (!row->announced || row->ephemeral || row->state == STATE_GONE ||
	    row->state == STATE_CLOSED || row->state == STATE_EPHEMERAL)
		return false;
	if (row->evidence == EVIDENCE_INVALID && row->state != STATE_OPEN)
		return false;
	return !approvals_cover(l, row) && !is_undecided(l, row);
}

/* Did the statement that has ended decide it until then? Then it is judged as the rules are now. */
static void judge(struct look *k, const struct store_service *row, enum event event,
		  const struct probe *probe)
{
	struct lifecycle *l = k->l;
	const struct finding f = tell_finding(l, row, event, probe);
	const struct store_facts known = gather_facts(l, &f, row, probe);
	const struct rules_facts facts = facts_told(&known, k->end - 1);
	struct rules_verdict then;

	rules_judge_with(l->rules, &f, &facts, &then);
	if (then.actions && then.actions->until_us == k->end)
		tell_after(l, &f, row, probe, &then);
}

static int look_at(void *arg, const struct store_service *row)
{
	struct look *k = arg;
	struct probe probe;
	bool probed;

	if (k->count++ == k->most) {
		k->next = row->service;
		k->more = true;
		return 1;
	}
	if (!stands(k->l, row))
		return 0;
	probed = store_get_probe(k->l->store, &row->service, k->l->vantages.near, &probe) > 0;
	judge(k, row, EVENT_NEW, probed ? &probe : NULL);
	if (naming_is_masked(row))
		judge(k, row, EVENT_MASQUERADE, probed ? &probe : NULL);
	return 0;
}

/* What happens next to the statements of the rules. */
static void find_end(struct lifecycle *l, struct store_exceptions *e)
{
	wall_t end = rules_next_end(l->rules, e->done_us);

	if (!e->done_us) {
		e->done_us = l->now;
	} else if (end && end <= l->now) {
		e->end_us = end;
		memset(&e->from, 0, sizeof(e->from));
	} else {
		return;
	}
	store_put_exceptions(l->store, e);
}

int exception_tick(struct lifecycle *l, bool all)
{
	struct store_exceptions *e = &l->policy.exceptions;
	struct look k = { .l = l, .most = all ? UINT32_MAX : TURN };
	int rc;

	if (!e->end_us)
		find_end(l, e);
	if (!e->end_us)
		return 0;
	k.end = e->end_us;
	if ((rc = store_commit(l->store, false)) ||
	    (rc = store_walk_services(l->store, &e->from, look_at, &k)) < 0)
		return rc;
	e->from = k.next;
	if (!k.more) {
		e->done_us = e->end_us;
		e->end_us = 0;
	}
	store_put_exceptions(l->store, e);
	return 0;
}
