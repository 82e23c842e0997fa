/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/http.h"

#include "base/loop.h"
#include "web/http/body.h"
#include "web/http/parcel.h"
#include "web/http/policy.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTION_MEMORY 16384 /* for the head of a request */
#define CONNECTION_SECONDS 60	/* that a connection may stand still */
#define STREAM_BLOCK 4096
#define URI_MOST 2048
#define HEAD_MOST 8192 /* all headers */
#define EXCESS_MOST 16 /* times what a body may have: then the connection ends */

struct door {
	struct http *http;
	struct MHD_Daemon *daemon;
	struct loop_event *ready, *timer;
	bool local, sealed, woken;
};

struct http {
	const struct http_site *site;
	struct loop *loop;
	struct door doors[HTTP_DOORS];
	size_t door_count;
	struct parcel_shelf shelf;
	LIST_HEAD(, http_live) lives;
	uint64_t requests;
	bool ending;
};

/* Of one request. */
struct visit {
	struct door *door;
	struct http *http;
	struct MHD_Connection *connection;
	const char *path, *method;
	size_t uri, head_bytes; /* bytes of address, headers */
	struct body body;
	struct http_live *waiting; /* for its answer; NULL it is not */
	struct http_request request;
	struct http_parameter parameters[HTTP_PARAMETERS];
	struct head head;
	struct http_who who;
	struct target_found found;
	unsigned refused; /* the status of what is wrong with it; 0 nothing */
	const char *wrong;
	char id[HEAD_ID_MAX]; /* of the request */
	bool too_many;
};

struct http_live {
	struct MHD_Connection *connection;
	struct door *door;
	struct http_source source;
	bool asleep;
	LIST_ENTRY(http_live) next;
};

/* The library's signature, which is longer than ours may be. */
#define REQUEST_HANDLER(name)                                                                  \
	static enum MHD_Result name(void *arg, struct MHD_Connection *connection,              \
				    const char *path, const char *method, const char *version, \
				    const char *body, size_t *body_len, void **context)

/* ---- answers without an end ---- */

static ssize_t live_read(void *arg, uint64_t position, char *out, size_t size)
{
	struct http_live *live = arg;
	ssize_t n = live->door->http->ending ? -1 : live->source.read(live->source.arg, out, size);

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
	struct door *door = live->door;

	if (!live->asleep)
		return;
	live->asleep = false;
	MHD_resume_connection(live->connection);
	/* Without threads the library tells nobody: it has to be run. */
	if (!door->woken && !door->http->ending)
		loop_timer_set(door->timer, 0);
	door->woken = true;
}

/* NULL: memory is short, and the source has ended. */
static struct http_live *live_new(struct visit *v, const struct http_source *source)
{
	struct http_live *live = malloc(sizeof(*live));

	if (!live) {
		source->end(source->arg);
		return NULL;
	}
	*live = (struct http_live){ .connection = v->connection,
				    .door = v->door,
				    .source = *source };
	LIST_INSERT_HEAD(&v->http->lives, live, next);
	if (source->live)
		*source->live = live;
	return live;
}

static struct MHD_Response *live_response(struct visit *v, const struct http_source *source)
{
	struct http_live *live = live_new(v, source);
	struct MHD_Response *response = NULL;

	if (live)
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
							     live_read, live, live_end);
	if (live && !response)
		live_end(live);
	return response;
}

/* The route has no answer yet: it is asked again when it says so. */
static enum MHD_Result wait_for(struct visit *v, const struct http_source *source)
{
	v->waiting = live_new(v, source);
	if (!v->waiting)
		return MHD_NO;
	v->request.waiting = source->arg;
	v->waiting->asleep = true;
	MHD_suspend_connection(v->connection);
	return MHD_YES;
}

/* ---- answers ---- */

static struct MHD_Response *response_of(struct visit *v, struct http_answer *a)
{
	bool is_question = v->found.route && v->found.route->method == HTTP_GET;
	struct MHD_Response *response;
	struct parcel p;

	if (a->source.read)
		return live_response(v, &a->source);
	p = parcel_make(&v->http->shelf, &v->head, a, is_question);
	response = MHD_create_response_from_buffer(p.len, p.bytes ? (void *)p.bytes : (void *)"",
						   p.owned && p.bytes ? MHD_RESPMEM_MUST_FREE
								      : MHD_RESPMEM_PERSISTENT);
	if (!response) {
		parcel_drop(&p);
		return NULL;
	}
	if (*p.tag)
		MHD_add_response_header(response, "ETag", p.tag);
	if (p.packed)
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	return response;
}

