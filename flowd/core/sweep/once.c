/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/sweep/once.h"

#include "base/err.h"
#include "flowd/core/sweep/sweeps.h"
#include "store/probing/sweeps.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 24
#define REDRAW (200 * MONO_MS)
#define LINE_EVERY (10 * MONO_SECOND) /* where there is no terminal */

int once_open(struct sweeps *s)
{
	struct once *o = &s->once;
	const struct prefix_set *from = &s->conf->sweep_now;
	struct sweep order = { .id = (uint64_t)mono_wall(),
			       .state = SWEEP_WAITING,
			       .origin = SWEEP_BY_COMMAND,
			       .tries = (uint8_t)s->conf->sweep_tries,
			       .shard = 1,
			       .shards = 1 };
	size_t i;
	int rc;

	for (i = 0; i < from->count; i++) {
		const struct sweep_prefix p = { from->ranges[i].low, from->ranges[i].high };

		if (record_sweep_add_prefix(&order, &p))
			return ERR_RANGE;
	}
	rc = record_sweep_parse_ports(&order, s->conf->sweep_ports);
	if (rc)
		return rc;
	s->life->now = (wall_t)order.id;
	rc = sweeps_order(s, &order);
	if (rc)
		return rc > 0 ? ERR_RANGE : rc;
	o->id = order.id;
	o->screen = s->conf->progress && isatty(STDERR_FILENO);
	o->shown = mono_now();
	return 0;
}

static void show(const struct once *o, const struct sweep *row)
{
	double share = row->total ? (double)row->at / (double)row->total : 0;
	double left = row->rate_now ? (double)(row->total - row->at) / row->rate_now : 0;
	int full = (int)(share * BAR_WIDTH);

	if (o->screen)
		fprintf(stderr, "\r\033[K[%.*s%*s] ", full,
			"========================", BAR_WIDTH - full, "");
	fprintf(stderr, "%3.0f%%  %llu packets, %u/s, %llu answers, %.0f s left%s", share * 100,
		(unsigned long long)row->sent, row->rate_now, (unsigned long long)row->found, left,
		o->screen ? "" : "\n");
}

int once_tick(struct sweeps *s)
{
	struct once *o = &s->once;
	struct sweep row;
	int rc;

	if (o->over)
		return 0;
	rc = store_get_sweep(s->life->store, o->id, &row);
	if (rc < 0)
		return rc;
	o->over = !rc || store_sweep_is_over(&row);
	o->failed = !rc || (o->over && row.state != SWEEP_DONE);
	if (o->over && o->screen)
		fprintf(stderr, "\r\033[K");
	if (o->over || !s->conf->progress ||
	    mono_now() - o->shown < (o->screen ? REDRAW : LINE_EVERY))
		return 0;
	o->shown = mono_now();
	show(o, &row);
	return 0;
}
