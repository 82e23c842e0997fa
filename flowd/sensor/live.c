/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/live.h"

#include "base/ipc.h"
#include "base/log.h"
#include "base/loop.h"
#include "flowd/role.h"
#include "flowd/sensor/link.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define READ_MOST 4096 /* frames between two looks at anything else */
#define TALLY_EVERY (1 * MONO_SECOND)
#define EVENTS_MOST (CAPTURE_MOST + 6)

/* Orders to a worker. */
enum { ORDER_STOP = 1, ORDER_UNSAY = 2 };

struct post;

struct watched {
	struct post *post;
	size_t i; /* of the worker's captures */
	struct loop_event *event;
};

/* Where a worker sits: its loop. */
struct post {
	struct live *live;
	struct worker *worker;
	struct loop *loop;
	struct loop_event *flush_timer, *tally_timer, *wake_event;
	struct watched watched[CAPTURE_MOST];
	int wake; /* eventfd: there are orders */
	atomic_uint orders;
};

struct live {
	struct team *team;
	int link;			       /* news of interfaces */
	struct loop_event *core, *term, *news; /* of the first post */
	struct post posts[TEAM_MOST];
	int status;
};

int live_open(struct live **out)
{
	struct live *live = calloc(1, sizeof(*live));
	size_t i;

	if (!live)
		return -ENOMEM;
	for (i = 0; i < TEAM_MOST; i++)
		live->posts[i].wake = -1;
	live->link = link_open();
	if (live->link < 0) {
		free(live);
		return -errno;
	}
	*out = live;
	return 0;
}

static void post_clear(struct post *post)
{
	size_t i;

	loop_event_free(post->flush_timer);
	loop_event_free(post->tally_timer);
	loop_event_free(post->wake_event);
	for (i = 0; i < CAPTURE_MOST; i++)
		loop_event_free(post->watched[i].event);
	loop_free(post->loop);
	if (post->wake >= 0)
		close(post->wake);
}

void live_free(struct live *live)
{
	size_t i;

	if (!live)
		return;
	loop_event_free(live->core);
	loop_event_free(live->term);
	loop_event_free(live->news);
	for (i = 0; i < TEAM_MOST; i++)
		post_clear(&live->posts[i]);
	close(live->link);
	free(live);
}

/* Gives an order to all workers. */
static void order(struct live *live, unsigned what)
{
	const uint64_t one = 1;
	size_t i;

	for (i = 0; i < live->team->size; i++) {
		atomic_fetch_or(&live->posts[i].orders, what);
		/* Full is as good: it wakes up. */
		if (write(live->posts[i].wake, &one, sizeof(one)) < 0)
			continue;
	}
}

static void end(struct live *live, int status)
{
	live->status = status;
	order(live, ORDER_STOP);
}

/* A capture can't be read any more: the others go on. */
static void lose(struct post *post, struct watched *watched, const char *error)
{
	if (post == post->live->posts)
		log_error("%s; it is listened on again once it is back", error);
	loop_event_free(watched->event);
	watched->event = NULL;
	worker_drop(post->worker, watched->i);
}

static void frames_wait(void *arg, int what)
{
	struct watched *watched = arg;
	struct post *post = watched->post;
	char error[CAPTURE_ERROR_MAX];

	(void)what;
	if (worker_read(post->worker, watched->i, READ_MOST, error) < 0)
		lose(post, watched, error);
	worker_send(post->worker);
}

static void flush_due(void *arg, int what)
{
	struct post *post = arg;

	(void)what;
	worker_flush(post->worker);
	worker_send(post->worker);
	loop_timer_set(post->flush_timer, post->live->team->conf->flush);
}

static void tally_due(void *arg, int what)
{
	struct post *post = arg;

	(void)what;
	worker_count(post->worker, mono_wall());
	worker_send(post->worker);
	loop_timer_set(post->tally_timer, TALLY_EVERY);
}

