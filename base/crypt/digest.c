/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypt/digest.h"

#include <nettle/hmac.h>

void digest_sha256(const void *bytes, size_t len, uint8_t out[DIGEST_SHA256])
{
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, len, bytes);
	sha256_digest(&sha, DIGEST_SHA256, out);
}

void digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
			uint8_t out[DIGEST_SHA256])
{
	struct hmac_sha256_ctx mac;

	hmac_sha256_set_key(&mac, key_len, key);
	hmac_sha256_update(&mac, len, bytes);
	hmac_sha256_digest(&mac, DIGEST_SHA256, out);
}

char *digest_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}
