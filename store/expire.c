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

/* Over the cap: the oldest tenth of the time that history spans goes. */
static int expire_oldest(struct store *s, wall_t now)
{
	static const enum rocks_table tables[] = { ROCKS_EVENTS, ROCKS_PROBE_LOG, ROCKS_AUDIT };
	wall_t from = now, first, cut;
	size_t i, count = sizeof(tables) / sizeof(tables[0]);
	int rc = 0;

	for (i = 0; i < count; i++)
		if ((first = oldest(s, tables[i], now)) < from)
			from = first;
	cut = from + (now - from) / 10;
	for (i = 0; i < count && !rc; i++)
		rc = expire_table(s, tables[i], cut);
	/* The next look must not see the size of what is gone, and delete more for it. */
	for (i = 0; i < count && !rc; i++)
		rc = reclaim(s, tables[i], cut);
	return rc;
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
	if (!rc && keep->audit)
		rc = expire_table(s, ROCKS_AUDIT, now - keep->audit);
	if (!rc && keep->hosts)
		rc = store_expire_hosts(s, now - keep->hosts);
	if (!rc && keep->disk_cap && rocks_size(s->rocks) > keep->disk_cap)
		rc = expire_oldest(s, now);
	return rc;
}
