/* SPDX-License-Identifier: Apache-2.0 */
#include "store/schema/rows.h"

#include "base/err.h"
#include "store/inside.h"
#include "store/key.h"
#include "store/policy/groups.h"
#include "store/policy/waiting.h"

#include <errno.h>

/* Alerts name the file of their rule since schema 11; since 12 they say whose their service is, and
 * letters, and the groups that they are of, how an alert has grown. */
#define FILES_GREW (sizeof(struct alert) - offsetof(struct alert, rule_file))
#define ASSET_GREW (sizeof(struct alert) - offsetof(struct alert, asset))
#define WINDOW_GREW (sizeof(struct store_window) - offsetof(struct store_window, told))

_Static_assert(offsetof(struct alert, rule_file) + ALERT_FILE_MAX + sizeof(struct alert_asset) ==
		       sizeof(struct alert),
	       "what an alert has gained is its end");
_Static_assert(offsetof(struct store_letter, growth) + sizeof(struct outbox_growth) ==
			       sizeof(struct store_letter) &&
		       offsetof(struct store_dead, growth) + sizeof(struct outbox_growth) ==
			       sizeof(struct store_dead),
	       "so is what a letter has gained");
_Static_assert(offsetof(struct store_waiting, alert) + sizeof(struct alert) ==
		       sizeof(struct store_waiting),
	       "the alert that waits is the end of its row");

bool rows_are_older(enum rocks_table table, size_t found, size_t size)
{
	if (table == ROCKS_ALERTS || table == ROCKS_OUTBOX || table == ROCKS_WAITING)
		return found + FILES_GREW == size || found + ASSET_GREW == size;
	if (table == ROCKS_LETTERS || table == ROCKS_DEAD)
		return found + sizeof(struct outbox_growth) == size;
	return table == ROCKS_WINDOWS && found + WINDOW_GREW == size;
}

int rows_copy(enum rocks_table table, void *to, size_t size, const void *from, size_t from_size)
{
	if (from_size != size && !rows_are_older(table, from_size, size))
		return ERR_CORRUPT;
	memcpy(to, from, from_size);
	memset((char *)to + from_size, 0, size - from_size);
	return 1;
}

bool rows_may_be_of(uint32_t schema, uint32_t record)
{
	return (schema == 10 && record == 15) || (schema == 11 && record == 16);
}

int row_walk(const struct row_walk *w, struct rocks_cursor *cursor)
{
	/* Rows are read in place by functions that expect aligned structs. */
	_Alignas(16) uint8_t row[ROW_MAX];
	const void *key, *value;
	size_t key_len, size;
	int rc = 0, end;

	if (!cursor)
		return -ENOMEM;
	while (!rc && rocks_cursor_next(cursor, &key, &key_len, &value, &size)) {
		if (w->prefix_len &&
		    (key_len < w->prefix_len || memcmp(key, w->prefix, w->prefix_len)))
			break;
		if (w->before && key_len == KEY_NUMBERED && key_number_of(key) >= w->before)
			continue;
		rc = rows_copy(w->table, row, w->row_size, value, size);
		if (rc < 0)
			break;
		rc = w->call(w->fn, w->arg, row);
	}
	end = rocks_cursor_free(cursor);
	return rc ? rc : end;
}
