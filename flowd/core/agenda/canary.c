/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/agenda/canary.h"

#include "flowd/core/deceptive.h"

#define CROWD 4			  /* so many ports are suspicious, as those of crowd.c */
#define LOWEST 10000		  /* port of a canary */
#define TRIES 16		  /* to find one that is no service */
#define WAIT (60 * MONO_SECOND)	  /* for the canaries' verdicts */
#define KEEP (3600 * MONO_SECOND) /* an ordinary host is not asked again */

static bool is_mute(const struct store_service *row)
{
	return row->service.proto == PROTO_TCP && row->print && !row->delivered &&
	       !*store_app(row) && row->state != STATE_EPHEMERAL;
}

static struct service host_of(const struct service *s)
{
	return (struct service){ .host = s->host, .zone = s->zone, .proto = s->proto };
}

static struct canary_host *find(const struct lifecycle *l, const struct store_service *row)
{
	const struct service host = host_of(&row->service);
	const struct canary_host *h = l->canary.hosts, *end = l->canary.met ? h + CANARY_HOSTS : h;

	for (; h < end; h++)
		if (h->since_us && h->print == row->print && service_is_same(&h->host, &host))
			return (struct canary_host *)h;
	return NULL;
}

/* A free place, or that of the ordinary host asked longest ago; NULL: all are being asked. */
static struct canary_host *make_place(struct lifecycle *l)
{
	struct canary_host *h = l->canary.hosts, *end = h + CANARY_HOSTS, *best = NULL;

	for (; h < end; h++) {
		if (!h->since_us)
			return h;
		if (h->cleared && (!best || h->since_us < best->since_us))
			best = h;
	}
	return best;
}

bool canary_has_cleared(const struct lifecycle *l, const struct store_service *row)
{
	const struct canary_host *h = find(l, row);

	return h && h->cleared;
}

bool canary_holds(const struct lifecycle *l, const struct store_service *row)
{
	const struct canary_host *h = is_mute(row) ? find(l, row) : NULL;

	return h && !h->cleared;
}

/* A high port of the host that nobody has seen open and that may be probed. 1, 0 none, or an error
 * of the store. */
static int choose(struct lifecycle *l, const struct canary_host *h, struct service *out)
{
	const struct hash_key key = store_peer_key(l->store);
	uint64_t seed[3] = { h->print, l->canary.orders, (uint64_t)l->now };
	struct store_service row;
	int i, rc;

	for (i = 0; i < TRIES; i++) {
		seed[0]++;
		*out = h->host;
		out->port = (uint16_t)(LOWEST + hash_bytes(&key, seed, sizeof(seed)) %
							(UINT16_MAX - LOWEST + 1));
		if (!lifecycle_may_probe(l, out))
			continue;
		rc = store_get_service(l->store, out, &row);
		if (rc <= 0)
			return rc < 0 ? rc : 1;
	}
	return 0;
}

static int order(struct lifecycle *l, struct canary_host *h)
{
	struct store_job j;
	int rc;

	for (; h->asked < CANARY_PORTS; h->asked++, l->canary.orders++) {
		j = (struct store_job){ .job = { .made_us = l->now,
						 .deadline_us = l->now,
						 .event = EVENT_DECEPTIVE,
						 .named = 1 },
					.allowed = 1,
					.judged = 1 };
		rc = choose(l, h, &j.job.service);
		if (rc <= 0)
			return rc;
		store_put_job(l->store, &j);
		h->jobs[h->asked] = j.job.id;
		l->jobs_made++;
	}
	return 0;
}

int canary_meet(struct lifecycle *l, const struct store_service *row, uint64_t crowd)
{
	struct canary_host *h;
	int rc;

	if (crowd < CROWD || !is_mute(row) || !lifecycle_may_probe(l, &row->service) ||
	    find(l, row) || !room_for_job(&l->room) || !(h = make_place(l)))
		return 0;
	l->canary.met = true;
	*h = (struct canary_host){ .host = host_of(&row->service),
				   .print = row->print,
				   .peer = row->peer,
				   .evidence = row->evidence,
				   .since_us = l->now };
	rc = order(l, h);
	/* One or two may open by chance. */
	if (h->asked < CANARY_PORTS)
		h->cleared = true;
	return rc;
}

