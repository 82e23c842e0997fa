/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/room.h"

#include "base/conf.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_SIZE 256
#define LOOK_MOST 1000 /* rows of an earlier life looked at in a tick */
#define TRIES 8	       /* listed candidates looked at for one new */

struct room_item {
	struct service service;
	wall_t seen_us; /* the latest when it was listed */
};

struct room room_of(const struct conf *conf)
{
	return (struct room){ .services = (uint64_t)conf->limit_services,
			      .candidates = (uint64_t)conf->limit_candidates,
			      .jobs = (uint64_t)conf->limit_jobs };
}

void room_free(struct room *r)
{
	free(r->items);
	r->items = NULL;
	r->size = r->first = r->count = 0;
}

static struct room_item *item_at(const struct room *r, size_t i)
{
	return &r->items[(r->first + i) % r->size];
}

static bool grow(struct room *r)
{
	size_t i, size = r->size ? 2 * r->size : FIRST_SIZE;
	struct room_item *items = calloc(size, sizeof(*items));

	if (!items)
		return false;
	for (i = 0; i < r->count; i++)
		items[i] = *item_at(r, i);
	free(r->items);
	r->items = items;
	r->size = size;
	r->first = 0;
	return true;
}

static int append(struct room *r, const struct store_service *row)
{
	if (r->count == r->size && !grow(r))
		return -ENOMEM;
	*item_at(r, r->count++) = (struct room_item){ row->service, row->last_us };
	return 0;
}

static void drop_first(struct room *r)
{
	r->first = (r->first + 1) % r->size;
	r->count--;
}

static bool is_candidate(const struct store_service *row)
{
	return row->state == STATE_CANDIDATE && !row->delivered && !*row->app;
}

/* The oldest leaves the list, and the store unless it has become more or was seen again. 1; 0 it is
 * still to be judged; an error of the store. */
static int pass_first(struct room *r, uint64_t *gone)
{
	const struct room_item item = *item_at(r, 0);
	struct store_service row;
	struct store_job job;
	int rc = store_get_service(r->store, &item.service, &row), pending;

	if (rc < 0)
		return rc;
	if (!rc || !is_candidate(&row)) {
		drop_first(r);
		++*gone;
		return 1;
	}
	pending = row.job ? store_get_job(r->store, row.job, &job) : 0;
	if (pending < 0)
		return pending;
	if (pending && (!job.judged || job.put_off)) {
		r->wait_until = job.job.deadline_us;
		return 0;
	}
	drop_first(r);
	if (row.last_us > item.seen_us)
		return (rc = append(r, &row)) ? rc : 1;
	if (pending)
		store_delete_job(r->store, row.job);
	store_delete_service(r->store, &row.service);
	r->candidates_evicted++;
	++*gone;
	return 1;
}

/* One of the listed candidates makes room. 1; 0 there is none that may go; an error. */
static int evict(struct room *r, wall_t now)
{
	uint64_t gone = 0;
	int i, rc = 1;

	if (now < r->wait_until)
		return 0;
	for (i = 0; i < TRIES && r->count && !gone && rc > 0; i++)
		rc = pass_first(r, &gone);
	return rc > 0 ? gone > 0 : rc;
}

int room_admit(struct room *r, const struct store_service *row, wall_t now)
{
	bool candidate = is_candidate(row);
	int rc;

	if (r->candidates && candidate && r->count >= r->candidates) {
		rc = evict(r, now);
		r->candidates_refused += !rc;
		if (rc <= 0)
			return rc;
	}
	while (r->services && store_count_services(r->store) >= r->services) {
		rc = evict(r, now);
		r->services_refused += !rc;
		if (rc <= 0)
			return rc;
	}
	return candidate && (rc = append(r, row)) ? rc : 1;
}

bool room_for_job(struct room *r)
{
	bool may = !r->jobs || store_count_jobs(r->store) < r->jobs;

	r->jobs_refused += !may;
	return may;
}

struct looking {
	struct room *r;
	size_t left;
};

static int look_at(void *arg, const struct store_service *row)
{
	struct looking *l = arg;

	if (!l->left--) {
		l->r->from = row->service;
		return 1;
	}
	return is_candidate(row) ? append(l->r, row) : 0;
}

int room_tick(struct room *r)
{
	struct looking l = { r, LOOK_MOST };
	int rc;

	if (r->looked)
		return 0;
	rc = store_walk_services(r->store, &r->from, look_at, &l);
	r->looked = !rc;
	return rc < 0 ? rc : 0;
}
