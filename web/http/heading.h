/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers of an answer. Pure.
 */
#ifndef WEB_HTTP_HEADING_H
#define WEB_HTTP_HEADING_H

#include "web/http/answer.h"
#include "web/http/head.h"

struct heading {
	const struct http_answer *answer;
	const struct head *head;
	const char *id;	    /* of the request */
	const char *allow;  /* methods that the address knows */
	bool cors;	    /* pages of others may ask, if theirs is a known origin */
	const char *origin; /* of such a page, which asks now; NULL */
	bool preflight;	    /* ... what it may ask */
};

typedef void (*heading_fn)(void *arg, const char *name, const char *value);
void heading_say(const struct heading *heading, heading_fn fn, void *arg);

/*
 * The origin of a request, when it is one of the list (names separated by commas): what a browser
 * asks and what it is told is described by the Fetch standard, "CORS protocol". NULL: it is none of
 * them, or there is none.
 */
const char *heading_origin(const char *origins, const struct head *head);

#endif
