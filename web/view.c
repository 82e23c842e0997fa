/* SPDX-License-Identifier: Apache-2.0 */
#include "web/view.h"

#include "base/log.h"
#include "base/loop.h"

#include <stdlib.h>

#define RETRY (200 * MONO_MS) /* while there is no store */
#define PAUSE (50 * MONO_MS)  /* between two times of catching up */
#define AGE (1 * MONO_SECOND) /* that a reader puts up with */

struct view {
	const char *path, *scratch;
	struct store *store;
	struct loop_event *retry, *soon;
	mono_t caught; /* up, last */
	bool expecting, said;
	view_fn opened, fresh;
	void *arg;
};

static void try_open(void *arg, int what)
{
	struct view *v = arg;
	char error[STORE_ERROR_MAX];

	(void)what;
	if (store_open_reader(v->path, v->scratch, &v->store, error)) {
		v->store = NULL;
		if (!v->said)
			log_debug("%s: %s; trying again", v->path, error);
		v->said = true;
		loop_timer_set(v->retry, RETRY);
		return;
	}
	v->said = false;
	v->caught = mono_now();
	v->opened(v->arg);
}

/* False, and the store is opened anew, when it cannot. */
static bool catch_up(struct view *v)
{
	v->caught = mono_now();
	if (!store_catch_up(v->store))
		return true;
	log_warning("%s: cannot follow the store; opening it again", v->path);
	store_close(v->store);
	v->store = NULL;
	loop_timer_set(v->retry, RETRY);
	return false;
}

static void catch_up_soon(void *arg, int what)
{
	struct view *v = arg;

	(void)what;
	v->expecting = false;
	/* Whoever waits for the news is told even when the store cannot be read. */
	if (v->store)
		catch_up(v);
	v->fresh(v->arg);
}

struct view *view_new(struct loop *loop, const char *path, const char *scratch)
{
	struct view *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->path = path;
	v->scratch = scratch;
	v->retry = loop_timer_new(loop, try_open, v);
	v->soon = loop_timer_new(loop, catch_up_soon, v);
	if (!v->retry || !v->soon) {
		view_free(v);
		return NULL;
	}
	loop_timer_set(v->retry, 0);
	return v;
}

void view_free(struct view *v)
{
	if (!v)
		return;
	loop_event_free(v->retry);
	loop_event_free(v->soon);
	store_close(v->store);
	free(v);
}

void view_tell(struct view *v, view_fn opened, view_fn fresh, void *arg)
{
	v->opened = opened;
	v->fresh = fresh;
	v->arg = arg;
}

void view_expect(struct view *v)
{
	mono_t since = mono_now() - v->caught;

	if (v->expecting)
		return;
	v->expecting = true;
	loop_timer_set(v->soon, since < PAUSE ? PAUSE - since : 0);
}

struct store *view_store(struct view *v)
{
	if (v->store && mono_now() - v->caught > AGE)
		catch_up(v);
	return v->store;
}

struct store *view_peek(const struct view *v)
{
	return v->store;
}
