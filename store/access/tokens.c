/* SPDX-License-Identifier: Apache-2.0 */
#include "store/access/tokens.h"

#include "store/inside.h"
#include "store/key.h"

_Static_assert(sizeof(struct token) == 96, "layout");

void store_put_token(struct store *s, const struct token *row)
{
	uint8_t key[KEY_NUMBER];

	key_number(row->id, key);
	rocks_put(s->rocks, ROCKS_TOKENS, KEY(key), row, sizeof(*row));
}

void store_delete_token(struct store *s, uint64_t id)
{
	uint8_t key[KEY_NUMBER];

	key_number(id, key);
	rocks_delete(s->rocks, ROCKS_TOKENS, KEY(key));
}

ROW_CALLER(token, token, store_token_fn)

int store_walk_tokens(struct store *s, store_token_fn fn, void *arg)
{
	const struct row_walk w = {
		.row_size = sizeof(struct token), .call = call_token, .fn = &fn, .arg = arg
	};
	uint8_t key[KEY_NUMBER] = { 0 };

	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_TOKENS, KEY(key)));
}
