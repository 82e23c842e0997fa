/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/lifecycle.h"

#include "base/err.h"
#include "flowd/core/agenda/changes.h"
#include "flowd/core/book/approvals.h"
#include "flowd/core/book/learning.h"
#include "flowd/core/datagram/silence.h"
#include "flowd/core/deceptive.h"
#include "flowd/core/merge.h"
#include "flowd/core/out/tell.h"
#include "flowd/core/probing/urgency.h"
#include "flowd/core/verdict/notice.h"
#include "store/hints.h"
#include "store/naming.h"

/* How long after it was first met a service may turn out to be explained: its announcement may come
 * after its answer. A name may come later. */
#define EXPLAIN_WITHIN (60 * MONO_SECOND)
#define EXPLAINABLE_PORT 1024 /* the lowest */

void lifecycle_judge(struct lifecycle *l, const struct store_service *row, struct store_job *job,
		     const struct probe *probe)
{
	const struct finding f = tell_finding(l, row, job->job.event, probe);

	/* Somebody asked and looks at the answer himself, or nobody did. */
	if (f.event == EVENT_VERDICT || f.event == EVENT_NONE)
		return;
	/* What the wire itself contradicts is no news to anybody, unless a probe has proved it. */
	if (row->evidence == EVIDENCE_INVALID && row->state != STATE_OPEN)
		return;
	tell_judge(l, &f, row, probe, job);
}

void lifecycle_tell(struct lifecycle *l, struct store_service *row, enum event event)
{
	struct store_job job = { .job = { .event = (uint8_t)event } };

	tell_event(l, row, event, NULL);
	lifecycle_judge(l, row, &job, NULL);
}

bool lifecycle_may_probe(const struct lifecycle *l, const struct service *service)
{
	return service->proto != PROTO_SCTP && prefix_set_has(l->targets, &service->host) &&
	       rules_may_probe(l->rules, service, NULL);
}

static void make_job(struct lifecycle *l, struct store_service *row, enum event event)
{
	struct store_job j = { .job = { .service = row->service,
					.made_us = l->now,
					.deadline_us = l->now + l->alert_deadline,
					.event = (uint8_t)event,
					.named = *row->app != 0 } };

	/* It waits for no verdict then. */
	if (!room_for_job(&l->room)) {
		lifecycle_judge(l, row, &j, NULL);
		return;
	}
	memcpy(j.job.app, row->app, sizeof(j.job.app));
	memcpy(j.job.app_guess, row->app_guess, sizeof(j.job.app_guess));
	store_get_sni(l->store, row, j.job.sni);
	j.allowed = lifecycle_may_probe(l, &row->service) &&
		    !(event == EVENT_NEW && canary_holds(l, row));
	urgency_set(l, row, &j.job);
	store_put_job(l->store, &j);
	row->job = j.job.id;
	l->jobs_made += j.allowed;
	if (!l->next_deadline)
		l->next_deadline = j.job.deadline_us;
}

/*
 * A service over UDP or SCTP that may not be probed gets no verdict: what the wire says is all
 * there will be, and its name is the last to come. Who answers STUN may yet turn out to be a peer;
 * that waits for the deadline.
 */
static int judge_by_wire(struct lifecycle *l, const struct store_service *row)
{
	struct store_job j;
	int rc;

	if (row->service.proto == PROTO_TCP || !row->job || !*row->app || !strcmp(row->app, "stun"))
		return 0;
	rc = store_get_job(l->store, row->job, &j);
	if (rc <= 0 || j.judged || j.allowed)
		return rc < 0 ? rc : 0;
	lifecycle_judge(l, row, &j, NULL);
	store_delete_job(l->store, j.job.id);
	return 0;
}

/* The wire has named the service: verify may be waiting for it. */
static int pass_name(struct lifecycle *l, const struct store_service *row)
{
	struct store_job j;
	int rc = row->job ? store_get_job(l->store, row->job, &j) : 0;

	if (rc <= 0)
		return rc;
	j.job.named = 1;
	memcpy(j.job.app, row->app, sizeof(j.job.app));
	store_get_sni(l->store, row, j.job.sni);
	store_put_job(l->store, &j);
	if (j.allowed)
		l->act(l->arg, &(struct lifecycle_act){ .name = &j.job });
	return judge_by_wire(l, row);
}

/* Where the two ends are. Of the peers since the record before only the latest is known by its
 * address: it stands for all of them. */
