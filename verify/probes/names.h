/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an application is called: by flowd, by nDPI on the wire, by files in nmap's format.
 */
#ifndef VERIFY_PROBES_NAMES_H
#define VERIFY_PROBES_NAMES_H

#include "base/record.h"

#include <stdbool.h>
#include <stddef.h>

/* flowd's name for a name of `len` bytes: another one's translated, in lower case, else as it is.
 */
void names_app(const char *name, size_t len, char out[RECORD_APP_MAX]);

/* The name of an application inside TLS: "imap" is "imaps"; "" none of its own. */
const char *names_wrapped(const char *app);

/* What speaks inside TLS under this name ("imaps": "imap"); "" when that is open ("tls"). NULL: the
 * name does not speak of TLS. */
const char *names_inside(const char *app);

#endif
