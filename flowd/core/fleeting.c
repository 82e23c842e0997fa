/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/fleeting.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROOM 256
#define LOOK_MOST 1000 /* rows of an earlier life looked at in a tick */

struct fleeting_item {
	struct service service;
	wall_t due;
};

void fleeting_free(struct fleeting *f)
{
	free(f->items);
	f->items = NULL;
	f->room = f->first = f->count = 0;
}

static struct fleeting_item *item_at(const struct fleeting *f, size_t i)
{
	return &f->items[(f->first + i) % f->room];
}

static bool grow(struct fleeting *f)
{
	size_t i, room = f->room ? 2 * f->room : FIRST_ROOM;
	struct fleeting_item *items = calloc(room, sizeof(*items));

	if (!items)
		return false;
	for (i = 0; i < f->count; i++)
		items[i] = *item_at(f, i);
	free(f->items);
	f->items = items;
	f->room = room;
	f->first = 0;
	return true;
}

static int append(struct fleeting *f, const struct service *service, wall_t due)
{
	if (f->count == f->room && !grow(f))
		return -ENOMEM;
	*item_at(f, f->count++) = (struct fleeting_item){ *service, due };
	return 0;
}

/* Takes the oldest off the list and, when it is due or `forced`, out of the store. */
static int drop_first(struct fleeting *f, wall_t now, bool forced)
{
	const struct fleeting_item item = *item_at(f, 0);
	struct store_service row;
	int rc = store_get_service(f->store, &item.service, &row);

	if (rc < 0)
		return rc;
	f->first = (f->first + 1) % f->room;
	f->count--;
	/* It has become a service since: it stays, and is none of ours. */
	if (!rc || row.state != STATE_EPHEMERAL)
		return 0;
	if (!forced && row.last_us + f->keep > now)
		return append(f, &item.service, row.last_us + f->keep);
	f->evicted += forced;
	store_delete_service(f->store, &item.service);
	return 0;
}

int fleeting_add(struct fleeting *f, const struct store_service *row)
{
	int rc = 0;

	while (f->count && f->count >= f->limit && !rc)
		rc = drop_first(f, row->last_us, true);
	return rc ? rc : append(f, &row->service, row->last_us + f->keep);
}

struct looking {
	struct fleeting *f;
	size_t left;
};

static int look_at(void *arg, const struct store_service *row)
{
	struct looking *l = arg;

	if (!l->left--) {
		l->f->from = row->service;
		return 1;
	}
	return row->state == STATE_EPHEMERAL ? fleeting_add(l->f, row) : 0;
}

/* Goes on looking for what an earlier life has left. */
static int look_on(struct fleeting *f)
{
	struct looking l = { f, LOOK_MOST };
	int rc;

	if (f->looked)
		return 0;
	rc = store_walk_services(f->store, &f->from, look_at, &l);
	f->looked = !rc;
	return rc < 0 ? rc : 0;
}

int fleeting_tick(struct fleeting *f, wall_t now)
{
	int rc = look_on(f);

	while (f->count && item_at(f, 0)->due <= now && !rc)
		rc = drop_first(f, now, false);
	return rc;
}