static void place(struct lifecycle *l, struct store_service *row, const struct sighting *s)
{
	row->origin = origins_find(l->origins, &s->service.host, NULL);
	row->peer_origin = origins_find(l->origins, &s->peer, NULL);
	if (!origins_has_country(l->origins))
		return;
	countries_top_add(&row->countries, row->peer_origin.country, s->handshakes);
	origins_count(l->origins, row->peer_origin.country, s->handshakes, s->last_us);
}

/*
 * May what the sensor says explain this row? It asks its own table, which may have had no room for
 * a service that has long been known here.
 */
static bool is_explained(const struct lifecycle *l, const struct store_service *row,
			 const struct sighting *s)
{
	if (!s->ephemeral || s->service.port < EXPLAINABLE_PORT)
		return false;
	if (!row->announced || row->ephemeral)
		return true;
	switch (s->ephemeral) {
	case EPHEMERAL_P2P:
	case EPHEMERAL_ICE:
		return true;
	case EPHEMERAL_PASSIVE_RANGE:
		return row->handshakes <= 1 && row->state != STATE_OPEN;
	default:
		return l->now - row->first_us < EXPLAIN_WITHIN;
	}
}

/* It is no service of its own: listed, neither probed nor judged, and gone after a while. */
static int explain(struct lifecycle *l, struct store_service *row, const struct sighting *s)
{
	bool told = row->announced;

	row->ephemeral = s->ephemeral;
	if (row->state == STATE_EPHEMERAL)
		return 0;
	if (row->job)
		store_delete_job(l->store, row->job);
	row->job = 0;
	row->announced = 0;
	row->state = STATE_EPHEMERAL;
	row->state_us = l->now;
	if (told)
		tell_event(l, row, EVENT_CHANGED, NULL);
	return fleeting_add(&l->fleeting, row);
}

/*
 * The name has news: it may be another than before, or one that the port denies. Only words that
 * prove it make a mask: nDPI may be wrong, and a client may want anything.
 */
static void judge_name(struct lifecycle *l, struct store_service *row, enum naming_news news)
{
	bool masked = naming_is_masked(row);

	if (news == NAMING_CHANGED) {
		row->probed[0] = 0;
		tell_event(l, row, EVENT_CHANGED, NULL);
		approvals_rename(l, row);
	}
	if (masked)
		tell_event(l, row, EVENT_MASQUERADE, NULL);
	if (masked || news == NAMING_CHANGED)
		make_job(l, row, masked ? EVENT_MASQUERADE : EVENT_CHANGED);
}

static void begin(struct lifecycle *l, struct store_service *row, enum event event)
{
	make_job(l, row, event);
	if (event != EVENT_NONE)
		tell_event(l, row, event, NULL);
}

int lifecycle_sighting(struct lifecycle *l, const struct sighting *s)
{
	struct store_service row = { .service = s->service };
	int rc = store_get_service(l->store, &s->service, &row);
	enum naming_news news;
	bool explained, known = rc > 0;

	if (rc < 0)
		return rc;
	if (s->last_us > l->now)
		l->now = s->last_us;
	explained = is_explained(l, &row, s);
	news = merge_sighting(&row, s);
	if (!explained && !row.announced && !row.delivered && (rc = deceptive_covers(l, s)))
		return rc < 0 ? rc : 0;
	if (!known && !explained && (rc = room_admit(&l->room, &row, l->now)) <= 0)
		return rc;
	place(l, &row, s);
	rc = 0;
	if (explained) {
		rc = explain(l, &row, s);
	} else if (!row.announced && row.evidence != EVIDENCE_INVALID) {
		row.announced = 1;
		row.ephemeral = EPHEMERAL_NONE;
		row.state = STATE_CANDIDATE;
		row.state_us = l->now;
		crowd_meet(l, &row);
		rc = canary_meet(l, &row, crowd_size(l, &row));
		begin(l, &row, approvals_cover(l, &row) ? EVENT_NONE : EVENT_NEW);
		rc = rc ? rc : judge_by_wire(l, &row);
	} else if (row.state == STATE_GONE && s->handshakes) {
		row.state = STATE_CANDIDATE;
		row.state_us = l->now;
		begin(l, &row, EVENT_RETURNED);
		rc = agenda_return(l, &row.service);
		rc = rc ? rc : judge_by_wire(l, &row);
	} else if (news == NAMING_FIRST || news == NAMING_SURER) {
		rc = pass_name(l, &row);
	}
	rc = rc ? rc : crowd_lets_go(l, &row);
	rc = rc ? rc : canary_lets_go(l, &row);
	if (news && row.announced && !row.ephemeral)
		judge_name(l, &row, news);
	if (rc >= 0)
		rc = notice_served(l, &row, s);
	store_put_service(l->store, &row);
	if (!known)
		store_count_service(l->store);
	return rc;
}

