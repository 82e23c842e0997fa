/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/packing.h"

#include "base/crypt/digest.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define LEVEL 5		 /* three quarters of the best one's gain for a third of its time */
#define WINDOW (15 + 16) /* bits, and a head of gzip's */
#define MEMORY 8

int packing_gzip(const void *bytes, size_t len, void **out, size_t *out_len)
{
	z_stream z = { .next_in = (void *)bytes, .avail_in = (unsigned)len };
	uint8_t *room;
	int rc;

	if (len > UINT32_MAX / 2)
		return 1;
	if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	room = malloc(len);
	z.next_out = room;
	z.avail_out = (unsigned)len;
	rc = room ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
	*out_len = z.total_out;
	deflateEnd(&z);
	if (rc != Z_STREAM_END) {
		free(room);
		return room ? 1 : -ENOMEM;
	}
	*out = room;
	return 0;
}

char *packing_tag(const void *bytes, size_t len, char *out)
{
	uint8_t hash[DIGEST_SHA256];
	size_t i, at = 1;

	digest_sha256(bytes, len, hash);
	out[0] = '"';
	for (i = 0; i < 8; i++)
		at += (size_t)snprintf(out + at, PACKING_TAG_MAX - at, "%02x", hash[i]);
	out[at] = '"';
	out[at + 1] = '\0';
	return out;
}
