/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every answer says to a browser: nothing of another site, nothing to another site.
 */
#ifndef WEB_HTTP_POLICY_H
#define WEB_HTTP_POLICY_H

/* What a page may load and where its forms may go; the last word follows. */
#define POLICY_CONTENT                                                                  \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " \
	"img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action "

/* X(header, value) */
#define POLICY_LIST(X)                                   \
	X("X-Content-Type-Options", "nosniff")           \
	X("X-Frame-Options", "DENY")                     \
	X("Referrer-Policy", "no-referrer")              \
	X("Cross-Origin-Resource-Policy", "same-origin") \
	X("Cross-Origin-Opener-Policy", "same-origin")   \
	X("Permissions-Policy", "camera=(), geolocation=(), microphone=()")

#endif
