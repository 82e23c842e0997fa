/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers of a request that anybody looks at, and what they mean. Pure.
 */
#ifndef WEB_HTTP_HEAD_H
#define WEB_HTTP_HEAD_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>

/* X(member, header) */
#define HEAD_LIST(X)                          \
	X(host, "Host")                       \
	X(origin, "Origin")                   \
	X(mark, "X-Flowd-Request")            \
	X(csrf, "X-CSRF-Token")               \
	X(authorization, "Authorization")     \
	X(cookie, "Cookie")                   \
	X(accept, "Accept")                   \
	X(accept_encoding, "Accept-Encoding") \
	X(if_none_match, "If-None-Match")     \
	X(content_type, "Content-Type")       \
	X(request_id, "X-Request-Id")         \
	X(last_event_id, "Last-Event-ID")

struct head {
#define HEAD_MEMBER(member, header) const char *member; /* NULL: it was not sent; borrowed */
	HEAD_LIST(HEAD_MEMBER)
#undef HEAD_MEMBER
	struct addr client; /* all 0 over a Unix socket */
	bool local;	    /* it came over a Unix socket, whose file says who may */
	bool sealed;	    /* it came over TLS */
};

#define HEAD_ID_MAX 64

/* A request of one's own page, or of a program that says so (X-Flowd-Request: 1): the page of
 * another site in the same browser can send requests, too, but not these headers. */
bool head_is_trusted(const struct head *head);

/* May the answer be packed by gzip (RFC 9110, 12.5.3)? */
bool head_takes_gzip(const struct head *head);

/* Has the client got the representation with this strong tag (RFC 9110, 13.1.2)? */
bool head_has_tag(const struct head *head, const char *tag);

/* Would a person rather see a page than a problem? */
bool head_wants_page(const struct head *head);

/* The bearer token (RFC 6750) and its length; NULL: none was sent. */
const char *head_bearer(const struct head *head, size_t *len);

/* The value of a cookie (RFC 6265) and its length; NULL: it was not sent. */
const char *head_cookie(const struct head *head, const char *name, size_t *len);

/* The id of the request: the one that a client has given it, if it is up to HEAD_ID_MAX - 1
 * letters, digits, "-" and "_"; else a new one. `out` has HEAD_ID_MAX bytes. */
void head_id(const struct head *head, char *out);

#endif
