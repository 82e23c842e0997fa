/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route answers.
 */
#ifndef WEB_HTTP_ANSWER_H
#define WEB_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define HTTP_JSON "application/json"
#define HTTP_PROBLEM "application/problem+json"
#define HTTP_TEXT "text/plain; charset=utf-8"
#define HTTP_EVENTS "text/event-stream"

#define HTTP_COOKIE_MAX 160

struct http_live; /* the connection of an answer without an end */

/* Where an answer without an end comes from. */
struct http_source {
	/* Up to `size` bytes: how many; 0: none until http_wake; -1: that was all. NULL: there is
	 * no answer yet, and after http_wake the route is asked again, with `arg` in the request.
	 */
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
	const char *location; /* static: look there */
	const char *file;     /* static: it is to be kept under this name */
	char cookie[HTTP_COOKIE_MAX];
	bool as_page; /* it is a form's answer: its page may send forms here */
};

/* Gives text that was malloc'ed; NULL is a want of memory. */
void http_answer_text(struct http_answer *answer, const char *type, char *text);

/* The same of a body: `pointer` is where in it (RFC 6901, up to 100 bytes). */
void http_answer_wrong(struct http_answer *answer, const char *detail, const char *pointer);

/* Says what is wrong (RFC 9457); `name` is the parameter that is wrong, NULL none. */
void http_answer_problem(struct http_answer *answer, unsigned status, const char *detail,
			 const char *name);

#endif
