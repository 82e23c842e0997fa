/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/book/learning.h"

#include "base/conf.h"
#include "flowd/core/book/approvals.h"
#include "store/book/baseline.h"

#define TICK_ROWS 2048 /* services looked at between two looks at the rest of the world */
#define REASON "accepted after learning"

int learning_begin(struct lifecycle *l, const struct conf *conf, wall_t now)
{
	int rc = store_get_time(l->store, LEARNING_ACCEPTING, &l->learnt.accepted_us);

	if (rc < 0 || (rc = store_get_time(l->store, LEARNING_UNTIL, &l->quiet_until)))
		return rc < 0 ? rc : 0;
	l->quiet_until = conf->learn_until_accepted ? LEARNING_OPEN : now + conf->learn;
	store_put_time(l->store, LEARNING_UNTIL, l->quiet_until);
	return store_commit(l->store, true);
}

int learning_order(struct lifecycle *l, const struct learning *order)
{
	l->quiet_until = order->accept ? l->now : order->until_us;
	store_put_time(l->store, LEARNING_UNTIL, l->quiet_until);
	if (order->accept) {
		l->learnt = (struct learnt){ .accepted_us = l->now };
		store_put_time(l->store, LEARNING_ACCEPTED, l->now);
		store_put_time(l->store, LEARNING_ACCEPTING, l->now);
	}
	return 0;
}

struct walk {
	struct lifecycle *l;
	unsigned rows;
};

static int take_probe(void *arg, const struct probe *p)
{
	approvals_face(p, arg);
	return 0;
}

/* Is it what an acceptance means? Who has been alerted of something bad has to say so of that. */
static bool is_meant(const struct learnt *learnt, const struct store_service *row)
{
	return row->first_us <= learnt->accepted_us && row->level < LEVEL_HIGH &&
	       row->state != STATE_EPHEMERAL && row->state != STATE_GONE;
}

static int approve(void *arg, const struct store_service *row)
{
	struct walk *k = arg;
	struct learnt *learnt = &k->l->learnt;
	struct baseline b = { .service = row->service };
	int rc;

	if (k->rows == TICK_ROWS)
		return 1;
	k->rows++;
	learnt->at = row->service;
	rc = is_meant(learnt, row) ? store_get_baseline(k->l->store, &row->service, &b) : 1;
	if (rc)
		return rc < 0 ? rc : 0;
	rc = store_walk_probes(k->l->store, &row->service, take_probe, &b);
	if (rc < 0)
		return rc;
	b.service = row->service;
	b.made_us = learnt->accepted_us;
	b.source = ENTRY_LEARNT;
	b.state = *b.app || *b.certificate || *b.host_key ? APPROVAL_BOUND : APPROVAL_OPEN;
	record_text_set(b.reason, sizeof(b.reason), REASON);
	store_put_baseline(k->l->store, &b);
	return 0;
}

int learning_tick(struct lifecycle *l)
{
	struct walk k = { .l = l };
	int rc;

	if (!l->learnt.accepted_us)
		return 0;
	rc = store_walk_services(l->store, &l->learnt.at, approve, &k);
	if (rc < 0 || k.rows == TICK_ROWS)
		return rc < 0 ? rc : 0;
	l->learnt.accepted_us = 0;
	store_put_time(l->store, LEARNING_ACCEPTING, 0);
	return 0;
}
