/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/vitals/vitals.h"

#include "flowd/core/out/tell.h"
#include "flowd/core/vitals/counts.h"
#include "store/expire.h"

#include <stdlib.h>

#define TROUBLES_MOST 64 /* told at once */
#define TELL_EVERY (500 * MONO_MS)

struct vitals {
	struct counts counts;
	struct health *health;
	struct lifecycle *life;
	struct announce *announce;
	struct ipc *web;
	wall_t told; /* web has the counts of that time */
};

static void say(void *arg, const struct trouble_news *news)
{
	struct vitals *v = arg;

	tell_trouble(v->life, news);
	if (v->web)
		ipc_send(v->web, IPC_TROUBLE, news);
}

struct vitals *vitals_new(const struct conf *conf, struct lifecycle *life,
			  struct announce *announce, struct ipc *web)
{
	struct vitals *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->health = health_new(conf, say, v);
	if (!v->health) {
		free(v);
		return NULL;
	}
	v->life = life;
	v->announce = announce;
	v->web = web;
	vitals_tell(v);
	return v;
}

void vitals_free(struct vitals *v)
{
	if (!v)
		return;
	health_free(v->health);
	free(v);
}

void vitals_restart(struct vitals *v)
{
	counts_restart(&v->counts);
	health_restart(v->health);
}

/* What core itself counts. */
static void count_own(struct vitals *v)
{
	const struct room *room = &v->life->room;

	v->counts.sum.ephemeral_evicted = v->life->fleeting.evicted;
	v->counts.sum.candidates_evicted = room->candidates_evicted;
	v->counts.sum.candidates_refused = room->candidates_refused;
	v->counts.sum.services_refused = room->services_refused;
	v->counts.sum.jobs_refused = room->jobs_refused;
	v->counts.sum.hosts_refused = v->life->hosts_refused;
	v->counts.sum.alerts_undelivered = v->life->undelivered;
	v->counts.sum.findings_grouped = v->life->policy.grouped;
	v->counts.sum.findings_throttled = v->life->policy.throttled;
	v->counts.sum.alerts_hurried = v->life->policy.hurried;
	v->counts.sum.windows_refused = v->life->policy.refused;
	v->counts.sum.alerts_put_off = v->life->crowd.put_off;
	v->counts.sum.lines_dropped = announce_dropped(v->announce);
	if (!v->life->store) /* nobody has opened it yet */
		return;
	v->counts.sum.history_dropped_bytes = store_given_up(v->life->store)->history;
	v->counts.sum.alerts_dropped_bytes = store_given_up(v->life->store)->alerts;
}

static void tell_counts(struct vitals *v)
{
	count_own(v);
	v->told = v->counts.sum.time_us;
	if (v->web)
		ipc_send(v->web, IPC_TALLY, &v->counts.sum);
}

void vitals_take(struct vitals *v, uint32_t origin, const struct tally *said, wall_t latest,
		 bool quiet)
{
	struct tally grown, mended = *said, *t = &mended;

	record_mend_tally(t, latest);
	if (!counts_take(&v->counts, origin, t, &grown))
		return;
	/* Several sources count at about the same time. */
	if (t->time_us - v->told >= TELL_EVERY || t->time_us < v->told)
		tell_counts(v);
	health_take(v->health, &grown);
	count_own(v);
	if (v->web)
		ipc_flush(v->web);
	if (!quiet && counts_is_worse(&v->counts, mono_now()))
		vitals_say(v);
}

bool vitals_refuse(struct vitals *v, uint64_t *count)
{
	if (!counts_refuse(&v->counts, mono_now()))
		return false;
	*count = v->counts.refused;
	return true;
}

void vitals_finish(struct vitals *v)
{
	health_finish(v->health);
}

void vitals_say(struct vitals *v)
{
	struct trouble_news news[TROUBLES_MOST];
	size_t count = health_list(v->health, news, TROUBLES_MOST);

	count_own(v);
	announce_tally(v->announce, &v->counts.sum, news,
		       count < TROUBLES_MOST ? count : TROUBLES_MOST);
}

void vitals_tell(struct vitals *v)
{
	struct trouble_news news[TROUBLES_MOST];
	size_t i, count = health_list(v->health, news, TROUBLES_MOST);

	if (!v->web)
		return;
	/* What it has heard from a core before this one holds no more. */
	ipc_send(v->web, IPC_TROUBLE, &(struct trouble_news){ .over = 1 });
	tell_counts(v);
	for (i = 0; i < count && i < TROUBLES_MOST; i++)
		ipc_send(v->web, IPC_TROUBLE, &news[i]);
	ipc_flush(v->web);
}

const struct health *vitals_health(const struct vitals *v)
{
	return v->health;
}
