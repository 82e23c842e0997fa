/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/tell.h"

#include "flowd/core/book/approvals.h"
#include "flowd/core/book/casework.h"
#include "flowd/core/facts/gather.h"
#include "flowd/core/handover/handovers.h"
#include "flowd/core/policy/hold.h"
#include "flowd/facts.h"
#include "store/history/judgements.h"
#include "store/naming.h"
#include "store/outbox/letters.h"

struct finding tell_finding(const struct lifecycle *l, const struct store_service *row,
			    enum event event, const struct probe *probe)
{
	struct finding f = { .service = row->service,
			     .time_us = l->now,
			     .peer = row->peer,
			     .event = (uint8_t)event,
			     .state = (uint8_t)store_state(row),
			     .evidence = row->evidence,
			     .verified = row->state != STATE_CANDIDATE,
			     .peer_home = prefix_set_has(l->home, &row->peer),
			     .origin = row->origin,
			     .peer_origin = row->peer_origin };

	record_text_set(f.app, sizeof(f.app), store_app(row));
	memcpy(f.app_guess, row->app_guess, sizeof(f.app_guess));
	naming_tell(&f, row);
	f.exposure = row->exposure;
	if (row->state != STATE_CANDIDATE)
		vantage_tell(l, &f);
	if (!probe)
		return f;
	memcpy(f.product, probe->product, sizeof(f.product));
	memcpy(f.version, probe->version, sizeof(f.version));
	memcpy(f.vantage, probe->vantage, sizeof(f.vantage));
	return f;
}

void tell_event(struct lifecycle *l, struct store_service *row, enum event event,
		const struct probe *probe)
{
	struct event_row e = { .time_us = l->now, .finding = tell_finding(l, row, event, probe) };

	store_put_event(l->store, &e, row);
	l->act(l->arg, &(struct lifecycle_act){ .event = &e });
}

/* What was judged is kept, for other rules to be tried on it. */
static void remember(struct lifecycle *l, const struct store_judgement *said)
{
	struct store_judgement row = *said;

	row.time_us = l->now;
	store_put_judgement(l->store, &row);
}

void tell_make(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms)
{
	store_put_alert(l->store, alert);
	casework_begin(l, alert);
	if (terms->scan)
		handovers_by_rule(l->handovers, alert);
	if (l->receiver)
		store_put_outbox(l->store, l->receiver, alert);
	if (l->letters)
		letters_put(l->store, alert, terms->sinks);
	policy_made(l, alert, terms);
	l->act(l->arg, &(struct lifecycle_act){ .alert = alert });
}

/* What a rule that has chosen says of the alert. */
static struct alert_terms choose(struct lifecycle *l, struct alert *alert,
				 const struct rules_verdict *verdict,
				 const struct rules_facts *facts)
{
	alert->level = (uint8_t)verdict->level;
	alert->rule_line = verdict->line;
	record_text_set(alert->rule, sizeof(alert->rule), verdict->rule);
	record_text_set(alert->rule_file, sizeof(alert->rule_file), verdict->file);
	approvals_expect(l, alert);
	gather_asset(l, alert);
	return policy_terms(l, verdict, facts->owner, alert);
}

static void offer(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms)
{
	if (casework_admits(l, alert) && !policy_takes(l, alert, terms, WAIT_NONE))
		tell_make(l, alert, terms);
}

static bool is_awaited(const struct probe *probe, const struct store_job *job)
{
	return !probe && job && job->job.id && job->allowed;
}

/* The rule wants the verdict first, and there will be one. */
static bool is_delayed(const struct rules_verdict *verdict, const struct probe *probe,
		       const struct store_job *job)
{
	return verdict->actions && verdict->actions->delay && is_awaited(probe, job);
}

void tell_judge(struct lifecycle *l, const struct finding *finding, const struct store_service *row,
		const struct probe *probe, struct store_job *job)
{
	struct alert alert = { .time_us = l->now, .finding = *finding };
	bool quiet = l->now < l->quiet_until, alerts;
	const struct store_facts known = gather_facts(l, finding, row, probe);
	const struct rules_facts facts = facts_told(&known, l->now);
	struct rules_verdict verdict;
	struct alert_terms terms;

	if (probe && job && job->job.id)
		hold_settle(l, job->job.id);
	rules_judge_with(l->rules, finding, &facts, &verdict);
	alerts = verdict.level > (job ? job->level : LEVEL_NONE) &&
		 (verdict.level >= LEVEL_HIGH || !quiet);
	remember(l, &(struct store_judgement){ .job = job ? job->job.id : 0,
					       .line = verdict.line,
					       .level = alerts ? (uint8_t)verdict.level : 0,
					       .judged = (uint8_t)verdict.level,
					       .quiet = quiet,
					       .awaited = is_awaited(probe, job),
					       .finding = *finding,
					       .facts = known });
	if (!alerts)
		return;
	origins_find(l->origins, &finding->peer, alert.peer_as_name);
	if (probe)
		alert.probe = *probe;
	terms = choose(l, &alert, &verdict, &facts);
	if (is_delayed(&verdict, probe, job) && hold_unverified(l, &alert, &terms, job))
		return;
	if (job)
		job->level = (uint8_t)verdict.level;
	offer(l, &alert, &terms);
}

void tell_after(struct lifecycle *l, const struct finding *finding, const struct store_service *row,
		const struct probe *probe, const struct rules_verdict *then)
{
	struct alert alert = { .time_us = l->now, .finding = *finding };
	const struct store_facts known = gather_facts(l, finding, row, probe);
	const struct rules_facts facts = facts_told(&known, l->now);
	struct rules_verdict verdict;
	struct alert_terms terms;

	rules_judge_with(l->rules, finding, &facts, &verdict);
	if (verdict.level <= then->level)
		return;
	remember(l, &(struct store_judgement){ .line = verdict.line,
					       .level = (uint8_t)verdict.level,
					       .judged = (uint8_t)verdict.level,
					       .finding = *finding,
					       .facts = known });
	origins_find(l->origins, &finding->peer, alert.peer_as_name);
	if (probe)
		alert.probe = *probe;
	alert.policy.exception_us = then->actions->until_us;
	terms = choose(l, &alert, &verdict, &facts);
	offer(l, &alert, &terms);
}

static void judge_trouble(struct lifecycle *l, const struct finding *finding)
{
	struct alert alert = { .time_us = l->now, .finding = *finding };
	const struct rules_facts facts = { .now_us = l->now };
	struct rules_verdict verdict;
	struct alert_terms terms;

	rules_judge_with(l->rules, finding, &facts, &verdict);
	remember(l, &(struct store_judgement){ .line = verdict.line,
					       .level = (uint8_t)verdict.level,
					       .judged = (uint8_t)verdict.level,
					       .finding = *finding });
	if (!verdict.level)
		return;
	terms = choose(l, &alert, &verdict, &facts);
	offer(l, &alert, &terms);
}

void tell_trouble(struct lifecycle *l, const struct trouble_news *news)
{
	struct event_row e = { .finding = { .event = EVENT_HEALTH, .trouble = *news } };

	if (news->time_us > l->now)
		l->now = news->time_us;
	e.time_us = e.finding.time_us = l->now;
	store_put_event(l->store, &e, NULL);
	l->act(l->arg, &(struct lifecycle_act){ .event = &e });
	if (!news->over)
		judge_trouble(l, &e.finding);
}
