/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as web sees it: opened as soon as core has made it, and kept up with what core commits.
 */
#ifndef WEB_VIEW_H
#define WEB_VIEW_H

#include "store/store.h"

struct loop;
struct view;

/* The store has been opened, or has caught up with what was told by view_expect. */
typedef void (*view_fn)(void *arg);

/* `path`, `scratch`: as store_open_reader; borrowed for good. NULL when memory is short. */
struct view *view_new(struct loop *loop, const char *path, const char *scratch);
void view_free(struct view *view);

/* Whom to tell; before the loop runs. `opened` comes first, and again after a loss. */
void view_tell(struct view *view, view_fn opened, view_fn fresh, void *arg);

/* Core has committed something: catches up soon, but not all the time, and calls `fresh`. */
void view_expect(struct view *view);

/* The store, at most a second behind; NULL: there is none yet. Borrowed for the handler. */
struct store *view_store(struct view *view);

/* The same, as old as it may be. */
struct store *view_peek(const struct view *view);

#endif
