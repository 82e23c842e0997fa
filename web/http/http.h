/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP (libmicrohttpd in the role's own loop): requests in, answers out. What every route has in
 * common is done here: methods, sizes, the Host that was asked for, headers, problem details.
 */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include "base/mono.h"
#include "base/record/token.h"
#include "web/http/answer.h"
#include "web/http/head.h"
#include "web/http/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_CONNECTIONS 2048 /* at once */
#define HTTP_PARAMETERS 16    /* of a request */
#define HTTP_BODY 4096	      /* bytes of a body, where the route does not say otherwise */

struct http_parameter {
	const char *name, *value;
	size_t len; /* of the value, which may hold anything */
};

/* Who asks. */
struct http_who {
	enum access access;
	char name[TOKEN_NAME_MAX]; /* of the token; "": nobody had to say */
	uint64_t session;	   /* 0: there is none */
};

/* All borrowed until the handler returns. */
struct http_request {
	const char *name; /* what the * of the route stands for */
	size_t name_len;
	const struct http_parameter *parameters;
	size_t count;
	const char *body; /* not terminated, NULL none */
	size_t body_len;
	const struct head *head;
	const struct http_who *who;
	const char *last_event_id; /* NULL: none was sent */
	void *waiting;		   /* argument of the source that the route gave before; NULL */
	bool bare;		   /* only the headers are wanted (HEAD) */
};

/* A request that was answered; all borrowed. */
struct http_done {
	const char *method, *path, *id;
	const struct head *head;
	const struct http_who *who;
	unsigned status;
	mono_t took;
	bool acts; /* it was no mere question */
};

/* One site; borrowed for good. */
struct http_site {
	const struct http_route *routes; /* up to a NULL path */
	const char *origins;  /* whose pages may ask, too, separated by commas; "" nobody's */
	uint64_t connections; /* of an address at once; 0 any number */
	/* Who asks, and may anything be asked at all? 0, or a status and what is wrong. `acts`: it
	 * is no mere question. */
	unsigned (*admit)(void *arg, const struct head *head, bool acts, struct http_who *who,
			  const char **wrong);
	void (*done)(void *arg, const struct http_done *done); /* NULL: nobody wants to know */
	void *arg;
};

/* What a listener is sealed with, PEM; borrowed until http_listen returns. */
struct http_seal {
	const char *certificate, *key;
};

struct loop;
struct http;

/* NULL when memory is short. */
struct http *http_new(struct loop *loop, const struct http_site *site);

#define HTTP_DOORS 4 /* listeners */

/*
 * Serves on a listening socket, which it owns from then on, whatever comes of it. `seal`: TLS; NULL
 * none. `local`: it is a Unix socket. False when it cannot.
 */
bool http_listen(struct http *http, int listener, const struct http_seal *seal, bool local);

/* Ends all connections. NULL is fine. */
void http_free(struct http *http);

struct http_figures {
	uint64_t requests;    /* answered */
	uint64_t connections; /* now */
	uint64_t refused;     /* connections of addresses that had as many as they may */
};
struct http_figures http_measure(const struct http *http);

/* There is something to read again. */
void http_wake(struct http_live *live);

#endif
