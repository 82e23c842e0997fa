/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which route a request is for. Pure.
 */
#ifndef WEB_HTTP_TARGET_H
#define WEB_HTTP_TARGET_H

#include "base/record/token.h"

#include <stdbool.h>
#include <stddef.h>

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_METHOD_END };

struct http_request;
struct http_answer;

typedef void (*http_fn)(void *arg, const struct http_request *request, struct http_answer *answer);

struct http_route {
	const char *path; /* one part may be "*" */
	enum http_method method;
	http_fn fn;
	enum access need; /* who may at least */
	size_t body_most; /* bytes; 0: HTTP_BODY */
};

struct target_found {
	const struct http_route *route; /* NULL: there is none */
	const char *name;		/* what stands for its *; borrowed of the path */
	size_t name_len;
	char allow[64]; /* without a route: the methods that the address knows; "" it is unknown */
};

/* `routes`: up to a NULL path. HEAD is GET. */
void target_find(const struct http_route *routes, const char *method, const char *path,
		 struct target_found *out);

/* May somebody with this access have it? 0, or a status and what is wrong. */
unsigned target_refuses(const struct target_found *found, enum access access, const char **wrong);

#endif
