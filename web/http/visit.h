/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request from its head to its answer, without the library that reads and writes it.
 */
#ifndef WEB_HTTP_VISIT_H
#define WEB_HTTP_VISIT_H

#include "web/http/body.h"
#include "web/http/heading.h"
#include "web/http/http.h"

struct visit {
	const struct http_site *site;
	const char *path, *method;
	size_t uri, head_bytes; /* bytes of parameters, headers */
	struct body body;
	struct http_request request;
	struct http_parameter parameters[HTTP_PARAMETERS];
	struct head head;
	struct http_who who;
	struct target_found found;
	unsigned refused; /* the status of what is wrong with it; 0 nothing */
	const char *wrong;
	char id[HEAD_ID_MAX];
	mono_t began;
	const char *origin; /* of a page of others that may ask; NULL */
	bool too_many, acts;
	bool preflight; /* it asks what it may ask */
};

/* Notes a parameter of the address; borrowed. `value` may be NULL. */
void visit_note(struct visit *visit, const char *name, const char *value);

/* All that can be known before the body: `head`, the counts and the parameters are there. */
void visit_begin(struct visit *visit);

/* A piece of the body; false: it is so much too long that nobody is to listen any more. */
bool visit_take(struct visit *visit, const char *bytes, size_t len);

/* Asks the route, or says why not; `ending`: the server goes. */
void visit_answer(struct visit *visit, bool ending, struct http_answer *answer);

/* Tells the site that it is answered. */
void visit_tell(const struct visit *visit, unsigned status);

/* What the headers of its answer depend on. */
struct heading visit_heading(const struct visit *visit, const struct http_answer *answer);

#endif