struct releasing {
	struct lifecycle *l;
	const struct canary_host *host;
};

/* A port that has waited is probed after all. */
static int release(void *arg, const struct store_service *found)
{
	const struct releasing *r = arg;
	const struct service host = host_of(&found->service);
	struct store_service row = *found;
	struct store_job job;
	int rc;

	if (found->service.zone != r->host->host.zone ||
	    !addr_is_same(&found->service.host, &r->host->host.host))
		return 1;
	if (!service_is_same(&host, &r->host->host) || row.print != r->host->print ||
	    row.state != STATE_CANDIDATE || !row.job)
		return 0;
	rc = store_get_job(r->l->store, row.job, &job);
	if (rc < 0 || (rc && job.allowed))
		return rc < 0 ? rc : 0;
	if (rc)
		store_delete_job(r->l->store, row.job);
	lifecycle_order(r->l, &row, EVENT_NEW);
	return 0;
}

static int clear(struct lifecycle *l, struct canary_host *h)
{
	struct releasing r = { l, h };
	int rc = store_commit(l->store, false);

	h->cleared = true;
	h->since_us = l->now;
	crowd_hurry(l);
	if (!rc)
		rc = store_walk_services(l->store, &h->host, release, &r);
	return rc < 0 ? rc : 0;
}

/* It answers whatever it is asked. */
static int find_out(struct lifecycle *l, struct canary_host *h)
{
	const struct host_sighting said = { .host = h->host.host,
					    .zone = h->host.zone,
					    .proto = h->host.proto,
					    .peer = h->peer,
					    .first_us = l->now,
					    .last_us = l->now,
					    .evidence = h->evidence,
					    .print = h->print };

	h->since_us = 0;
	return deceptive_take(l, &said, l->now);
}

/* Does it open and say nothing, as every other port of the host? */
static bool is_open(const struct probe *p)
{
	return (p->state == STATE_OPEN || p->state == STATE_REFUSES) && !p->banner_len &&
	       !*p->app && !*p->tls;
}

int canary_take(struct lifecycle *l, const struct store_job *job, const struct probe *probe)
{
	struct canary_host *h = l->canary.hosts, *end = h + CANARY_HOSTS;
	size_t i;

	store_delete_job(l->store, job->job.id);
	for (; h < end; h++) {
		if (!h->since_us || h->cleared)
			continue;
		for (i = 0; i < CANARY_PORTS && h->jobs[i] != job->job.id; i++)
			;
		if (i == CANARY_PORTS)
			continue;
		h->answered++;
		h->open += is_open(probe);
		if (h->open < h->answered)
			return clear(l, h);
		return h->answered == CANARY_PORTS ? find_out(l, h) : 0;
	}
	return 0;
}

int canary_lets_go(struct lifecycle *l, struct store_service *row)
{
	const struct canary_host *h = l->canary.orders ? find(l, row) : NULL;
	struct store_job job;
	int rc;

	if (!h || h->cleared || is_mute(row) || !row->job || row->state != STATE_CANDIDATE)
		return 0;
	rc = store_get_job(l->store, row->job, &job);
	if (rc <= 0 || job.allowed || job.job.event != EVENT_NEW)
		return rc < 0 ? rc : 0;
	store_delete_job(l->store, row->job);
	lifecycle_order(l, row, EVENT_NEW);
	return 0;
}

int canary_tick(struct lifecycle *l)
{
	struct canary_host *h = l->canary.hosts, *end = l->canary.met ? h + CANARY_HOSTS : h;
	int rc = 0;

	for (; h < end && !rc; h++) {
		if (!h->since_us)
			continue;
		if (h->cleared && l->now - h->since_us > KEEP)
			h->since_us = 0;
		else if (!h->cleared && l->now - h->since_us > WAIT)
			rc = clear(l, h);
	}
	return rc;
}
