/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates (RFC 5280) for a server that nobody has given one, and what one says. PEM (RFC
 * 7468).
 */
#ifndef BASE_CRYPT_CERTIFICATE_H
#define BASE_CRYPT_CERTIFICATE_H

#include "base/mono.h"

#include <stddef.h>

#define CERTIFICATE_DAYS 397 /* more is refused by some browsers */
#define CERTIFICATE_PRINT (2 * 32 + 1)

/*
 * A new key (ECDSA, P-256) and a certificate it has signed itself, good from `now` on, for a host
 * `name` and an address (may be NULL). Both texts are to be freed. 0 or -errno.
 */
int certificate_make(const char *name, const char *address, wall_t now, char **certificate,
		     char **key);

/* When it ends, and its SHA-256 as hexadecimal digits (CERTIFICATE_PRINT bytes). 0; ERR_SYNTAX: it
 * is none. */
int certificate_read(const char *pem, size_t len, wall_t *ends, char *print);

#endif
