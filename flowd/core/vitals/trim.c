/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/vitals/trim.h"

#include "base/err.h"
#include "store/expire.h"

#define EVERY (600 * MONO_SECOND)
#define MUCH 32	      /* one part in so many of what the store may hold */
#define COSTS_LESS 10 /* all looks together take less than one part in so many of the time */
#define PAUSE (1 * MONO_SECOND)

static bool is_due(const struct trim *t, const struct store *store, const struct conf *conf)
{
	mono_t since = mono_now() - t->last;

	if (!t->last || since >= EVERY)
		return true;
	return conf->store_cap && since >= PAUSE + t->took * COSTS_LESS &&
	       store_written(store) - t->written > (uint64_t)conf->store_cap / MUCH;
}

int trim_tick(struct trim *t, struct store *store, const struct conf *conf, wall_t now)
{
	const struct store_keep keep = { .events = conf->keep_events,
					 .probes = conf->keep_probes,
					 .alerts = conf->keep_alerts,
					 .audit = conf->keep_audit,
					 .runs = conf->handover_keep,
					 .hosts = conf->deceptive_keep,
					 .disk_cap = conf->store_cap };

	bool before = t->over;
	mono_t now_mono = mono_now();
	int rc;

	if (!is_due(t, store, conf))
		return 0;
	t->written = store_written(store);
	rc = store_expire(store, &keep, now);
	t->last = mono_now();
	t->took = t->last - now_mono;
	t->over = store_given_up(store)->over;
	return rc ? rc : t->over && !before ? TRIM_OVER : 0;
}

const char *trim_text(int result)
{
	return result == TRIM_OVER ? "store.disk_cap is too small for what is no history"
				   : err_text(result);
}
