/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/verdict/turn.h"

#include "flowd/core/book/approvals.h"
#include "flowd/core/lifecycle.h"

/* Who waits for the verdict hears of it by its own event. */
static bool is_awaited(const struct job *job)
{
	return job->event != EVENT_NONE && job->event != EVENT_VERDICT;
}

bool turn_is_late(const struct lifecycle *l, const struct agenda_look *look,
		  const struct store_plan *plan)
{
	unsigned state = look->row->state;

	return plan->settled == STATE_CANDIDATE && !is_awaited(look->job) &&
	       (state == STATE_REFUSES || state == STATE_RESTRICTED) &&
	       !approvals_cover(l, look->row);
}

static bool is_up(unsigned state)
{
	return state == STATE_OPEN || state == STATE_REFUSES || state == STATE_RESTRICTED;
}

int turn_far(struct lifecycle *l, const struct agenda_look *look, struct changes *out)
{
	const struct store_service *row = look->row;
	struct store_plan plan;
	int rc;

	if (look->was == row->state || is_awaited(look->job) || !is_up(row->state))
		return 0;
	rc = store_get_plan(l->store, &row->service, &plan);
	/* What was never settled, or is gone, is the agenda's to tell. */
	if (rc <= 0 || plan.settled == STATE_CANDIDATE || plan.settled == STATE_GONE ||
	    plan.settled == row->state)
		return rc < 0 ? rc : 0;
	changes_add_state(out, EVENT_CHANGED, plan.settled, row->state);
	plan.settled = row->state;
	store_put_plan(l->store, &row->service, plan.due_us, &plan);
	return 0;
}
