/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to servers of others (libcurl): a request of HTTP and its answer, a mail, a stream
 * over TCP or TLS. It waits: whoever may not, asks in a thread of his own, with a client of his
 * own.
 */
#ifndef BASE_CLIENT_CLIENT_H
#define BASE_CLIENT_CLIENT_H

#include "base/mono.h"

#include <stdbool.h>
#include <stddef.h>

#define CLIENT_ERROR_MAX 128
#define CLIENT_ETAG_MAX 128
#define CLIENT_AGENT "flowd/" PACKAGE_VERSION

/* Whom to believe, and how long to wait; all borrowed while the client lives. */
struct client_terms {
	const char *ca_file;	 /* authorities; NULL: the system's */
	const char *ca_bytes;	 /* the same as PEM, before the file; NULL none */
	const char *user;	 /* NULL none */
	const char *password;	 /* NULL none */
	const char *unix_socket; /* a server on this machine; NULL none */
	bool anybody;		 /* believe whatever certificate is shown */
	mono_t timeout;		 /* of one request */
	size_t answer_most;	 /* bytes of an answer that are kept; a longer one is no answer */
};

struct client; /* keeps its connection open between two requests */

/* Before the first thread is started, once. */
void client_start(void);

/* NULL when memory is short. */
struct client *client_new(const struct client_terms *terms);
void client_free(struct client *client);

struct client_request {
	const char *method; /* GET, POST, ... */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-ended; NULL none */
	const char *body;	    /* NULL none */
	size_t body_len;
	/* Takes an answer of status 200 as it comes, in place of `body` and without a limit of
	 * time; false ends it. NULL: none does. */
	bool (*take)(void *arg, const char *bytes, size_t len);
	void *arg;
};

struct client_answer {
	int status;	  /* of HTTP, of the last command of SMTP; 0 there was no answer */
	const char *body; /* ends with a NUL that `len` does not count; borrowed until the next
			     request */
	size_t len;
	char etag[CLIENT_ETAG_MAX]; /* "" none */
	int retry_after_s;	    /* what it asked for; 0 nothing */
	char error[CLIENT_ERROR_MAX];
};

/*
 * Asks over HTTP or HTTPS. Redirects are not followed. 0: there is an answer, whatever its status;
 * -EIO and `error`: there is none.
 */
int client_ask(struct client *client, const struct client_request *request,
	       struct client_answer *answer);

struct client_mail {
	const char *url;       /* smtp://host:port: TLS is insisted on, unless anybody is believed;
				  smtps://host:port */
	const char *from;      /* addresses without <> */
	const char *const *to; /* NULL-ended */
	const char *text;      /* header and body, lines end with CRLF */
	size_t len;
};

/* Hands a mail over. Results as client_ask, 0 when it was taken. */
int client_send_mail(struct client *client, const struct client_mail *mail,
		     struct client_answer *answer);

/*
 * Opens a stream to "https://host:port" (TLS) or "http://host:port" (bare TCP), the one of before
 * is closed. 0 or -EIO and `error`.
 */
int client_open(struct client *client, const char *url, char error[CLIENT_ERROR_MAX]);

/* Writes all of it and waits until the other machine has acknowledged it. 0 or -EIO and `error`:
 * nobody knows how much of it has come; the stream is closed. */
int client_write(struct client *client, const void *bytes, size_t len,
		 char error[CLIENT_ERROR_MAX]);

bool client_is_open(const struct client *client);

#endif
