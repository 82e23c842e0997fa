/* SPDX-License-Identifier: Apache-2.0 */
#include "web/access/keys.h"

#include "base/crypt/token.h"

static int take_row(void *arg, const struct token *row)
{
	struct keys *k = arg;

	k->rows[k->count++] = *row;
	return k->count == STORE_TOKENS_MAX;
}

int keys_load(struct keys *k, struct store *store)
{
	int rc;

	k->count = 0;
	rc = store_walk_tokens(store, take_row, k);
	return rc < 0 ? rc : 0;
}

void keys_take(struct keys *k, const struct token *news)
{
	size_t i;

	for (i = 0; i < k->count && k->rows[i].id != news->id; i++)
		;
	if (i < k->count)
		k->rows[i] = k->rows[--k->count];
	if (!news->revoked && k->count < STORE_TOKENS_MAX)
		k->rows[k->count++] = *news;
}

static const struct token *good(const struct token *t, wall_t now)
{
	return !t->expires_us || t->expires_us > now ? t : NULL;
}

/* The hashes may be compared in any time: who could tell them apart does not know their texts. */
const struct token *keys_find(const struct keys *k, const char *text, size_t len, wall_t now)
{
	uint8_t hash[TOKEN_HASH];
	size_t i;

	token_hash(text, len, hash);
	for (i = 0; i < k->count; i++)
		if (!memcmp(k->rows[i].hash, hash, sizeof(hash)))
			return good(&k->rows[i], now);
	return NULL;
}

const struct token *keys_get(const struct keys *k, uint64_t id, wall_t now)
{
	size_t i;

	for (i = 0; i < k->count; i++)
		if (k->rows[i].id == id)
			return good(&k->rows[i], now);
	return NULL;
}