static void add_headers(struct visit *v, const struct http_answer *a, struct MHD_Response *response)
{
	char file[128];

#define ADD_HEADER(name, value) MHD_add_response_header(response, name, value);
	POLICY_LIST(ADD_HEADER)
#undef ADD_HEADER
	MHD_add_response_header(response, "Content-Security-Policy",
				a->as_page ? POLICY_CONTENT "'self'" : POLICY_CONTENT "'none'");
	/* What is asked for again is asked with its tag; nothing is kept for others. */
	MHD_add_response_header(response, "Cache-Control",
				a->status == 200 && !a->source.read ? "private, no-cache"
								    : "no-store");
	MHD_add_response_header(response, "Vary", "Accept-Encoding, Authorization, Cookie");
	MHD_add_response_header(response, "X-Request-Id", v->id);
	if (v->door->sealed)
		MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
	if (a->type)
		MHD_add_response_header(response, "Content-Type", a->type);
	if (a->location)
		MHD_add_response_header(response, "Location", a->location);
	if (*a->cookie)
		MHD_add_response_header(response, "Set-Cookie", a->cookie);
	if (a->status == 401)
		MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
	if (a->status == 405)
		MHD_add_response_header(response, "Allow", v->found.allow);
	if (a->status == 503 || a->status == 429)
		MHD_add_response_header(response, "Retry-After", "1");
	if (a->file) {
		snprintf(file, sizeof(file), "attachment; filename=\"%s\"", a->file);
		MHD_add_response_header(response, "Content-Disposition", file);
	}
}

static enum MHD_Result send_answer(struct visit *v, struct http_answer *a)
{
	struct MHD_Response *response;
	enum MHD_Result rc;

	if (!a->status)
		http_answer_problem(a, 503, "out of memory", NULL);
	response = response_of(v, a);
	if (!response)
		return MHD_NO;
	add_headers(v, a, response);
	rc = MHD_queue_response(v->connection, a->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* ---- requests ---- */

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
	v->head_bytes += strlen(name) + (value ? strlen(value) : 0) + 4;
	return MHD_YES;
}

static void read_head(struct visit *v)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(v->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

#define HEAD_READ(member, header) \
	v->head.member = MHD_lookup_connection_value(v->connection, MHD_HEADER_KIND, header);
	HEAD_LIST(HEAD_READ)
#undef HEAD_READ
	v->head.local = v->door->local;
	v->head.sealed = v->door->sealed;
	if (info && info->client_addr && !v->door->local)
		addr_from_socket((const struct sockaddr_storage *)info->client_addr,
				 &v->head.client, NULL);
	head_id(&v->head, v->id);
}

/* The status of what is wrong with the request, which is not about its route; 0 nothing. */
static unsigned check_visit(struct visit *v)
{
	MHD_get_connection_values(v->connection, MHD_HEADER_KIND, count_header, v);
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
	target_find(v->http->site->routes, v->method, v->path, &v->found);
	v->request.name = v->found.name;
	v->request.name_len = v->found.name_len;
	return target_refuses(&v->found, v->who.access, &v->wrong);
}

/* All that can be known before the body. */
static void begin(struct visit *v)
{
	bool acts = strcmp(v->method, "GET") && strcmp(v->method, "HEAD");

	v->http->requests++;
	v->request.parameters = v->parameters;
	MHD_get_connection_values(v->connection, MHD_GET_ARGUMENT_KIND, note_parameter, v);
	read_head(v);
	v->request.head = &v->head;
	v->request.who = &v->who;
	v->request.last_event_id = v->head.last_event_id;
	v->request.bare = !strcmp(v->method, "HEAD");
	v->refused = check_visit(v);
	if (!v->refused)
		v->refused = v->http->site->admit(v->http->site->arg, &v->head, acts, &v->who,
						  &v->wrong);
	if (!v->refused)
		v->refused = check_route(v);
}

static size_t body_most(const struct visit *v)
{
	return v->found.route && v->found.route->body_most ? v->found.route->body_most : HTTP_BODY;
}

static enum MHD_Result answer_visit(struct visit *v)
{
	struct http_answer answer = { 0 };

