/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens are made by web, kept by core, and told to web again when they are kept.
 */
#ifndef FLOWD_CORE_WISH_TOKENS_H
#define FLOWD_CORE_WISH_TOKENS_H

#include "base/crypt/token.h"
#include "base/ipc.h"
#include "store/access/tokens.h"

/*
 * Where there is no token yet, makes one of an admin: its text, which nobody will see again, is in
 * `text` (TOKEN_TEXT_MAX bytes; "" there are some). Web is told, which may have read the store
 * before that. 0 or an error of the store.
 */
int tokens_open(struct store *store, struct ipc *web, char *text);

/* Does as web orders and says so to it. 0; 1: the order makes no sense; an error of the store. */
int tokens_order(struct store *store, struct ipc *web, const struct token *order);

#endif
