/* SPDX-License-Identifier: Apache-2.0 */
#include "store/expire.h"

#include "store/book/cases.h"
#include "store/book/runs.h"
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

static const enum rocks_table history[] = { ROCKS_EVENTS, ROCKS_JUDGEMENTS, ROCKS_PROBE_LOG,
					    ROCKS_AUDIT,  ROCKS_SWEEP_LOG,  ROCKS_RUN_OUTPUT };
static const enum rocks_table alerts[] = { ROCKS_ALERTS };

/* Some tables, whose oldest rows go together. */
struct heap {
	const enum rocks_table *tables;
	size_t count;
};

#define HEAP(array) ((struct heap){ array, sizeof(array) / sizeof((array)[0]) })

/* The bytes of what lies before `cut`. */
static uint64_t size_before(struct store *s, struct heap heap, wall_t cut)
{
	uint8_t from[8] = { 0 }, to[8];
	uint64_t sum = 0;
	size_t i;

	key_time(cut, to);
	for (i = 0; i < heap.count; i++)
		sum += rocks_span(s->rocks, heap.tables[i], KEY(from), KEY(to));
	return sum;
}

/* The earliest time that more than `excess` bytes lie before; `end` when there are not as many. */
static wall_t find_cut(struct store *s, struct heap heap, uint64_t excess, wall_t end)
{
	wall_t low = end, high = end, middle;
	size_t i;

	for (i = 0; i < heap.count; i++)
		if ((middle = oldest(s, heap.tables[i], end)) < low)
			low = middle;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (size_before(s, heap, middle) > excess)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* Drops about so many bytes, the oldest; all when there are not as many. 0 or ERR_STORE. */
static int give_up(struct store *s, struct heap heap, uint64_t excess, wall_t end,
		   uint64_t *dropped)
{
	uint64_t before, after;
	wall_t cut;
	size_t i;
	int rc = 0;

	for (i = 0; i < heap.count && !rc; i++)
		rc = rocks_settle(s->rocks, heap.tables[i]);
	if (rc)
		return rc;
	before = rocks_size(s->rocks);
	cut = find_cut(s, heap, excess, end);
	for (i = 0; i < heap.count && !rc; i++)
		rc = expire_table(s, heap.tables[i], cut);
	/* The next look must not see the size of what is gone, and delete more for it. */
	for (i = 0; i < heap.count && !rc; i++)
		rc = reclaim(s, heap.tables[i], cut);
	after = rocks_size(s->rocks);
	*dropped += before > after ? before - after : 0;
	return rc;
}

/* Over the cap: down to nine tenths of it, so that the next look is not due at once. */
static int keep_cap(struct store *s, uint64_t cap)
{
	const uint64_t goal = cap - cap / 10;
	/* A clock that was set back has left rows of later. */
	const wall_t end = INT64_MAX / 2;
	uint64_t size, theirs = size_before(s, HEAP(alerts), end);
	int rc = 0;

	if (theirs > cap / 2)
		rc = give_up(s, HEAP(alerts), theirs - cap / 2, end, &s->given_up.alerts);
	if (!rc && (size = rocks_size(s->rocks)) > goal)
		rc = give_up(s, HEAP(history), size - goal, end, &s->given_up.history);
	if (!rc && (size = rocks_size(s->rocks)) > cap)
		rc = give_up(s, HEAP(alerts), size - goal, end, &s->given_up.alerts);
	s->given_up.over = rocks_size(s->rocks) > cap;
	return rc;
}

const struct store_given_up *store_given_up(const struct store *s)
{
	return &s->given_up;
}

uint64_t store_written(const struct store *s)
{
	return rocks_written(s->rocks);
}

int store_expire(struct store *s, const struct store_keep *keep, wall_t now)
{
	int rc = keep->events ? expire_table(s, ROCKS_EVENTS, now - keep->events) : 0;

	if (!rc && keep->events)
		rc = expire_table(s, ROCKS_JUDGEMENTS, now - keep->events);
	if (!rc && keep->probes)
		rc = expire_table(s, ROCKS_PROBE_LOG, now - keep->probes);
	if (!rc && keep->probes)
		rc = expire_table(s, ROCKS_SWEEP_LOG, now - keep->probes);
	if (!rc && keep->alerts)
		rc = expire_table(s, ROCKS_ALERTS, now - keep->alerts);
	if (!rc && keep->audit)
		rc = expire_table(s, ROCKS_AUDIT, now - keep->audit);
	if (!rc && keep->audit)
		rc = expire_table(s, ROCKS_TRAIL, now - keep->audit);
	if (!rc && keep->runs)
		rc = store_expire_runs(s, now - keep->runs);
	if (!rc && keep->hosts)
		rc = store_expire_hosts(s, now - keep->hosts);
	if (!rc && keep->disk_cap && rocks_size(s->rocks) > keep->disk_cap)
		rc = keep_cap(s, keep->disk_cap);
	if (!rc)
		rc = store_expire_cases(s);
	return rc;
}
