/* SPDX-License-Identifier: Apache-2.0 */
#include "store/expire.h"

#include "store/hosts.h"
#include "store/inside.h"
#include "store/key.h"

/* Drops the rows of a table, whose keys lead with time, from before `cut`. */
static int expire_table(struct store *s, enum rocks_table table, wall_t cut)
{
	uint8_t from[8] = { 0 }, to[8];

	if (cut <= 0)
		return 0;
	key_time(cut, to);
	return rocks_delete_range(s->rocks, table, KEY(from), KEY(to));
}

/* Gives back the disk of what lay before `cut`. */
static int reclaim(struct store *s, enum rocks_table table, wall_t cut)
{
	uint8_t from[8] = { 0 }, to[8];

	key_time(cut, to);
	return rocks_reclaim(s->rocks, table, KEY(from), KEY(to));
}

/* The time of a table's oldest row; `none` when it is empty. */
static wall_t oldest(struct store *s, enum rocks_table table, wall_t none)
{
	struct rocks_cursor *cursor =
		rocks_cursor_new(s->rocks, table, (struct rocks_key){ "", 0 });
	const void *key;
	size_t len;
	wall_t time = none;

	if (cursor && rocks_cursor_next(cursor, &key, &len, NULL, NULL) && len >= 8)
		time = key_time_of(key);
	rocks_cursor_free(cursor);
	return time;
}

/* Over the cap: the oldest tenth of the time that events and probes span goes. */
static int expire_oldest(struct store *s, wall_t now)
{
	wall_t events = oldest(s, ROCKS_EVENTS, now), probes = oldest(s, ROCKS_PROBE_LOG, now);
	wall_t from = events < probes ? events : probes, cut = from + (now - from) / 10;
	int rc = expire_table(s, ROCKS_EVENTS, cut);

	if (!rc)
		rc = expire_table(s, ROCKS_PROBE_LOG, cut);
	/* The next look must not see the size of what is gone, and delete more for it. */
	if (!rc)
		rc = reclaim(s, ROCKS_EVENTS, cut);
	return rc ? rc : reclaim(s, ROCKS_PROBE_LOG, cut);
}

int store_expire(struct store *s, const struct store_keep *keep, wall_t now)
{
	int rc = keep->events ? expire_table(s, ROCKS_EVENTS, now - keep->events) : 0;

	if (!rc && keep->probes)
		rc = expire_table(s, ROCKS_PROBE_LOG, now - keep->probes);
	if (!rc && keep->probes)
		rc = expire_table(s, ROCKS_SWEEP_LOG, now - keep->probes);
	if (!rc && keep->alerts)
		rc = expire_table(s, ROCKS_ALERTS, now - keep->alerts);
	if (!rc && keep->hosts)
		rc = store_expire_hosts(s, now - keep->hosts);
	if (!rc && keep->disk_cap && rocks_size(s->rocks) > keep->disk_cap)
		rc = expire_oldest(s, now);
	return rc;
}