	if (v->refused == 401 && head_wants_page(&v->head))
		answer = (struct http_answer){ .status = 303, .location = "/login" };
	else if (v->refused)
		http_answer_problem(&answer, v->refused, v->wrong, NULL);
	else if (v->body.came > body_most(v))
		http_answer_problem(&answer, 413, "the body is too long", NULL);
	else if (v->waiting && v->http->ending)
		http_answer_problem(&answer, 503, "the server ends", NULL);
	else
		v->found.route->fn(v->http->site->arg, &v->request, &answer);
	if (answer.source.end && !answer.source.read)
		return wait_for(v, &answer.source);
	return send_answer(v, &answer);
}

static void keep_body(struct visit *v, const char *bytes, size_t len)
{
	if (v->refused)
		v->body.came += len;
	else if (body_take(&v->body, bytes, len, body_most(v))) {
		v->refused = 503;
		v->wrong = "out of memory";
	}
	v->request.body = v->body.text;
	v->request.body_len = v->body.came;
}

/* Called first with the headers, then for each piece of a body, then at its end. */
REQUEST_HANDLER(on_request)
{
	struct door *door = arg;
	struct visit *v = *context;

	(void)version;
	if (!v) {
		v = calloc(1, sizeof(*v));
		if (!v)
			return MHD_NO;
		v->door = door;
		v->http = door->http;
		v->connection = connection;
		*context = v;
		v->path = path;
		v->method = method;
		begin(v);
		return MHD_YES;
	}
	v->path = path;
	if (!*body_len)
		return answer_visit(v);
	keep_body(v, body, *body_len);
	*body_len = 0;
	/* Somebody who goes on sending is not told why. */
	return v->body.came > EXCESS_MOST * body_most(v) ? MHD_NO : MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct visit *v = *context;

	(void)arg, (void)connection, (void)code;
	if (v && v->waiting)
		live_end(v->waiting);
	if (v)
		body_free(&v->body);
	free(v);
	*context = NULL;
}

/* ---- the loop ---- */

static void on_ready(void *arg, int what)
{
	struct door *door = arg;
	MHD_UNSIGNED_LONG_LONG ms;

	(void)what;
	door->woken = false;
	MHD_run(door->daemon);
	if (MHD_get_timeout(door->daemon, &ms) == MHD_YES)
		loop_timer_set(door->timer, (mono_t)ms * MONO_MS);
	else
		loop_timer_stop(door->timer);
}

static bool start_daemon(struct door *door, int listener, const struct http_seal *seal)
{
	const struct MHD_OptionItem sealed[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, seal ? (void *)seal->certificate : NULL },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, seal ? (void *)seal->key : NULL },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		  (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (seal ? MHD_USE_TLS : 0);

	door->daemon =
		MHD_start_daemon(flags, 0, NULL, NULL, on_request, door, MHD_OPTION_LISTEN_SOCKET,
				 listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS,
				 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS,
				 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
				 MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_ARRAY,
				 seal ? sealed : plain, MHD_OPTION_END);
	return door->daemon;
}

bool http_listen(struct http *http, int listener, const struct http_seal *seal, bool local)
{
	struct door *door = &http->doors[http->door_count];
	const union MHD_DaemonInfo *info;

	if (http->door_count == HTTP_DOORS) {
		close(listener);
		return false;
	}
	*door = (struct door){ .http = http, .local = local, .sealed = seal };
	if (!start_daemon(door, listener, seal)) {
		close(listener);
		return false;
	}
	http->door_count++;
	info = MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	door->timer = loop_timer_new(http->loop, on_ready, door);
	if (info && door->timer)
		door->ready = loop_fd_new(http->loop, info->epoll_fd, LOOP_READ, on_ready, door);
	return door->ready;
}

struct http *http_new(struct loop *loop, const struct http_site *site)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		return NULL;
	http->site = site;
	http->loop = loop;
	LIST_INIT(&http->lives);
	return http;
}

void http_free(struct http *http)
{
	struct http_live *live;
	size_t i;

	if (!http)
		return;
	/* The library will not stop while somebody sleeps. */
	http->ending = true;
	LIST_FOREACH(live, &http->lives, next)
	http_wake(live);
	for (i = 0; i < http->door_count; i++) {
		loop_event_free(http->doors[i].ready);
		loop_event_free(http->doors[i].timer);
		MHD_stop_daemon(http->doors[i].daemon);
	}
	parcel_clear(&http->shelf);
	free(http);
}

uint64_t http_requests(const struct http *http)
{
	return http->requests;
}
