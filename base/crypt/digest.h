/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4) and what is signed with it (HMAC, RFC 2104).
 */
#ifndef BASE_CRYPT_DIGEST_H
#define BASE_CRYPT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256 32 /* bytes */

void digest_sha256(const void *bytes, size_t len, uint8_t out[DIGEST_SHA256]);

void digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
			uint8_t out[DIGEST_SHA256]);

/* `len` bytes as hexadecimal digits and a NUL: 2 * len + 1 of `out`, which it returns. */
char *digest_hex(const uint8_t *bytes, size_t len, char *out);

#endif
