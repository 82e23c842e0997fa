/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask: tokens by their id. The text of a token is not in the store, its hash is.
 */
#ifndef STORE_ACCESS_TOKENS_H
#define STORE_ACCESS_TOKENS_H

#include "store/store.h"

#define STORE_TOKENS_MAX 1024

void store_put_token(struct store *store, const struct token *row);
void store_delete_token(struct store *store, uint64_t id);

/* Tokens in the order of their ids; as the walks of store.h. */
typedef int (*store_token_fn)(void *arg, const struct token *row);
int store_walk_tokens(struct store *store, store_token_fn fn, void *arg);

#endif
