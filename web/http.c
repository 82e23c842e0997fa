/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http.h"

#include "base/loop.h"
#include "store/report/report.h"
#include "web/query.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#define CONNECTION_MEMORY 16384 /* for the head of a request */
#define CONNECTION_SECONDS 60	/* that a connection may stand still */
#define STREAM_BLOCK 4096
#define URI_MOST 2048
#define HEAD_MOST 8192 /* all headers */
#define BODY_MOST 4096

struct http {
	struct MHD_Daemon *daemon;
	const struct http_site *site;
	struct loop_event *ready, *timer;
	LIST_HEAD(, http_live) lives;
	uint64_t requests;
	bool woken, ending;
};

/* Of one request. */
struct visit {
	struct http *http;
	struct MHD_Connection *connection;
	const char *path, *method;
	size_t uri, head, body; /* bytes of address, headers, body */
	char *text;		/* of the body, BODY_MOST bytes; NULL none yet */
	struct http_request request;
	struct http_parameter parameters[HTTP_PARAMETERS];
	bool too_many;
};

struct http_live {
	struct MHD_Connection *connection;
	struct http *http;
	struct http_source source;
	bool asleep;
	LIST_ENTRY(http_live) next;
};

/* The library's signature, which is longer than ours may be. */
#define REQUEST_HANDLER(name)                                                                  \
	static enum MHD_Result name(void *arg, struct MHD_Connection *connection,              \
				    const char *path, const char *method, const char *version, \
				    const char *body, size_t *body_len, void **context)

static const char *const methods[HTTP_METHOD_END] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

static const struct {
	const char *name, *value;
} headers[] = {
	{ "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
				     "connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
				     "form-action 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
};

/* ---- answers ---- */

void http_answer_text(struct http_answer *answer, const char *type, char *text)
{
	answer->status = text ? 200 : 0;
	answer->type = type;
	answer->body = text;
	answer->len = text ? strlen(text) : 0;
}

static const char *title_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *title;
	} titles[] = { { 400, "Bad Request" },
		       { 403, "Forbidden" },
		       { 404, "Not Found" },
		       { 405, "Method Not Allowed" },
		       { 409, "Conflict" },
		       { 413, "Content Too Large" },
		       { 414, "URI Too Long" },
		       { 429, "Too Many Requests" },
		       { 431, "Request Header Fields Too Large" },
		       { 503, "Service Unavailable" } };
	size_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Internal Server Error";
}

void http_answer_problem(struct http_answer *answer, unsigned status, const char *detail,
			 const char *name)
{
	struct report *r = report_new();

	report_set_text(r, "type", "about:blank");
	report_set_text(r, "title", title_of(status));
	report_set_number(r, "status", status);
	report_set_text(r, "detail", detail);
	if (name)
		report_set_text(r, "parameter", name);
	free(answer->body);
	*answer = (struct http_answer){ 0 };
	http_answer_text(answer, HTTP_PROBLEM, report_text(r));
	answer->status = status;
}

void http_answer_wrong(struct http_answer *answer, const char *detail, const char *pointer)
{
	struct report *r = report_new(), *error = report_new();
	char fragment[128];

	report_set_text(r, "type", "about:blank");
	report_set_text(r, "title", title_of(400));
	report_set_number(r, "status", 400);
	report_set_text(r, "detail", detail);
	report_set_text(error, "detail", detail);
	snprintf(fragment, sizeof(fragment), "#%s", pointer);
	report_set_text(error, "pointer", fragment);
	report_list(r, "errors");
	report_add(r, "errors", error);
	http_answer_text(answer, HTTP_PROBLEM, report_text(r));
	answer->status = 400;
}

static ssize_t live_read(void *arg, uint64_t position, char *out, size_t size)
{
	struct http_live *live = arg;
	ssize_t n = live->http->ending ? -1 : live->source.read(live->source.arg, out, size);

	(void)position;
	if (n < 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!n) {
		MHD_suspend_connection(live->connection);
		live->asleep = true;
	}
	return n;
}

static void live_end(void *arg)
{
	struct http_live *live = arg;

	LIST_REMOVE(live, next);
	live->source.end(live->source.arg);
	free(live);
}

void http_wake(struct http_live *live)
{
	if (!live->asleep)
		return;
	live->asleep = false;
	MHD_resume_connection(live->connection);
	/* Without threads the library tells nobody: it has to be run. */
	if (!live->http->woken && !live->http->ending)
		loop_timer_set(live->http->timer, 0);
	live->http->woken = true;
}

static struct MHD_Response *live_response(struct visit *v, const struct http_source *source)
{
	struct http_live *live = malloc(sizeof(*live));
	struct MHD_Response *response = NULL;

