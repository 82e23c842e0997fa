/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/vitals/trim.h"

#include "store/expire.h"

#define EVERY (600 * MONO_SECOND)

int trim_tick(struct trim *t, struct store *store, const struct conf *conf, wall_t now)
{
	const struct store_keep keep = { .events = conf->keep_events,
					 .probes = conf->keep_probes,
					 .alerts = conf->keep_alerts,
					 .audit = conf->keep_audit,
					 .hosts = conf->deceptive_keep,
					 .disk_cap = conf->store_cap };

	if (t->last && mono_now() - t->last < EVERY)
		return 0;
	t->last = mono_now();
	return store_expire(store, &keep, now);
}
