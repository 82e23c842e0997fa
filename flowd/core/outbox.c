/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/outbox.h"

#define RETRY_EVERY (1 * MONO_SECOND)

static int put_alert(void *arg, const struct alert *alert)
{
	struct outbox *o = arg;

	o->refused = alertfile_put(o->file, alert);
	if (o->refused)
		return 1;
	store_delete_outbox(o->store, OUTBOX_FILE, alert->number);
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
	if (rc < 0 || (rc = store_commit(o->store, false)))
		return rc;
	o->again = o->refused ? now + RETRY_EVERY : INT64_MAX;
	return o->refused && !before;
}
