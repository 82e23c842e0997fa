/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP (libmicrohttpd in the role's own loop): requests in, answers out. What every route has in
 * common is done here: methods, sizes, the Host that was asked for, headers, problem details.
 */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include "base/record/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HTTP_CONNECTIONS 2048 /* at once */
#define HTTP_PARAMETERS 16    /* of a request */

#define HTTP_JSON "application/json"
#define HTTP_PROBLEM "application/problem+json"
#define HTTP_TEXT "text/plain; charset=utf-8"
#define HTTP_EVENTS "text/event-stream"

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_METHOD_END };

struct http_parameter {
	const char *name, *value;
	size_t len; /* of the value, which may hold anything */
};

/* All borrowed until the handler returns. */
struct http_request {
	const char *name; /* what the * of the route stands for */
	size_t name_len;
	const struct http_parameter *parameters;
	size_t count;
	const char *body; /* not terminated, NULL none */
	size_t body_len;
	const char *last_event_id; /* NULL: none was sent */
	bool head;		   /* only the headers are wanted */
};

struct http_live; /* the connection of an answer without an end */

/* Where an answer without an end comes from. */
struct http_source {
	/* Up to `size` bytes: how many; 0: none until http_wake; -1: that was all. */
	ssize_t (*read)(void *arg, char *out, size_t size);
	void (*end)(void *arg); /* the connection is over; called once */
	void *arg;
	struct http_live **live; /* is set to what http_wake takes; good until `end` */
};

/* To be filled; a status of 0 is a want of memory. */
struct http_answer {
	unsigned status;
	const char *type;
	char *body; /* owned by the answer, malloc'ed */
	size_t len;
	const void *fixed; /* or this, static */
	struct http_source source;
};

typedef void (*http_fn)(void *arg, const struct http_request *request, struct http_answer *answer);

struct http_route {
	const char *path; /* one part may be "*" */
	enum http_method method;
	http_fn fn;
	enum access need; /* who may at least */
};

/* Routes of one site, up to a NULL path; borrowed for good. */
struct http_site {
	const struct http_route *routes;
	void *arg;
};

struct loop;
struct http;

/* Serves on a listening socket, which it owns from then on; NULL when it cannot. */
struct http *http_new(struct loop *loop, int listener, const struct http_site *site);

/* Ends all connections. NULL is fine. */
void http_free(struct http *http);

/* Requests that were answered. */
uint64_t http_requests(const struct http *http);

/* There is something to read again. */
void http_wake(struct http_live *live);

/* Gives text that was malloc'ed; NULL is a want of memory. */
void http_answer_text(struct http_answer *answer, const char *type, char *text);

/* The same of a body: `pointer` is where in it (RFC 6901, up to 100 bytes). */
void http_answer_wrong(struct http_answer *answer, const char *detail, const char *pointer);

/* Says what is wrong (RFC 9457); `name` is the parameter that is wrong, NULL none. */
void http_answer_problem(struct http_answer *answer, unsigned status, const char *detail,
			 const char *name);

#endif
