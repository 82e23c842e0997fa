/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of the store, made and removed as web asks.
 */
#ifndef FLOWD_CORE_WISH_BACKUPS_H
#define FLOWD_CORE_WISH_BACKUPS_H

#include "store/store.h"

struct ipc;

/* Does it, notes who wanted it, and says what came of it. 0; 1: it makes no sense; an error of the
 * store. */
int backups_order(struct store *store, struct ipc *web, const struct backup *order);

#endif