/* No more will be heard of a job; `probe` NULL: nothing was. */
static void conclude(struct lifecycle *l, const struct store_service *row, struct store_job *job,
		     const struct probe *probe)
{
	job->allowed = 0;
	if (crowd_takes(l, row, job))
		return;
	store_delete_job(l->store, job->job.id);
	if (probe || !job->judged || job->put_off)
		lifecycle_judge(l, row, job, probe);
	vantage_conclude(&l->vantages, job);
}

/* Takes what a verdict says into the row, tells it, and what has changed by it. */
static int take_verdict(struct lifecycle *l, struct store_service *row, struct store_job *j,
			const struct probe *probe)
{
	const struct agenda_look look = { row, &j->job, probe, row->state };
	struct changes changes = { .count = 0 };
	int rc;

	if (*probe->app)
		memcpy(row->probed, probe->app, sizeof(row->probed));
	row->delivered |= probe->banner_len || *probe->app || *probe->tls;
	if (row->service.proto == PROTO_UDP)
		row->state = (uint8_t)silence_state(row, &j->job, probe);
	else if ((rc = notice_probe(l, row, probe)))
		return rc;
	/* Somebody asked; it is explained all the same. */
	if (look.was == STATE_EPHEMERAL)
		row->state = STATE_EPHEMERAL;
	store_put_probe(l->store, probe, 0);
	if ((rc = vantage_settle(l, row)) || (rc = agenda_take(l, &look, &changes)) ||
	    (rc = changes.unsure ? 0 : approvals_check(l, row, probe)))
		return rc;
	row->state_us = look.was == row->state ? row->state_us : probe->finished_us;
	if (!changes_is_quiet(&look, &changes)) {
		store_put_probe(l->store, probe, l->now);
		tell_event(l, row, EVENT_VERDICT, probe);
	}
	/* Late, it may still show that the alert made without it was too low. */
	conclude(l, row, j, probe);
	changes_tell(l, row, probe, &changes);
	store_put_service(l->store, row);
	return probe->reason == REASON_ZERO_WINDOW ? canary_meet(l, row, UINT64_MAX) : 0;
}

int lifecycle_probe(struct lifecycle *l, const struct probe *probe)
{
	struct store_service row;
	struct store_job j;
	int rc = store_get_job(l->store, probe->job, &j);

	if (vantage_is_far(&l->vantages, probe->vantage))
		return vantage_take(l, probe);
	/* Answered before a restart, and now again. */
	if (rc <= 0)
		return rc;
	if (!service_is_same(&probe->service, &j.job.service))
		return 1;
	if (j.job.event == EVENT_DECEPTIVE)
		return canary_take(l, &j, probe);
	rc = store_get_service(l->store, &j.job.service, &row);
	/* It was taken back meanwhile, or was ephemeral and has left the list, or never was. */
	if (rc <= 0)
		return rc ? rc : rounds_take(l, &j, probe);
	if (probe->finished_us > l->now)
		l->now = probe->finished_us;
	if (probe->state != STATE_CANDIDATE)
		return take_verdict(l, &row, &j, probe);
	conclude(l, &row, &j, NULL);
	return 0;
}

struct deciding {
	struct lifecycle *l;
	bool all;
	mono_t back; /* the clock was set back by that much since these jobs were made */
	wall_t next; /* deadline of the first job that may still wait */
};

/*
 * Brings a deadline to the clock as it stands now; true when that changed it. What was set back
 * while nobody looked is seen by a wait that is longer than any.
 */
static bool mend_deadline(const struct deciding *d, struct job *job)
{
	wall_t was = job->deadline_us, most = d->l->now + d->l->alert_deadline;

	job->deadline_us -= d->back;
	if (d->l->now && job->deadline_us > most)
		job->deadline_us = most;
	return job->deadline_us != was;
}

