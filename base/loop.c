/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include <event2/event.h>
#include <stdlib.h>

struct loop {
	struct event_base *base;
};

struct loop_event {
	struct event *event;
	loop_fn fn;
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *loop = malloc(sizeof(*loop));

	if (!loop)
		return NULL;
	loop->base = event_base_new();
	if (!loop->base) {
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	event_base_free(loop->base);
	free(loop);
}

static void ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_event *e = arg;

	(void)fd;
	e->fn(e->arg, (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0));
}

static struct loop_event *event_make(struct loop *loop, int fd, short what, loop_fn fn, void *arg)
{
	struct loop_event *e = malloc(sizeof(*e));

	if (!e)
		return NULL;
	*e = (struct loop_event){ event_new(loop->base, fd, what, ready, e), fn, arg };
	if (!e->event) {
		free(e);
		return NULL;
	}
	return e;
}

static struct loop_event *event_watch(struct loop *loop, int fd, short what, loop_fn fn, void *arg)
{
	struct loop_event *e = event_make(loop, fd, what, fn, arg);

	if (e && event_add(e->event, NULL)) {
		loop_event_free(e);
		return NULL;
	}
	return e;
}

struct loop_event *loop_fd_new(struct loop *loop, int fd, int what, loop_fn fn, void *arg)
{
	short flags = EV_PERSIST;

	flags |= what & LOOP_READ ? EV_READ : 0;
	flags |= what & LOOP_WRITE ? EV_WRITE : 0;
	return event_watch(loop, fd, flags, fn, arg);
}

struct loop_event *loop_timer_new(struct loop *loop, loop_fn fn, void *arg)
{
	return event_make(loop, -1, 0, fn, arg);
}

void loop_timer_set(struct loop_event *timer, mono_t delay)
{
	struct timeval tv = { delay / MONO_SECOND, delay % MONO_SECOND };

	event_add(timer->event, &tv);
}

void loop_timer_stop(struct loop_event *timer)
{
	event_del(timer->event);
}

struct loop_event *loop_signal_new(struct loop *loop, int signal, loop_fn fn, void *arg)
{
	return event_watch(loop, signal, EV_SIGNAL | EV_PERSIST, fn, arg);
}

void loop_event_free(struct loop_event *e)
{
	if (!e)
		return;
	event_free(e->event);
	free(e);
}

void loop_run(struct loop *loop)
{
	event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}
