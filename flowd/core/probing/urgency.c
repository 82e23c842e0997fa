/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/probing/urgency.h"

#include "flowd/core/out/tell.h"

static bool is_high(const struct lifecycle *l, const struct finding *f)
{
	struct rules_verdict verdict;

	rules_judge(l->rules, f, &verdict);
	return verdict.level >= LEVEL_HIGH;
}

/* Would it wake somebody up as it is, or when the probe finds it open? */
static bool is_feared(const struct lifecycle *l, const struct store_service *row, enum event event)
{
	struct finding f = tell_finding(l, row, event, NULL);

	if (is_high(l, &f))
		return true;
	f.state = STATE_OPEN;
	f.verified = 1;
	/* What the port is known for, so far as nobody knows better. */
	if (!*f.app)
		memcpy(f.app, f.app_guess, sizeof(f.app));
	return is_high(l, &f);
}

void urgency_set(const struct lifecycle *l, const struct store_service *row, struct job *job)
{
	/* Somebody waits for it. */
	bool asked = job->event == EVENT_VERDICT, routine = job->event == EVENT_NONE;

	job->asker = asked ? ASKER_API : routine ? ASKER_SCHEDULE : ASKER_WIRE;
	job->urgent = asked || (!routine && is_feared(l, row, job->event));
}
