/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop of a role (libevent): descriptors, timers, signals. Single-threaded.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/mono.h"

#define LOOP_READ 1
#define LOOP_WRITE 2

struct loop;
struct loop_event; /* a watched descriptor, timer or signal */

/* `what`: LOOP_READ and LOOP_WRITE of a descriptor that are ready; 0 of a timer or signal. */
typedef void (*loop_fn)(void *arg, int what);

/* NULL when memory or descriptors are short. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Watches `fd` (borrowed; free the event before closing it) until freed. NULL when memory is short.
 */
struct loop_event *loop_fd_new(struct loop *loop, int fd, int what, loop_fn fn, void *arg);

/* A timer, not yet set. NULL when memory is short. */
struct loop_event *loop_timer_new(struct loop *loop, loop_fn fn, void *arg);

/* (Re)sets a timer to fire once, `delay` from now (not negative). */
void loop_timer_set(struct loop_event *timer, mono_t delay);
void loop_timer_stop(struct loop_event *timer);

/* Calls `fn` in the loop, not in the handler, when the signal came. NULL when memory is short. */
struct loop_event *loop_signal_new(struct loop *loop, int signal, loop_fn fn, void *arg);

/* Ends the watching; NULL is fine. */
void loop_event_free(struct loop_event *event);

/* Runs until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
