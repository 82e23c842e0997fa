/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/tell.h"

#include "flowd/core/book/approvals.h"
#include "flowd/core/book/casework.h"
#include "store/history/judgements.h"
#include "store/naming.h"

#include "store/outbox/letters.h"
#include <stdio.h>

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

/* The receivers that a rule names, as letters have them; "" all. */
static const char *sinks_of(const struct rules_verdict *verdict, char out[LETTERS_SINKS_MAX])
{
	size_t i, len = 0, count = verdict->actions ? verdict->actions->sink_count : 0;

	out[0] = '\0';
	for (i = 0; i < count && len + 1 < LETTERS_SINKS_MAX; i++)
		len += (size_t)snprintf(out + len, LETTERS_SINKS_MAX - len, "%s%s", i ? "," : "",
					verdict->actions->sinks[i]);
	return out;
}

void tell_alert(struct lifecycle *l, struct alert *alert, const struct rules_verdict *verdict)
{
	char sinks[LETTERS_SINKS_MAX];

	alert->level = (uint8_t)verdict->level;
	alert->rule_line = verdict->line;
	record_text_set(alert->rule, sizeof(alert->rule), verdict->rule);
	approvals_expect(l, alert);
	if (!casework_admits(l, alert))
		return;
	store_put_alert(l->store, alert);
	casework_begin(l, alert);
	if (l->receiver)
		store_put_outbox(l->store, l->receiver, alert);
	if (l->letters)
		letters_put(l->store, alert, sinks_of(verdict, sinks));
	l->act(l->arg, &(struct lifecycle_act){ .alert = alert });
}

void tell_judge(struct lifecycle *l, const struct finding *finding, const struct probe *probe,
		struct store_job *job)
{
	struct alert alert = { .time_us = l->now, .finding = *finding };
	bool quiet = l->now < l->quiet_until, alerts;
	struct rules_verdict verdict;
	struct rules_facts facts = { .now_us = l->now };

	if (probe)
		rules_facts_add(&facts, probe);
	rules_judge_with(l->rules, finding, &facts, &verdict);
	alerts = verdict.level > (job ? job->level : LEVEL_NONE) &&
		 (verdict.level >= LEVEL_HIGH || !quiet);
	remember(l, &(struct store_judgement){ .job = job ? job->job.id : 0,
					       .line = verdict.line,
					       .level = alerts ? (uint8_t)verdict.level : 0,
					       .judged = (uint8_t)verdict.level,
					       .quiet = quiet,
					       .finding = *finding });
	if (!alerts)
		return;
	if (job)
		job->level = (uint8_t)verdict.level;
	origins_find(l->origins, &finding->peer, alert.peer_as_name);
	if (probe)
		alert.probe = *probe;
	tell_alert(l, &alert, &verdict);
}

void tell_health(struct lifecycle *l, const struct finding *finding)
{
	struct alert alert = { .time_us = l->now, .finding = *finding };
	struct rules_verdict verdict;

	rules_judge(l->rules, finding, &verdict);
	remember(l, &(struct store_judgement){ .line = verdict.line,
					       .level = (uint8_t)verdict.level,
					       .judged = (uint8_t)verdict.level,
					       .finding = *finding });
	if (verdict.level)
		tell_alert(l, &alert, &verdict);
}
