/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells from its first bytes what a server speaks. Pure.
 */
#ifndef VERIFY_BANNER_H
#define VERIFY_BANNER_H

#include "base/record.h"

#define BANNER_MAX 4096 /* bytes looked at */

struct banner {
	char app[RECORD_APP_MAX]; /* "" not recognised */
	char product[48], version[32];
	bool wants_tls; /* HTTP, but says that it expects TLS */
};

enum banner_sureness {
	BANNER_NONE, /* not recognised; `out` is all zero */
	BANNER_PART, /* recognised so far, or may yet be: the next bytes may say more */
	BANNER_DONE, /* all that can be known */
};

/*
 * `hint`: the name the wire gave it, "" none: decides between protocols that greet alike. Texts
 * in `out` are printable ASCII. Returns enum banner_sureness.
 */
int banner_read(const uint8_t *bytes, size_t len, const char *hint, struct banner *out);

/* How to make a server speak; BANNER_ASK: by a question of the probe database. */
enum banner_hello { BANNER_LISTEN, BANNER_HTTP, BANNER_TLS, BANNER_ASK };

/*
 * The hello of an application by its name. `speaks` becomes true where the server is known to
 * speak first. BANNER_LISTEN for every name without a hello of its own.
 */
enum banner_hello banner_hello(const char *app, bool *speaks);

#endif
