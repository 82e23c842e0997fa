/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/book/lapse.h"

#include "flowd/core/book/approvals.h"

#define TICK_ROWS 4096 /* entries looked at between two looks at the rest of the world */
#define EVERY MONO_SECOND

void lapse_expect(struct lapse *p, wall_t expires_us)
{
	if (!expires_us)
		return;
	p->next_us = expires_us < p->next_us ? expires_us : p->next_us;
	p->due_us = expires_us < p->due_us ? expires_us : p->due_us;
}

struct walk {
	struct lapse *lapse;
	wall_t now;
	unsigned rows;
};

static int look(void *arg, const struct baseline *b)
{
	struct walk *w = arg;
	struct lapse *p = w->lapse;

	if (w->rows == TICK_ROWS || p->count == LAPSE_AT_ONCE)
		return 1;
	w->rows++;
	p->at = b->service;
	/* What is void was told when it became so, and what has ended when it ended. */
	if (!b->expires_us || b->void_us)
		return 0;
	if (b->expires_us <= w->now)
		p->over[p->count++] = b->service;
	else if (b->expires_us < p->next_us)
		p->next_us = b->expires_us;
	return 0;
}

int lapse_tick(struct lifecycle *l)
{
	struct lapse *p = &l->lapse;
	struct walk w = { p, l->now, 0 };
	size_t i;
	int rc;

	if (!p->walks && l->now < p->due_us)
		return 0;
	if (!p->walks) {
		p->next_us = INT64_MAX;
		memset(&p->at, 0, sizeof(p->at));
	}
	rc = store_walk_baseline(l->store, &p->at, look, &w);
	p->walks = w.rows == TICK_ROWS || p->count == LAPSE_AT_ONCE;
	for (i = 0; i < p->count && rc >= 0; i++)
		rc = approvals_lapse(l, &p->over[i]);
	p->count = 0;
	if (!p->walks)
		p->due_us = p->next_us > l->now + EVERY ? p->next_us : l->now + EVERY;
	return rc < 0 ? rc : 0;
}
