/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/crowd.h"

#include "flowd/core/lifecycle.h"

#include <errno.h>
#include <stdlib.h>

#define CROWD 4			  /* so many ports are one */
#define PAUSE (60 * MONO_SECOND)  /* without another port, and it comes to no more */
#define MOST (1800 * MONO_SECOND) /* that an alert waits */
#define SETS 256
#define WAYS 4
#define FIRST_SIZE 64
#define ITEMS_MOST 65536

/* A host that has answered alike on ports that are new and mute. */
struct crowd_host {
	struct addr host;
	uint32_t zone, print;
	wall_t met_us; /* the latest; 0: the place is free */
	uint64_t count;
};

struct crowd_item {
	uint64_t job;
	wall_t due;
};

void crowd_free(struct crowd *c)
{
	free(c->hosts);
	free(c->items);
	*c = (struct crowd){ .put_off = c->put_off };
}

static bool is_mute(const struct store_service *row)
{
	return row->service.proto == PROTO_TCP && row->print && !row->delivered &&
	       !*store_app(row) && row->state != STATE_EPHEMERAL;
}

/* The place of the service's host, or the one that it may have; `met_us` tells. */
static struct crowd_host *place_of(const struct lifecycle *l, const struct store_service *row)
{
	const struct hash_key key = store_peer_key(l->store);
	const struct service *s = &row->service;
	size_t set = hash_bytes(&key, &s->host, sizeof(s->host)) % SETS;
	struct crowd_host *h = &l->crowd.hosts[set * WAYS], *end = h + WAYS, *oldest = h;

	for (; h < end; h++) {
		if (h->met_us && h->print == row->print && h->zone == s->zone &&
		    addr_is_same(&h->host, &s->host))
			return h;
		if (h->met_us < oldest->met_us)
			oldest = h;
	}
	oldest->met_us = 0;
	return oldest;
}

void crowd_meet(struct lifecycle *l, const struct store_service *row)
{
	struct crowd *c = &l->crowd;
	struct crowd_host *h;

	if (!is_mute(row) ||
	    (!c->hosts && !(c->hosts = calloc((size_t)SETS * WAYS, sizeof(*c->hosts)))))
		return;
	h = place_of(l, row);
	if (!h->met_us || l->now - h->met_us >= PAUSE)
		*h = (struct crowd_host){ .host = row->service.host,
					  .zone = row->service.zone,
					  .print = row->print };
	h->met_us = l->now;
	h->count++;
}

uint64_t crowd_size(const struct lifecycle *l, const struct store_service *row)
{
	const struct crowd_host *h = l->crowd.hosts && is_mute(row) ? place_of(l, row) : NULL;

	return h && h->met_us && l->now - h->met_us < PAUSE ? h->count : 0;
}

/* Do more and more of its host's ports answer alike? */
static bool waits(const struct lifecycle *l, const struct store_service *row,
		  const struct store_job *job)
{
	const struct crowd_host *h;

	if (!l->crowd.hosts || !is_mute(row) || l->now - job->job.made_us >= MOST)
		return false;
	h = canary_has_cleared(l, row) ? NULL : place_of(l, row);
	return h && h->met_us && h->count >= CROWD && l->now - h->met_us < PAUSE;
}

static bool grow(struct crowd *c)
{
	size_t i, size = c->size ? 2 * c->size : FIRST_SIZE;
	struct crowd_item *items = size <= ITEMS_MOST ? calloc(size, sizeof(*items)) : NULL;

	if (!items)
		return false;
	for (i = 0; i < c->count; i++)
		items[i] = c->items[(c->first + i) % c->size];
	free(c->items);
	c->items = items;
	c->size = size;
	c->first = 0;
	return true;
}

static bool append(struct lifecycle *l, const struct store_job *job)
{
	struct crowd *c = &l->crowd;

	if (c->count == c->size && !grow(c))
		return false;
	c->items[(c->first + c->count++) % c->size] =
		(struct crowd_item){ job->job.id, job->job.deadline_us };
	return true;
}

