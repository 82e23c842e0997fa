/* SPDX-License-Identifier: Apache-2.0 */
#include "web/access/access.h"

#include "base/conf/serving.h"
#include "web/query.h"

#include <stdlib.h>

#define FAILURES 10			   /* wrong tokens of an address at once ... */
#define FAILURES_PERIOD (60 * MONO_SECOND) /* ... and in this time */
#define BURST 2				   /* seconds of requests at once */

struct access_desk *access_new(const struct conf *conf)
{
	struct access_desk *desk = calloc(1, sizeof(*desk));

	if (!desk)
		return NULL;
	desk->asks = serving_asks(conf);
	desk->idle = conf->web_session;
	limit_open(&desk->requests, conf->web_rate, MONO_SECOND,
		   (unsigned)(BURST * conf->web_rate));
	limit_open(&desk->failures, FAILURES, FAILURES_PERIOD, FAILURES);
	return desk;
}

static void become(struct http_who *who, const struct token *token)
{
	who->access = token->access;
	memcpy(who->name, token->name, sizeof(who->name));
}

const struct session *access_session(struct access_desk *desk, const struct head *head)
{
	size_t len;
	const char *id = head_cookie(head, ACCESS_COOKIE, &len);

	return id ? sessions_find(&desk->sessions, id, len, mono_now(), desk->idle) : NULL;
}

/* By the cookie: a request that acts has to say what only our own page knows. */
static unsigned admit_session(struct access_desk *desk, const struct head *head, bool acts,
			      struct http_who *who, const char **wrong)
{
	const struct session *s = access_session(desk, head);
	const struct token *token = s ? keys_get(&desk->keys, s->token, mono_wall()) : NULL;

	if (!token)
		return 0;
	if (acts && (!head->csrf ||
		     !sessions_is_same(s->csrf, SESSIONS_ID, head->csrf, strlen(head->csrf))))
		return *wrong = "needs the header X-CSRF-Token of this session", 403;
	become(who, token);
	who->session = s->token;
	return 0;
}

static unsigned admit_token(struct access_desk *desk, const struct head *head, struct http_who *who,
			    const char **wrong)
{
	size_t len;
	const char *text = head_bearer(head, &len);
	const struct token *token;

	if (!limit_may(&desk->failures, &head->client, mono_now(), false))
		return *wrong = "too many wrong tokens", 429;
	token = text ? keys_find(&desk->keys, text, len, mono_wall()) : NULL;
	if (token) {
		become(who, token);
		return 0;
	}
	limit_may(&desk->failures, &head->client, mono_now(), true);
	return *wrong = "there is no such token, or it is no longer good", 401;
}

unsigned access_admit(struct access_desk *desk, const struct head *head, bool acts,
		      struct http_who *who, const char **wrong)
{
	/* Whoever may open the socket's file is whoever may do anything to this flowd. */
	if (head->local) {
		who->access = ACCESS_ADMIN;
		return 0;
	}
	if (!limit_may(&desk->requests, &head->client, mono_now(), true))
		return *wrong = "too many requests", 429;
	if (head->authorization)
		return admit_token(desk, head, who, wrong);
	if (acts && head->origin && !query_is_same_origin(head->origin, head->host))
		return *wrong = "this comes from the page of another site", 403;
	if (desk->asks)
		return admit_session(desk, head, acts, who, wrong);
	/* A name that somebody has made to point here (DNS rebinding). */
	if (!query_is_loopback(head->host, strlen(head->host)))
		return *wrong = "the Host header must name the loopback address", 403;
	if (acts && !head_is_trusted(head))
		return *wrong = "needs the header X-Flowd-Request: 1, or the Origin of this very "
				"site",
		       403;
	who->access = ACCESS_ADMIN;
	return 0;
}

const struct session *access_log_in(struct access_desk *desk, const struct head *head,
				    const char *text, size_t len)
{
	const struct token *token;

	if (!limit_may(&desk->failures, &head->client, mono_now(), false))
		return NULL;
	token = keys_find(&desk->keys, text, len, mono_wall());
	if (token)
		return sessions_begin(&desk->sessions, token->id, mono_now());
	limit_may(&desk->failures, &head->client, mono_now(), true);
	return NULL;
}

void access_log_out(struct access_desk *desk, const struct head *head)
{
	size_t len;
	const char *id = head_cookie(head, ACCESS_COOKIE, &len);

	if (id)
		sessions_end(&desk->sessions, id, len);
}
