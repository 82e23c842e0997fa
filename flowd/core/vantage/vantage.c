/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/vantage/vantage.h"

#include "base/conf.h"
#include "flowd/core/agenda/changes.h"
#include "flowd/core/out/tell.h"
#include "flowd/core/verdict/notice.h"
#include "flowd/core/verdict/turn.h"

#include <stdio.h>

struct vantages vantages_of(const struct conf *conf)
{
	return (struct vantages){ .list = conf->vantages, .near = conf->verify_vantage };
}

bool vantage_is_far(const struct vantages *v, const char *name)
{
	const char *at = v->list ? v->list : "";
	size_t len = strlen(name), part;

	for (at += strspn(at, ", "); len && *at; at += strspn(at, ", ")) {
		part = strcspn(at, ", ");
		if ((part == len || (part > len && at[len] == '=')) && !memcmp(at, name, len))
			return true;
		at += part;
	}
	return false;
}

void vantage_conclude(struct vantages *v, const struct store_job *job)
{
	if (v->list && *v->list)
		v->jobs[job->job.id % VANTAGE_JOBS] =
			(struct vantage_job){ job->job.id, job->job.event, job->level };
}

struct deriving {
	const struct lifecycle *l;
	const struct service *service;
	char open_from[RECORD_VANTAGES_MAX];
	unsigned far_open, far_shut, near_open;
};

static int count(struct deriving *d, const char *name, bool far)
{
	struct probe p;
	int rc = store_get_probe(d->l->store, d->service, name, &p);
	size_t n = strlen(d->open_from);

	if (rc <= 0)
		return rc;
	if (p.state != STATE_OPEN) {
		d->far_shut += far;
		return 0;
	}
	snprintf(d->open_from + n, sizeof(d->open_from) - n, "%s%.15s", n ? "," : "", name);
	d->far_open += far;
	d->near_open += !far;
	return 0;
}

static bool is_compared(const struct vantages *v)
{
	return v->list && *v->list;
}

static int derive(struct deriving *d)
{
	const struct vantages *v = &d->l->vantages;
	const char *at = v->list ? v->list : "";
	char name[PROBE_VANTAGE_MAX];
	int rc;

	/* Who has one place to look from sees what it sees. */
	if (!*at)
		return 0;
	rc = count(d, v->near, false);
	if (rc >= 0)
		rc = count(d, "self", false);
	for (at += strspn(at, ", "); rc >= 0 && *at; at += strspn(at, ", ")) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "=, "), at);
		rc = count(d, name, true);
		at += strcspn(at, ", ");
	}
	return rc < 0 ? rc : 0;
}

static enum exposure exposure_of(const struct deriving *d)
{
	if (d->far_open)
		return EXPOSURE_WORLD;
	return d->far_shut && d->near_open ? EXPOSURE_INSIDE : EXPOSURE_NONE;
}

int vantage_tell(const struct lifecycle *l, struct finding *f)
{
	struct deriving d = { .l = l, .service = &f->service };
	int rc = derive(&d);

	if (!is_compared(&l->vantages) && f->state == STATE_OPEN && l->vantages.near)
		record_text_set(d.open_from, sizeof(d.open_from), l->vantages.near);
	memcpy(f->open_from, d.open_from, sizeof(f->open_from));
	f->exposure = (uint8_t)exposure_of(&d);
	return rc;
}

int vantage_settle(const struct lifecycle *l, struct store_service *row)
{
	struct deriving d = { .l = l, .service = &row->service };
	int rc = derive(&d);

	row->exposure = (uint8_t)exposure_of(&d);
	if (d.far_open && row->state != STATE_EPHEMERAL)
		row->state = STATE_OPEN;
	return rc;
}

/* What the job was for: it is still here, or was concluded lately. */
static int find_job(struct lifecycle *l, const struct probe *p, struct store_job *out)
{
	const struct vantage_job *kept = &l->vantages.jobs[p->job % VANTAGE_JOBS];
	int rc = store_get_job(l->store, p->job, out);

	if (rc)
		return rc < 0 || service_is_same(&out->job.service, &p->service) ? rc : 0;
	*out = (struct store_job){ .job = { .id = p->job, .service = p->service } };
	if (kept->id == p->job) {
		out->job.event = kept->event;
		out->level = kept->level;
	}
	return 0;
}

/* The level of the alert that was made is remembered where the job is. */
static void keep_level(struct lifecycle *l, struct store_job *job, bool here)
{
	struct vantage_job *kept = &l->vantages.jobs[job->job.id % VANTAGE_JOBS];

	if (here)
		store_put_job(l->store, job);
	else if (kept->id == job->job.id)
		kept->level = job->level;
}

/* It is open to others, or no longer, and that is no part of what was told when it was new. */
static void add_exposure(struct changes *c, unsigned before, unsigned after)
{
	struct change_news n = { .event = EVENT_CHANGED, .what = CHANGE_VANTAGE };

	record_text_set(n.before, sizeof(n.before), record_exposure_text(before));
	record_text_set(n.after, sizeof(n.after), record_exposure_text(after));
	changes_add(c, &n);
}

static int take(struct lifecycle *l, struct store_service *row, struct store_job *j,
		const struct probe *p)
{
	const struct agenda_look look = { row, &j->job, p, row->state };
	struct changes changes = { .count = 0 };
	unsigned before = row->exposure;
	struct finding f;
	int rc = p->state == STATE_OPEN ? changes_find(l, &look, &changes) : 0;

	if (rc)
		return rc;
	if (row->service.proto == PROTO_TCP && (rc = notice_probe(l, row, p)))
		return rc;
	store_put_probe(l->store, p, 0);
	row->delivered |= p->banner_len || *p->app || *p->tls;
	if ((rc = vantage_settle(l, row)))
		return rc;
	if ((rc = turn_far(l, &look, &changes)))
		return rc;
	if (before && before != row->exposure)
		add_exposure(&changes, before, row->exposure);
	if (before != row->exposure || look.was != row->state || j->job.event != EVENT_NONE) {
		store_put_probe(l->store, p, l->now);
		tell_event(l, row, EVENT_VERDICT, p);
	}
	if (j->job.event != EVENT_NONE && j->job.event != EVENT_VERDICT) {
		f = tell_finding(l, row, j->job.event, p);
		tell_judge(l, &f, row, p, j);
	}
	changes_tell(l, row, p, &changes);
	store_put_service(l->store, row);
	return 0;
}

int vantage_take(struct lifecycle *l, const struct probe *p)
{
	struct store_service row;
	struct store_job j;
	int rc = store_get_service(l->store, &p->service, &row), here;

	/* It may not look there, or the service is known no more. */
	if (rc <= 0 || p->state == STATE_CANDIDATE || row.state == STATE_EPHEMERAL)
		return rc < 0 ? rc : 0;
	here = find_job(l, p, &j);
	if (here < 0)
		return here;
	if (p->finished_us > l->now)
		l->now = p->finished_us;
	rc = take(l, &row, &j, p);
	if (!rc)
		keep_level(l, &j, here);
	return rc;
}

int vantage_trouble(struct lifecycle *l, const struct trouble_news *said)
{
	struct trouble_news news = *said;

	news.source[sizeof(news.source) - 1] = 0;
	news.over = news.over != 0;
	news.time_us = record_time_most(news.time_us, l->now > 0 ? l->now : INT64_MAX);
	if (news.trouble != TROUBLE_VANTAGE || !vantage_is_far(&l->vantages, news.source))
		return 1;
	tell_trouble(l, &news);
	return 0;
}
