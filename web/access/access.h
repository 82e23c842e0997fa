/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask: tokens, sessions of people, how often.
 */
#ifndef WEB_ACCESS_ACCESS_H
#define WEB_ACCESS_ACCESS_H

#include "web/access/keys.h"
#include "web/access/limit.h"
#include "web/access/sessions.h"
#include "web/http/http.h"

#define ACCESS_COOKIE "flowd_session"

struct conf;

struct access_desk {
	bool asks;   /* whoever comes over TCP has to show a token */
	mono_t idle; /* after which a session ends */
	struct keys keys;
	struct sessions sessions;
	struct limit requests, failures;
};

/* NULL when memory is short; to be freed. */
struct access_desk *access_new(const struct conf *conf);

/*
 * Who makes a request, and is it to be heard at all? 0 and `who` (ACCESS_NONE: nobody we know); or
 * a status and what is wrong. `acts`: it is no mere question.
 */
unsigned access_admit(struct access_desk *desk, const struct head *head, bool acts,
		      struct http_who *who, const char **wrong);

/* Begins a session by a token's text. NULL: there is no such token, or it was tried too often. */
const struct session *access_log_in(struct access_desk *desk, const struct head *head,
				    const char *text, size_t len);
void access_log_out(struct access_desk *desk, const struct head *head);

/* The session of a request; NULL: it has none. */
const struct session *access_session(struct access_desk *desk, const struct head *head);

#endif