/* Decides one job without a verdict; 1: the rest may still wait. */
static int decide(void *arg, const struct store_job *found)
{
	struct deciding *d = arg;
	struct store_service row;
	struct store_job j = *found;
	bool mended = !j.judged && !d->all && mend_deadline(d, &j.job);
	int rc;

	if (mended)
		store_put_job(d->l->store, &j);
	if (!j.judged && !d->all && !d->next && j.job.deadline_us > d->l->now)
		d->next = j.job.deadline_us;
	if (d->next)
		return !mended && !d->back;
	d->l->undecided_from = j.job.id + 1;
	if (j.judged)
		return 0;
	rc = store_get_service(d->l->store, &j.job.service, &row);
	if (rc < 0)
		return rc;
	if (rc && !d->all && crowd_takes(d->l, &row, &j))
		return 0;
	if (rc)
		lifecycle_judge(d->l, &row, &j, NULL);
	/* Nobody was told; should it turn out to be one after all, it is news. */
	if (rc && !j.allowed && row.evidence == EVIDENCE_INVALID) {
		row.announced = 0;
		store_put_service(d->l->store, &row);
	}
	j.judged = 1;
	if (j.allowed)
		store_put_job(d->l->store, &j);
	else
		store_delete_job(d->l->store, j.job.id);
	return 0;
}

static int decide_jobs(struct lifecycle *l, bool all, mono_t back)
{
	struct deciding d = { .l = l, .all = all, .back = back };
	int rc = store_commit(l->store, false);

	if (!rc)
		rc = store_walk_jobs(l->store, l->undecided_from, decide, &d);
	if (rc < 0)
		return rc;
	l->next_deadline = d.next;
	return store_commit(l->store, false);
}

int lifecycle_open(struct lifecycle *l)
{
	struct deciding d = { .l = l };
	int rc = store_walk_jobs(l->store, 0, decide, &d);

	if (rc >= 0)
		rc = crowd_open(l);
	if (rc >= 0)
		rc = policy_open(l);
	l->fleeting.store = l->room.store = l->store;
	/* What time it is comes with the first tick. */
	l->next_deadline = d.next ? 1 : 0;
	return rc < 0 ? rc : store_commit(l->store, false);
}

void lifecycle_close(struct lifecycle *l)
{
	fleeting_free(&l->fleeting);
	room_free(&l->room);
	crowd_free(&l->crowd);
	policy_free(&l->policy);
}

int lifecycle_tick(struct lifecycle *l, wall_t now)
{
	int rc;

	if (now > l->now)
		l->now = now;
	/* What waits comes before what is judged now: it counts in a throttle's next window. A walk
	 * sees what is committed, so that entries are put after it. */
	if ((rc = policy_tick(l, false)) || (rc = fleeting_tick(&l->fleeting, l->now)) ||
	    (rc = room_tick(&l->room)) || (rc = crowd_tick(l, false)) || (rc = agenda_tick(l)) ||
	    (rc = canary_tick(l)) || (rc = lapse_tick(l)) || (rc = approvals_tick(l)) ||
	    (rc = learning_tick(l)))
		return rc;
	if (!l->next_deadline || l->now < l->next_deadline)
		return 0;
	return decide_jobs(l, false, 0);
}

int lifecycle_set_back(struct lifecycle *l, wall_t now, mono_t by)
{
	l->now = now;
	l->room.wait_until = 0;
	crowd_set_back(l, by);
	policy_set_back(l, by);
	l->agenda.from = l->agenda.look_us = 0;
	l->lapse.due_us = 0;
	return decide_jobs(l, false, by);
}

int lifecycle_finish(struct lifecycle *l)
{
	int rc = decide_jobs(l, true, 0);

	if (!rc)
		rc = crowd_tick(l, true);
	if (!rc)
		rc = policy_tick(l, true);
	return rc ? rc : store_commit(l->store, false);
}

void lifecycle_order(struct lifecycle *l, struct store_service *row, enum event event)
{
	make_job(l, row, event);
	store_put_service(l->store, row);
}

int lifecycle_look(struct lifecycle *l, struct store_service *row)
{
	struct store_job j;
	int rc = row->job ? store_get_job(l->store, row->job, &j) : 0;

	if (rc || !lifecycle_may_probe(l, &row->service) || !room_for_job(&l->room))
		return rc < 0 ? rc : 0;
	lifecycle_order(l, row, EVENT_NONE);
	return 1;
}

int lifecycle_ask(struct lifecycle *l, const struct service *service)
{
	struct store_service row;
	struct store_job j;
	int rc = store_get_service(l->store, service, &row), pending;

	pending = rc > 0 && row.job ? store_get_job(l->store, row.job, &j) : 0;
	if (rc <= 0 || pending < 0)
		return rc <= 0 ? rc : pending;
	/* It was nobody's look, now it is somebody's. */
	if (pending && j.job.event == EVENT_NONE) {
		j.job.event = EVENT_VERDICT;
		store_put_job(l->store, &j);
	}
	if (pending && (j.allowed || !j.put_off))
		return 0;
	lifecycle_order(l, &row, EVENT_VERDICT);
	return 0;
}
