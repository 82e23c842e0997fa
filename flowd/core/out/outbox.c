/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/outbox.h"

#define RETRY_EVERY (1 * MONO_SECOND)

/* Alerts come in the order of their times, which need not be that of their numbers. */
static int confirm(void *arg, const struct alert *alert)
{
	struct outbox *o = arg;

	if (alert->number != alertfile_last(o->file))
		return 0;
	alertfile_confirm(o->file, alert);
	return 1;
}

int outbox_open(struct outbox *o, struct store *store, uint64_t limit, uint64_t *undelivered)
{
	uint64_t last = o->file ? alertfile_last(o->file) : 0;
	int rc;

	o->store = store;
	o->limit = limit;
	o->undelivered = undelivered;
	if (!last)
		return 0;
	rc = store_walk_alerts(store, last + 1, confirm, o);
	if (!rc)
		alertfile_confirm(o->file, NULL);
	return rc < 0 ? rc : 0;
}

static int put_alert(void *arg, const struct alert *alert)
{
	struct outbox *o = arg;

	o->refused = alertfile_put(o->file, alert);
	o->first = alert->number;
	if (o->refused)
		return 1;
	store_delete_outbox(o->store, OUTBOX_FILE, alert->number);
	o->wrote = true;
	return 0;
}

struct giving_up {
	struct outbox *o;
	uint64_t from; /* the first that stays */
};

static int give_up(void *arg, const struct alert *alert)
{
	struct giving_up *g = arg;

	if (alert->number >= g->from)
		return 1;
	store_delete_outbox(g->o->store, OUTBOX_FILE, alert->number);
	++*g->o->undelivered;
	return 0;
}

/* All alerts since the first that was refused wait. 1: too many for the first time; 0; an error. */
static int keep_limit(struct outbox *o)
{
	uint64_t last = store_last_alert(o->store);
	struct giving_up g = { o, last - o->limit + 1 };
	bool before = o->full;
	int rc;

	if (last < o->first || last - o->first < o->limit)
		return 0;
	o->full = true;
	rc = store_walk_outbox(o->store, OUTBOX_FILE, give_up, &g);
	return rc < 0 ? rc : !before;
}

const char *outbox_word(int pumped)
{
	return pumped == OUTBOX_GIVES_UP
		       ? "too many alerts wait: the oldest stay in the store alone"
		       : "alerts wait";
}

int outbox_pump(struct outbox *o, bool news)
{
	int rc, full = 0, before = o->refused;
	mono_t now = mono_now();

	if (!o->file || (!news && now < o->again))
		return 0;
	o->refused = 0;
	rc = store_walk_outbox(o->store, OUTBOX_FILE, put_alert, o);
	/* What the store forgets must be on the disk. */
	if (rc >= 0 && o->wrote && (rc = alertfile_sync(o->file)))
		return rc;
	o->full &= !o->wrote;
	o->wrote = false;
	if (rc >= 0 && o->refused)
		rc = full = keep_limit(o);
	if (rc < 0 || (rc = store_commit(o->store, false)))
		return rc;
	o->again = o->refused ? now + RETRY_EVERY : INT64_MAX;
	if (full)
		return OUTBOX_GIVES_UP;
	return o->refused && !before ? OUTBOX_WAITS : 0;
}
