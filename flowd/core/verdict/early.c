/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/verdict/early.h"

#include "flowd/core/verdict/notice.h"

#include <string.h>

/* Whoever looks by himself, unasked, tells of nothing but changes: they need the whole probe. */
static bool is_awaited(const struct lifecycle *l, const struct probe *p, const struct store_job *j)
{
	return p->state == STATE_OPEN && service_is_same(&p->service, &j->job.service) &&
	       p->service.proto == PROTO_TCP && j->job.event != EVENT_DECEPTIVE &&
	       j->job.event != EVENT_NONE && !vantage_is_far(&l->vantages, p->vantage);
}

int early_take(struct lifecycle *l, const struct probe *probe)
{
	struct store_service row;
	struct store_job j;
	int rc = store_get_job(l->store, probe->job, &j);

	if (rc <= 0 || !is_awaited(l, probe, &j))
		return rc < 0 ? rc : 0;
	rc = store_get_service(l->store, &probe->service, &row);
	/* Not a later one: it would take away what the probe before it had found. */
	if (rc <= 0 || row.state != STATE_CANDIDATE)
		return rc < 0 ? rc : 0;
	if ((rc = notice_probe(l, &row, probe)))
		return rc;
	if (probe->app[0])
		memcpy(row.probed, probe->app, sizeof(row.probed));
	row.delivered |= probe->banner_len || probe->app[0] || probe->tls[0];
	row.state_us = probe->finished_us;
	store_put_probe(l->store, probe, 0);
	store_put_service(l->store, &row);
	return 0;
}
