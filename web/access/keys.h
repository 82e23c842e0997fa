/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens that are good, as core keeps them.
 */
#ifndef WEB_ACCESS_KEYS_H
#define WEB_ACCESS_KEYS_H

#include "store/access/tokens.h"

struct keys {
	struct token rows[STORE_TOKENS_MAX];
	size_t count;
};

/* Forgets all and reads those of the store. 0 or an error of it. */
int keys_load(struct keys *keys, struct store *store);

/* Core has kept or forgotten one. */
void keys_take(struct keys *keys, const struct token *news);

/* The token with this text or id that is good at `now`; NULL: there is none. Borrowed until the
 * next change. */
const struct token *keys_find(const struct keys *keys, const char *text, size_t len, wall_t now);
const struct token *keys_get(const struct keys *keys, uint64_t id, wall_t now);

#endif
