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

int outbox_open(struct outbox *o, struct store *store)
{
	uint64_t last = o->file ? alertfile_last(o->file) : 0;
	int rc;

	o->store = store;
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
	if (o->refused)
		return 1;
	store_delete_outbox(o->store, OUTBOX_FILE, alert->number);
	o->wrote = true;
	return 0;
}

int outbox_pump(struct outbox *o, bool news)
{
	int rc, before = o->refused;
	mono_t now = mono_now();

	if (!o->file || (!news && now < o->again))
		return 0;
	o->refused = 0;
	rc = store_walk_outbox(o->store, OUTBOX_FILE, put_alert, o);
	/* What the store forgets must be on the disk. */
	if (rc >= 0 && o->wrote && (rc = alertfile_sync(o->file)))
		return rc;
	o->wrote = false;
	if (rc < 0 || (rc = store_commit(o->store, false)))
		return rc;
	o->again = o->refused ? now + RETRY_EVERY : INT64_MAX;
	return o->refused && !before;
}
