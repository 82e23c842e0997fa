/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypt/token.h"

#include "base/crypt/digest.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define PREFIX "flowd_" /* by which scanners of leaked secrets find it */
#define RANDOM_MOST 32

_Static_assert(TOKEN_TEXT_MAX > sizeof(PREFIX) + (size_t)2 * RANDOM_MOST, "room");

int token_random(size_t count, char *out)
{
	uint8_t bytes[RANDOM_MOST];

	if (count > sizeof(bytes))
		return -EINVAL;
	if (getrandom(bytes, count, 0) != (ssize_t)count)
		return -EIO;
	digest_hex(bytes, count, out);
	return 0;
}

int token_make(struct token *token, wall_t now, char *text)
{
	int rc;

	memcpy(text, PREFIX, sizeof(PREFIX));
	rc = token_random(RANDOM_MOST, text + sizeof(PREFIX) - 1);
	if (rc)
		return rc;
	token_hash(text, strlen(text), token->hash);
	/* The first bytes of the hash: unique for all that anybody will ever see, never 0. */
	memcpy(&token->id, token->hash, sizeof(token->id));
	token->id = (token->id >> 12) | 1;
	token->made_us = now;
	return 0;
}

void token_hash(const char *text, size_t len, uint8_t out[TOKEN_HASH])
{
	digest_sha256(text, len, out);
}
