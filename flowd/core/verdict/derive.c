/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/verdict/derive.h"

#define STALE MONO_DAY

struct look {
	struct verdict verdict;
	const struct probe *fresh;
	wall_t latest;
	bool measure; /* only looks for the latest */
};

static int take(void *arg, const struct probe *p)
{
	struct look *k = arg;

	if (k->fresh && !strncmp(p->vantage, k->fresh->vantage, sizeof(p->vantage))) {
		if (p->state == STATE_CLOSED || p->state == STATE_SILENT)
			k->verdict.shut_us = p->finished_us;
		return 0;
	}
	if (k->measure)
		k->latest = p->finished_us > k->latest ? p->finished_us : k->latest;
	else if (k->latest - p->finished_us < STALE)
		verdict_take(&k->verdict, p);
	return 0;
}

int derive_state(struct store *store, struct verdict_probers *probers,
		 const struct store_service *row, const struct probe *fresh)
{
	struct look k = { .verdict = { .probers = probers, .row = row }, .fresh = fresh };
	int rc;

	if (fresh) {
		verdict_note(probers, fresh);
		k.latest = fresh->finished_us;
	}
	k.measure = true;
	rc = store_walk_probes(store, &row->service, take, &k);
	k.measure = false;
	if (rc >= 0 && fresh)
		verdict_take(&k.verdict, fresh);
	if (rc >= 0)
		rc = store_walk_probes(store, &row->service, take, &k);
	return rc < 0 ? rc : (int)verdict_state(&k.verdict);
}