static void orders_came(void *arg, int what)
{
	struct post *post = arg;
	unsigned orders;
	uint64_t count;

	(void)what;
	if (read(post->wake, &count, sizeof(count)) < 0)
		return;
	orders = atomic_exchange(&post->orders, 0);
	if (orders & ORDER_UNSAY) {
		worker_unsay(post->worker);
		worker_send(post->worker);
	}
	if (orders & ORDER_STOP)
		loop_stop(post->loop);
}

static void core_speaks(void *arg, int what)
{
	struct live *live = arg;
	struct ipc_message message;
	int rc;

	(void)what;
	while ((rc = ipc_recv(live->team->core, false, &message))) {
		if (rc == -EPIPE) {
			end(live, 0);
			return;
		}
		if (rc == 1 && message.kind == IPC_HELLO)
			order(live, ORDER_UNSAY);
		if (rc == 1 && message.fd >= 0)
			close(message.fd);
	}
}

static void stop_asked(void *arg, int what)
{
	(void)what;
	end(arg, 0);
}

/* Is the interface one of the configuration's that nobody listens on? */
static bool is_missed(void *arg, const char *name)
{
	const struct live *live = arg;
	const struct worker *worker = live->team->workers[0];
	const char *at = live->team->conf->interfaces;
	size_t i, len = strlen(name);
	bool wanted = false;

	for (; at && !wanted; at = strchr(at, ',')) {
		at += *at == ',';
		wanted = !strncmp(at, name, len) && (!at[len] || at[len] == ',');
	}
	for (i = 0; wanted && i < worker_captures(worker); i++)
		if (worker_capture(worker, i) &&
		    !strcmp(capture_name(worker_capture(worker, i)), name))
			return false;
	return wanted;
}

static void links_change(void *arg, int what)
{
	struct live *live = arg;

	(void)what;
	if (link_take(live->link, is_missed, live))
		end(live, ROLE_AGAIN);
}

/* Everything that a worker's loop watches. False when memory or descriptors are short. */
static bool post_open(struct live *live, size_t number)
{
	struct post *post = &live->posts[number];
	struct capture *capture;
	size_t i;

	post->live = live;
	post->worker = live->team->workers[number];
	post->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	post->loop = loop_new();
	if (post->wake < 0 || !post->loop)
		return false;
	post->flush_timer = loop_timer_new(post->loop, flush_due, post);
	post->tally_timer = loop_timer_new(post->loop, tally_due, post);
	post->wake_event = loop_fd_new(post->loop, post->wake, LOOP_READ, orders_came, post);
	for (i = 0; (capture = worker_capture(post->worker, i)); i++) {
		post->watched[i] = (struct watched){ .post = post, .i = i };
		post->watched[i].event = loop_fd_new(post->loop, capture_fd(capture), LOOP_READ,
						     frames_wait, &post->watched[i]);
		if (!post->watched[i].event)
			return false;
	}
	return post->flush_timer && post->tally_timer && post->wake_event;
}

static bool posts_open(struct live *live)
{
	struct loop *first;
	size_t i;

	for (i = 0; i < live->team->size; i++)
		if (!post_open(live, i))
			return false;
	first = live->posts[0].loop;
	live->term = loop_signal_new(first, SIGTERM, stop_asked, live);
	live->core = loop_fd_new(first, ipc_fd(live->team->core), LOOP_READ, core_speaks, live);
	live->news = loop_fd_new(first, live->link, LOOP_READ, links_change, live);
	return live->term && live->core && live->news;
}

static int listen_on(void *arg, struct worker *worker)
{
	struct live *live = arg;
	struct post *post = live->posts;

	while (post->worker != worker)
		post++;
	loop_timer_set(post->flush_timer, live->team->conf->flush);
	loop_timer_set(post->tally_timer, TALLY_EVERY);
	/* Tells when this life began: frames have waited in the kernel since then. */
	worker_count(worker, mono_wall());
	worker_send(worker);
	loop_run(post->loop);
	worker_finish(worker, mono_wall());
	return live->status;
}

int live_run(struct live *live, struct team *team)
{
	live->team = team;
	if (!posts_open(live)) {
		log_error("memory or descriptors are short");
		return 1;
	}
	return team_run(team, listen_on, live);
}
