/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/heading.h"

#include <stdio.h>
#include <string.h>

/* What every answer says to a browser: nothing of another site, nothing to another site. */

/* What a page may load and where its forms may go; the last word follows. */
#define POLICY_CONTENT                                                                  \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " \
	"img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action "

/*
 * X(header, value). Under no-referrer a browser says "Origin: null" of a form, and nobody could
 * log in.
 */
#define POLICY_LIST(X)                                   \
	X("X-Content-Type-Options", "nosniff")           \
	X("X-Frame-Options", "DENY")                     \
	X("Referrer-Policy", "same-origin")              \
	X("Cross-Origin-Resource-Policy", "same-origin") \
	X("Cross-Origin-Opener-Policy", "same-origin")   \
	X("Permissions-Policy", "camera=(), geolocation=(), microphone=()")

const char *heading_origin(const char *origins, const struct head *head)
{
	size_t len, want = head->origin ? strlen(head->origin) : 0;

	for (; want && *(origins += strspn(origins, ", ")); origins += len) {
		len = strcspn(origins, ", ");
		if (len == want && !strncasecmp(origins, head->origin, len))
			return head->origin;
	}
	return NULL;
}

/* No credentials: a cookie is of our own page, a page of others has a token. */
static void say_cors(const struct heading *h, heading_fn fn, void *arg)
{
	if (!h->origin)
		return;
	fn(arg, "Access-Control-Allow-Origin", h->origin);
	fn(arg, "Access-Control-Expose-Headers", "ETag, X-Request-Id, Retry-After");
	if (!h->preflight)
		return;
	fn(arg, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
	fn(arg, "Access-Control-Allow-Headers",
	   "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-Request-Id, "
	   "X-Flowd-Request");
	fn(arg, "Access-Control-Max-Age", "600");
}

static void say_status(const struct heading *h, heading_fn fn, void *arg)
{
	const struct http_answer *a = h->answer;

	if (a->status == 401)
		fn(arg, "WWW-Authenticate", "Bearer");
	if (a->status == 405)
		fn(arg, "Allow", h->allow);
	if (a->status == 503 || a->status == 429)
		fn(arg, "Retry-After", "1");
}

void heading_say(const struct heading *h, heading_fn fn, void *arg)
{
	const struct http_answer *a = h->answer;
	char file[128];

#define SAY(name, value) fn(arg, name, value);
	POLICY_LIST(SAY)
#undef SAY
	fn(arg, "Content-Security-Policy",
	   a->as_page ? POLICY_CONTENT "'self'" : POLICY_CONTENT "'none'");
	/* What is asked for again is asked with its tag; nothing is kept for others. */
	fn(arg, "Cache-Control",
	   a->status == 200 && !a->source.read ? "private, no-cache" : "no-store");
	fn(arg, "Vary",
	   h->cors ? "Accept-Encoding, Authorization, Cookie, Origin"
		   : "Accept-Encoding, Authorization, Cookie");
	fn(arg, "X-Request-Id", h->id);
	if (h->head->sealed)
		fn(arg, "Strict-Transport-Security", "max-age=31536000");
	if (a->type)
		fn(arg, "Content-Type", a->type);
	if (a->location)
		fn(arg, "Location", a->location);
	if (*a->cookie)
		fn(arg, "Set-Cookie", a->cookie);
	if (a->file) {
		snprintf(file, sizeof(file), "attachment; filename=\"%s\"", a->file);
		fn(arg, "Content-Disposition", file);
	}
	say_status(h, fn, arg);
	say_cors(h, fn, arg);
}
