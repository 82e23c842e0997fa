/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making tokens and knowing them again. A token is 256 random bits, so that its hash needs no salt.
 */
#ifndef BASE_CRYPT_TOKEN_H
#define BASE_CRYPT_TOKEN_H

#include "base/record/token.h"

#define TOKEN_TEXT_MAX 80

/*
 * Sets id, hash and the time it was made of a token, and gives its text in `text` (TOKEN_TEXT_MAX
 * bytes). 0 or -errno: there is no randomness.
 */
int token_make(struct token *token, wall_t now, char *text);

/* The hash by which the text of `len` bytes is known. */
void token_hash(const char *text, size_t len, uint8_t out[TOKEN_HASH]);

/* `count` random bytes as hexadecimal digits and a NUL; 0 or -errno. */
int token_random(size_t count, char *out);

#endif
