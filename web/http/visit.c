/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/visit.h"

#include <string.h>

#define URI_MOST 2048
#define HEAD_MOST 8192 /* all headers */
#define EXCESS_MOST 16 /* times what a body may have: then the connection ends */

void visit_note(struct visit *v, const char *name, const char *value)
{
	struct http_request *r = &v->request;

	v->uri += strlen(name) + (value ? strlen(value) : 0) + 2;
	if (r->count == HTTP_PARAMETERS)
		v->too_many = true;
	else
		v->parameters[r->count++] = (struct http_parameter){ name, value ? value : "",
								     value ? strlen(value) : 0 };
}

/* The status of what is wrong with the request, which is not about its route; 0 nothing. */
static unsigned check_head(struct visit *v)
{
	if (strlen(v->path) + v->uri > URI_MOST)
		return v->wrong = "the address is too long", 414;
	if (v->head_bytes > HEAD_MOST)
		return v->wrong = "the headers are too long", 431;
	if (!v->head.host)
		return v->wrong = "no Host header", 400;
	if (v->too_many)
		return v->wrong = "too many parameters", 400;
	return 0;
}

/* ... and then which is. */
static unsigned check_route(struct visit *v)
{
	target_find(v->site->routes, v->method, v->path, &v->found);
	v->request.name = v->found.name;
	v->request.name_len = v->found.name_len;
	return target_refuses(&v->found, v->who.access, &v->wrong);
}

void visit_begin(struct visit *v)
{
	v->began = mono_now();
	v->acts = strcmp(v->method, "GET") && strcmp(v->method, "HEAD");
	v->request.parameters = v->parameters;
	v->request.head = &v->head;
	v->request.who = &v->who;
	v->request.last_event_id = v->head.last_event_id;
	v->request.bare = !strcmp(v->method, "HEAD");
	head_id(&v->head, v->id);
	v->refused = check_head(v);
	v->origin = heading_origin(v->site->origins, &v->head);
	v->preflight = v->origin && !v->refused && !strcmp(v->method, "OPTIONS");
	if (v->preflight)
		return;
	if (!v->refused)
		v->refused = v->site->admit(v->site->arg, &v->head, v->acts, &v->who, &v->wrong);
	if (!v->refused)
		v->refused = check_route(v);
}

static size_t body_most(const struct visit *v)
{
	return v->found.route && v->found.route->body_most ? v->found.route->body_most : HTTP_BODY;
}

bool visit_take(struct visit *v, const char *bytes, size_t len)
{
	if (v->refused || v->preflight) {
		v->body.came += len;
	} else if (body_take(&v->body, bytes, len, body_most(v))) {
		v->refused = 503;
		v->wrong = "out of memory";
	}
	v->request.body = v->body.text;
	v->request.body_len = v->body.came;
	return v->body.came <= EXCESS_MOST * body_most(v);
}

void visit_answer(struct visit *v, bool ending, struct http_answer *answer)
{
	if (v->refused == 401 && head_wants_page(&v->head))
		*answer = (struct http_answer){ .status = 303, .location = "/login" };
	else if (v->preflight)
		answer->status = 204;
	else if (v->refused)
		http_answer_problem(answer, v->refused, v->wrong, NULL);
	else if (v->body.came > body_most(v))
		http_answer_problem(answer, 413, "the body is too long", NULL);
	else if (ending)
		http_answer_problem(answer, 503, "the server ends", NULL);
	else
		v->found.route->fn(v->site->arg, &v->request, answer);
}

void visit_tell(const struct visit *v, unsigned status)
{
	const struct http_done done = { .method = v->method,
					.path = v->path,
					.id = v->id,
					.head = &v->head,
					.who = &v->who,
					.status = status,
					.took = mono_now() - v->began,
					.acts = v->acts };

	if (v->site->done)
		v->site->done(v->site->arg, &done);
}

struct heading visit_heading(const struct visit *v, const struct http_answer *answer)
{
	return (struct heading){ .answer = answer,
				 .head = &v->head,
				 .id = v->id,
				 .allow = v->found.allow,
				 .cors = *v->site->origins,
				 .origin = v->origin,
				 .preflight = v->preflight };
}