static int remember(void *arg, const struct store_job *job)
{
	return job->put_off && !append(arg, job) ? -ENOMEM : 0;
}

int crowd_open(struct lifecycle *l)
{
	return store_walk_jobs(l->store, 0, remember, l);
}

bool crowd_takes(struct lifecycle *l, const struct store_service *row, struct store_job *job)
{
	wall_t deadline = job->job.deadline_us;

	/* Whoever wants alerts at once shall have them at once. */
	if (!l->alert_deadline || job->job.event != EVENT_NEW || (job->judged && !job->put_off) ||
	    !waits(l, row, job))
		return false;
	job->job.deadline_us = l->now + PAUSE;
	if (!job->put_off && !append(l, job)) {
		job->job.deadline_us = deadline;
		return false;
	}
	l->crowd.put_off += !job->put_off;
	job->put_off = job->judged = 1;
	store_put_job(l->store, job);
	return true;
}

struct latest {
	struct probe *out;
	bool found;
};

static int take_latest(void *arg, const struct probe *p)
{
	struct latest *l = arg;

	if (!l->found || p->finished_us > l->out->finished_us)
		*l->out = *p;
	l->found = true;
	return 0;
}

/* It has waited long enough, or need not any more. */
static int judge(struct lifecycle *l, const struct store_service *row, struct store_job *job)
{
	struct probe probe;
	struct latest latest = { .out = &probe };
	int rc = row->state == STATE_CANDIDATE
			 ? 0
			 : store_walk_probes(l->store, &row->service, take_latest, &latest);

	if (rc < 0)
		return rc;
	lifecycle_judge(l, row, job, latest.found ? &probe : NULL);
	job->put_off = 0;
	/* Its probe may still come, and ask for a higher level. */
	if (job->allowed)
		store_put_job(l->store, job);
	else
		store_delete_job(l->store, job->job.id);
	return 0;
}

int crowd_lets_go(struct lifecycle *l, struct store_service *row)
{
	struct store_job job;
	int rc = l->crowd.count && row->job && !is_mute(row)
			 ? store_get_job(l->store, row->job, &job)
			 : 0;

	if (rc <= 0 || !job.put_off)
		return rc < 0 ? rc : 0;
	store_delete_job(l->store, job.job.id);
	lifecycle_order(l, row, EVENT_NEW);
	return 0;
}

/* What was put off first is looked at. */
static int take_first(struct lifecycle *l, bool all)
{
	struct crowd *c = &l->crowd;
	const uint64_t id = c->items[c->first].job;
	struct store_service row;
	struct store_job job;
	int rc = store_get_job(l->store, id, &job);

	c->first = (c->first + 1) % c->size;
	c->count--;
	/* Judged meanwhile, or taken back. */
	if (rc <= 0 || !job.put_off)
		return rc < 0 ? rc : 0;
	rc = store_get_service(l->store, &job.job.service, &row);
	if (rc < 0)
		return rc;
	if (!rc) {
		store_delete_job(l->store, id);
		return 0;
	}
	job.job.deadline_us = l->now + PAUSE;
	if (all || !waits(l, &row, &job) || !append(l, &job))
		return judge(l, &row, &job);
	store_put_job(l->store, &job);
	return 0;
}

void crowd_hurry(struct lifecycle *l)
{
	struct crowd *c = &l->crowd;
	size_t i;

	for (i = 0; i < c->count; i++)
		c->items[(c->first + i) % c->size].due = l->now;
}

int crowd_tick(struct lifecycle *l, bool all)
{
	const struct crowd *c = &l->crowd;
	size_t left = c->count;
	int rc = 0;

	while (!rc && left-- && (all || c->items[c->first].due <= l->now))
		rc = take_first(l, all);
	return rc;
}

void crowd_set_back(struct lifecycle *l, mono_t by)
{
	struct crowd *c = &l->crowd;
	size_t i;

	for (i = 0; i < c->count; i++)
		c->items[(c->first + i) % c->size].due -= by;
	for (i = 0; c->hosts && i < (size_t)SETS * WAYS; i++)
		c->hosts[i].met_us -= c->hosts[i].met_us ? by : 0;
}