	if (live) {
		*live = (struct http_live){ .connection = v->connection,
					    .http = v->http,
					    .source = *source };
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
							     live_read, live, live_end);
	}
	if (response) {
		LIST_INSERT_HEAD(&v->http->lives, live, next);
		*source->live = live;
		return response;
	}
	free(live);
	source->end(source->arg);
	return NULL;
}

static struct MHD_Response *response_of(struct visit *v, struct http_answer *a)
{
	struct MHD_Response *response;

	if (a->source.read)
		return live_response(v, &a->source);
	if (a->fixed)
		return MHD_create_response_from_buffer(a->len, (void *)a->fixed,
						       MHD_RESPMEM_PERSISTENT);
	response = MHD_create_response_from_buffer(a->len, a->body ? (void *)a->body : (void *)"",
						   a->body ? MHD_RESPMEM_MUST_FREE
							   : MHD_RESPMEM_PERSISTENT);
	if (!response)
		free(a->body);
	return response;
}

static enum MHD_Result send_answer(struct visit *v, struct http_answer *a, const char *allow)
{
	struct MHD_Response *response;
	enum MHD_Result rc;
	size_t i;

	if (!a->status)
		http_answer_problem(a, 503, "out of memory", NULL);
	response = response_of(v, a);
	if (!response)
		return MHD_NO;
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(response, headers[i].name, headers[i].value);
	MHD_add_response_header(response, "Content-Type", a->type);
	if (allow)
		MHD_add_response_header(response, "Allow", allow);
	if (a->status == 503)
		MHD_add_response_header(response, "Retry-After", "1");
	rc = MHD_queue_response(v->connection, a->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* ---- requests ---- */

/* Does a path fit a route's, and what stands where the route has its *? */
static bool path_fits(const char *route, const char *path, struct http_request *request)
{
	const char *star = strchr(route, '*');
	size_t before = star ? (size_t)(star - route) : 0, len = strlen(path), after;

	if (!star)
		return !strcmp(route, path);
	after = strlen(star + 1);
	if (len <= before + after || memcmp(route, path, before) ||
	    strcmp(star + 1, path + len - after))
		return false;
	request->name = path + before;
	request->name_len = len - before - after;
	return !memchr(request->name, '/', request->name_len);
}

static bool is_method(const struct http_route *route, const char *method)
{
	return !strcmp(method, methods[route->method]) ||
	       (route->method == HTTP_GET && !strcmp(method, "HEAD"));
}

static enum MHD_Result note_parameter(void *arg, enum MHD_ValueKind kind, const char *name,
				      const char *value)
{
	struct visit *v = arg;
	struct http_request *r = &v->request;

	(void)kind;
	v->uri += strlen(name) + (value ? strlen(value) : 0) + 2;
	if (r->count == HTTP_PARAMETERS) {
		v->too_many = true;
		return MHD_YES;
	}
	v->parameters[r->count++] =
		(struct http_parameter){ name, value ? value : "", value ? strlen(value) : 0 };
	return MHD_YES;
}

static enum MHD_Result count_header(void *arg, enum MHD_ValueKind kind, const char *name,
				    const char *value)
{
	struct visit *v = arg;

	(void)kind;
	v->head += strlen(name) + (value ? strlen(value) : 0) + 4;
	return MHD_YES;
}

static const char *header_of(const struct visit *v, const char *name)
{
	return MHD_lookup_connection_value(v->connection, MHD_HEADER_KIND, name);
}

/* The Host header is ours: else the status and what is wrong. */
static unsigned check_visit(struct visit *v, const char **wrong)
{
	const char *host = header_of(v, "Host");

	MHD_get_connection_values(v->connection, MHD_HEADER_KIND, count_header, v);
	if (strlen(v->path) + v->uri > URI_MOST)
		return *wrong = "the address is too long", 414;
	if (v->head > HEAD_MOST)
		return *wrong = "the headers are too long", 431;
	if (v->body > BODY_MOST)
		return *wrong = "the body is too long", 413;
	if (!host)
		return *wrong = "no Host header", 400;
	if (!query_is_loopback(host, strlen(host)))
		return *wrong = "the Host header must name the loopback address", 403;
	if (v->too_many)
		return *wrong = "too many parameters", 400;
	return 0;
}

/* Another site's page in the same browser can send requests, too, but not these headers. */
static bool is_trusted(const struct visit *v)
{
	const char *origin = header_of(v, "Origin"), *mark = header_of(v, "X-Flowd-Request");

	if (origin)
		return query_is_same_origin(origin, header_of(v, "Host"));
	return mark && !strcmp(mark, "1");
}

static enum MHD_Result answer_route(struct visit *v, const struct http_route *route)
{
	struct http_answer answer = { 0 };

	if (route->method != HTTP_GET && !is_trusted(v))
		http_answer_problem(&answer, 403,
				    "needs the header X-Flowd-Request: 1, or the Origin of this "
				    "very site",
				    NULL);
	else
		route->fn(v->http->site->arg, &v->request, &answer);
	return send_answer(v, &answer, NULL);
}

static enum MHD_Result answer_visit(struct visit *v)
{
	struct http_answer answer = { 0 };
	const struct http_route *route;
	char allow[64] = "";
	const char *wrong;
	unsigned status;
	size_t len = 0;

	v->http->requests++;
	v->request.parameters = v->parameters;
	MHD_get_connection_values(v->connection, MHD_GET_ARGUMENT_KIND, note_parameter, v);
	v->request.last_event_id = header_of(v, "Last-Event-ID");
	v->request.head = !strcmp(v->method, "HEAD");
	status = check_visit(v, &wrong);
	for (route = v->http->site->routes; route->path && !status; route++) {
		if (!path_fits(route->path, v->path, &v->request))
			continue;
		if (is_method(route, v->method))
			return answer_route(v, route);
		len += (size_t)snprintf(allow + len, sizeof(allow) - len, "%s%s%s", len ? ", " : "",
					methods[route->method],
					route->method == HTTP_GET ? ", HEAD" : "");
	}
	if (status)
		http_answer_problem(&answer, status, wrong, NULL);
	else if (len)
		http_answer_problem(&answer, 405, "see the header Allow", NULL);
	else
		http_answer_problem(&answer, 404, "there is no such page", NULL);
	return send_answer(v, &answer, !status && len ? allow : NULL);
}

/* As much as a route may want. */
static void keep_body(struct visit *v, const char *bytes, size_t len)
{
	if (v->body + len > BODY_MOST || (!v->text && !(v->text = malloc(BODY_MOST))))
		return;
	memcpy(v->text + v->body, bytes, len);
	v->request.body = v->text;
	v->request.body_len = v->body + len;
}

/* Called first with the headers, then for each piece of a body, then at its end. */
REQUEST_HANDLER(on_request)
{
	struct visit *v = *context;

	(void)version;
	if (!v) {
		v = calloc(1, sizeof(*v));
		if (!v)
			return MHD_NO;
		*v = (struct visit){ .http = arg, .connection = connection };
		*context = v;
		return MHD_YES;
	}
	v->path = path;
	v->method = method;
	if (!*body_len)
		return answer_visit(v);
	keep_body(v, body, *body_len);
	v->body += *body_len;
	*body_len = 0;
	/* Somebody who goes on sending is not told why. */
	return v->body > 16 * BODY_MOST ? MHD_NO : MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct visit *v = *context;

	(void)arg;
	(void)connection;
	(void)code;
	if (v)
		free(v->text);
	free(v);
	*context = NULL;
}

/* ---- the loop ---- */

static void on_ready(void *arg, int what)
{
	struct http *http = arg;
	MHD_UNSIGNED_LONG_LONG ms;

	(void)what;
	http->woken = false;
	MHD_run(http->daemon);
	if (MHD_get_timeout(http->daemon, &ms) == MHD_YES)
		loop_timer_set(http->timer, (mono_t)ms * MONO_MS);
	else
		loop_timer_stop(http->timer);
}

static bool start_daemon(struct http *http, int listener)
{
	http->daemon =
		MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
				 on_request, http, MHD_OPTION_LISTEN_SOCKET, listener,
				 MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS,
				 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS,
				 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
				 MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
	return http->daemon;
}

struct http *http_new(struct loop *loop, int listener, const struct http_site *site)
{
	struct http *http = calloc(1, sizeof(*http));
	const union MHD_DaemonInfo *info;

	if (!http || !start_daemon(http, listener)) {
		close(listener);
		free(http);
		return NULL;
	}
	http->site = site;
	info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	http->timer = loop_timer_new(loop, on_ready, http);
	if (info && http->timer)
		http->ready = loop_fd_new(loop, info->epoll_fd, LOOP_READ, on_ready, http);
	if (http->ready)
		return http;
	http_free(http);
	return NULL;
}

void http_free(struct http *http)
{
	struct http_live *live;

	if (!http)
		return;
	loop_event_free(http->ready);
	loop_event_free(http->timer);
	http->timer = NULL;
	/* The library will not stop while somebody sleeps. */
	http->ending = true;
	LIST_FOREACH(live, &http->lives, next)
	http_wake(live);
	MHD_stop_daemon(http->daemon);
	free(http);
}

uint64_t http_requests(const struct http *http)
{
	return http->requests;
}
