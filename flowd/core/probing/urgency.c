/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/probing/urgency.h"

#include "flowd/core/facts/gather.h"
#include "flowd/core/out/tell.h"
#include "flowd/facts.h"

static bool is_high(const struct lifecycle *l, const struct finding *f,
		    const struct store_service *row)
{
	const struct store_facts known = gather_facts(l, f, row, NULL);
	const struct rules_facts facts = facts_told(&known, l->now);
	struct rules_verdict verdict;

	rules_judge_with(l->rules, f, &facts, &verdict);
	return verdict.level >= LEVEL_HIGH;
}

/* Would it wake somebody up as it is, or when the probe finds it open? */
static bool is_feared(const struct lifecycle *l, const struct store_service *row, enum event event)
{
	struct finding f = tell_finding(l, row, event, NULL);

	if (is_high(l, &f, row))
		return true;
	f.state = STATE_OPEN;
	f.verified = 1;
	/* What the port is known for, so far as nobody knows better. */
	if (!*f.app)
		memcpy(f.app, f.app_guess, sizeof(f.app));
	return is_high(l, &f, row);
}

void urgency_set(const struct lifecycle *l, const struct store_service *row, struct job *job)
{
	/* Somebody waits for it. */
	bool asked = job->event == EVENT_VERDICT, routine = job->event == EVENT_NONE;

	job->asker = asked ? ASKER_API : routine ? ASKER_SCHEDULE : ASKER_WIRE;
	/* What is not probed need not be judged for that. */
	job->urgent = asked || (!routine && lifecycle_may_probe(l, &row->service) &&
				is_feared(l, row, job->event));
}
