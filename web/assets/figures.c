/* SPDX-License-Identifier: Apache-2.0 */
#include "web/assets/figures.h"

#include "store/assets/assets.h"

#include <stdio.h>
#include <stdlib.h>

struct lists {
	struct asset_state of[ASSET_END];
	size_t count;
};

static uint64_t seconds_since(wall_t time, wall_t now)
{
	return time && now > time ? (uint64_t)((now - time) / MONO_SECOND) : 0;
}

/* X(name, type, help, value of `row`) */
#define METRIC_LIST(X)                                                                           \
	X(asset_rows, "gauge", "rows in force of the list of assets", row->rows)                 \
	X(asset_up, "gauge", "1 when the list was good at the last look", !row->fails_us)        \
	X(asset_failures_total, "counter", "looks that brought nothing good", row->failures)     \
	X(asset_last_success_timestamp_seconds, "gauge", "when the list was last good",          \
	  (uint64_t)(row->good_us / MONO_SECOND))                                                \
	X(asset_age_seconds, "gauge", "since the list was last good; so old is the scope of it", \
	  seconds_since(row->good_us, now))

static void put_metrics(FILE *out, const struct lists *lists)
{
	const wall_t now = mono_wall();
	const struct asset_state *row;

#define PUT(id, type, help, value)                                                      \
	fprintf(out, "# HELP flowd_" #id " " help "\n# TYPE flowd_" #id " " type "\n"); \
	for (row = lists->of; row < lists->of + lists->count; row++)                    \
		fprintf(out, "flowd_" #id "{source=\"%s\"} %llu\n",                     \
			record_source_text(row->source), (unsigned long long)(value));
	METRIC_LIST(PUT)
#undef PUT
}

char *figures_assets(struct store *store, char *text)
{
	struct lists lists = { .count = 0 };
	struct asset_state *row;
	char *all = NULL;
	size_t len;
	FILE *out;
	int source;

	for (source = ASSET_API; store && source < ASSET_END; source++) {
		row = &lists.of[lists.count];
		if (store_get_asset_state(store, (enum asset_source)source, row) > 0 &&
		    (row->tried_us || row->good_us))
			lists.count++;
	}
	out = text && lists.count ? open_memstream(&all, &len) : NULL;
	if (!out)
		return text;
	fputs(text, out);
	put_metrics(out, &lists);
	free(text);
	return fclose(out) ? NULL : all;
}
