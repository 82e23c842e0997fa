/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/wish/backups.h"

#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "store/backup/backup.h"
#include "store/book/trail.h"

#include <errno.h>

static bool makes_sense(const struct backup *b)
{
	return b->id && b->remove <= 1 && !b->by[sizeof(b->by) - 1] &&
	       store_backup_is_name(b->name);
}

static enum backup_result result_of(int rc)
{
	switch (rc) {
	case 0:
		return BACKUP_DONE;
	case -EEXIST:
		return BACKUP_TAKEN;
	case ERR_FULL:
		return BACKUP_FULL;
	case ERR_NOT_FOUND:
		return BACKUP_ABSENT;
	default:
		return BACKUP_FAILED;
	}
}

static void note(struct store *s, const struct backup *done)
{
	struct trail_row row = { .time_us = mono_wall() };

	memcpy(row.by, done->by, sizeof(row.by));
	record_text_set(row.what, sizeof(row.what),
			done->remove ? "backup removed" : "backup made");
	record_text_set(row.about, sizeof(row.about), done->name);
	store_put_trail(s, &row);
}

int backups_order(struct store *s, struct ipc *web, const struct backup *order)
{
	struct backup done = *order;
	char error[STORE_ERROR_MAX] = "";
	mono_t began = mono_now();
	int rc;

	if (!makes_sense(order))
		return 1;
	rc = order->remove ? store_remove_backup(s, order->name)
			   : store_backup(s, order->name, error);
	done.result = (uint8_t)result_of(rc);
	record_text_set(done.error, sizeof(done.error), *error ? error : rc ? err_text(rc) : "");
	if (done.result == BACKUP_DONE) {
		note(s, &done);
		log_info("backup %s: %s after %lld ms", done.name, done.remove ? "removed" : "made",
			 (long long)((mono_now() - began) / MONO_MS));
	} else if (done.result == BACKUP_FAILED) {
		log_warning("backup %s: %s", done.name, done.error);
	}
	ipc_send(web, IPC_BACKUP, &done);
	/* Somebody waits. */
	ipc_flush(web);
	return 0;
}
