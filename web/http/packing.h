/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of answers: packed by gzip (RFC 1952), and the tag that tells one from another.
 */
#ifndef WEB_HTTP_PACKING_H
#define WEB_HTTP_PACKING_H

#include <stddef.h>

#define PACKING_TAG_MAX 24
#define PACKING_LEAST 1024 /* bytes that are worth it */

/* Packs `len` bytes: `*out` is to be freed. 0, -ENOMEM, or 1: they would not get less. */
int packing_gzip(const void *bytes, size_t len, void **out, size_t *out_len);

/* A strong tag of the bytes, quoted (RFC 9110, 8.8.3); returns `out`. */
char *packing_tag(const void *bytes, size_t len, char *out);

#endif
