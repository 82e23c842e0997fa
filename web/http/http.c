/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/http.h"

#include "base/loop.h"
#include "web/http/guests.h"
#include "web/http/parcel.h"
#include "web/http/visit.h"

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
	struct http_figures figures;
	struct guests guests;
	bool ending;
};

/* Of one request. */
struct call {
	struct visit visit;
	struct door *door;
	struct http *http;
	struct MHD_Connection *connection;
	struct http_live *waiting; /* for its answer; NULL it is not */
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
static struct http_live *live_new(struct call *c, const struct http_source *source)
{
	struct http_live *live = malloc(sizeof(*live));

	if (!live) {
		source->end(source->arg);
		return NULL;
	}
	*live = (struct http_live){ .connection = c->connection,
				    .door = c->door,
				    .source = *source };
	LIST_INSERT_HEAD(&c->http->lives, live, next);
	if (source->live)
		*source->live = live;
	return live;
}

static struct MHD_Response *live_response(struct call *c, const struct http_source *source)
{
	struct http_live *live = live_new(c, source);
	struct MHD_Response *response = NULL;

	if (live)
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
							     live_read, live, live_end);
	if (live && !response)
		live_end(live);
	return response;
}

/* The route has no answer yet: it is asked again when it says so. */
static enum MHD_Result wait_for(struct call *c, const struct http_source *source)
{
	c->waiting = live_new(c, source);
	if (!c->waiting)
		return MHD_NO;
	c->visit.request.waiting = source->arg;
	c->waiting->asleep = true;
	MHD_suspend_connection(c->connection);
	return MHD_YES;
}

/* ---- answers ---- */

static struct MHD_Response *response_of(struct call *c, struct http_answer *a)
{
	const struct http_route *route = c->visit.found.route;
	struct MHD_Response *response;
	struct parcel p;

	if (a->source.read)
		return live_response(c, &a->source);
	p = parcel_make(&c->http->shelf, &c->visit.head, a, route && route->method == HTTP_GET);
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

static void add_header(void *response, const char *name, const char *value)
{
	MHD_add_response_header(response, name, value);
}

static enum MHD_Result send_answer(struct call *c, struct http_answer *a)
{
	struct MHD_Response *response;
	struct heading heading;
	enum MHD_Result rc;

	if (!a->status)
		http_answer_problem(a, 503, "out of memory", NULL);
	response = response_of(c, a);
	if (!response)
		return MHD_NO;
	heading = visit_heading(&c->visit, a);
	heading_say(&heading, add_header, response);
	visit_tell(&c->visit, a->status);
	rc = MHD_queue_response(c->connection, a->status, response);
	MHD_destroy_response(response);
	return rc;
}

/* ---- requests ---- */

static enum MHD_Result note_parameter(void *arg, enum MHD_ValueKind kind, const char *name,
				      const char *value)
{
	(void)kind;
	visit_note(arg, name, value);
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

static void read_head(struct call *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct head *head = &c->visit.head;

#define HEAD_READ(member, header) \
	head->member = MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, header);
	HEAD_LIST(HEAD_READ)
#undef HEAD_READ
	head->local = c->door->local;
	head->sealed = c->door->sealed;
	if (info && info->client_addr && !c->door->local)
		addr_from_socket((const struct sockaddr_storage *)info->client_addr, &head->client,
				 NULL);
	MHD_get_connection_values(c->connection, MHD_HEADER_KIND, count_header, &c->visit);
}

static enum MHD_Result answer_call(struct call *c)
{
	struct http_answer answer = { 0 };

	visit_answer(&c->visit, c->waiting && c->http->ending, &answer);
	if (answer.source.end && !answer.source.read)
		return wait_for(c, &answer.source);
	return send_answer(c, &answer);
}

/* Called first with the headers, then for each piece of a body, then at its end. */
REQUEST_HANDLER(on_request)
{
	struct door *door = arg;
	struct call *c = *context;

	(void)version;
	if (!c) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return MHD_NO;
		*c = (struct call){ .door = door, .http = door->http, .connection = connection };
		c->visit.site = door->http->site;
		*context = c;
		c->visit.path = path;
		c->visit.method = method;
		door->http->figures.requests++;
		MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, note_parameter,
					  &c->visit);
		read_head(c);
		visit_begin(&c->visit);
		return MHD_YES;
	}
	c->visit.path = path;
	if (!*body_len)
		return answer_call(c);
	/* Somebody who goes on sending is not told why. */
	if (!visit_take(&c->visit, body, *body_len))
		return MHD_NO;
	*body_len = 0;
	return MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct call *c = *context;

	(void)arg, (void)connection, (void)code;
	if (c && c->waiting)
		live_end(c->waiting);
	if (c)
		body_free(&c->visit.body);
	free(c);
	*context = NULL;
}

/* ---- connections ---- */

static enum MHD_Result may_connect(void *arg, const struct sockaddr *from, socklen_t len)
{
	struct door *door = arg;
	struct addr addr;

	(void)len;
	if (door->local)
		return MHD_YES;
	addr_from_socket((const struct sockaddr_storage *)from, &addr, NULL);
	return guests_may(&door->http->guests, &addr) ? MHD_YES : MHD_NO;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	bool begins = code == MHD_CONNECTION_NOTIFY_STARTED;
	struct door *door = arg;
	struct addr addr;

	(void)context;
	door->http->figures.connections += begins ? 1 : (uint64_t)-1;
	if (door->local || !info || !info->client_addr)
		return;
	addr_from_socket((const struct sockaddr_storage *)info->client_addr, &addr, NULL);
	(begins ? guests_come : guests_go)(&door->http->guests, &addr);
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

	door->daemon = MHD_start_daemon(
		flags, 0, may_connect, door, on_request, door, MHD_OPTION_LISTEN_SOCKET, listener,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, door, MHD_OPTION_ARRAY, seal ? sealed : plain, MHD_OPTION_END);
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
	guests_open(&http->guests, site->connections);
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
	guests_close(&http->guests);
	free(http);
}

struct http_figures http_measure(const struct http *http)
{
	struct http_figures f = http->figures;

	f.refused = http->guests.refused;
	return f;
}
