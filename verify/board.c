/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/board.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

#define BUCKETS 8192

LIST_HEAD(bucket, task);
TAILQ_HEAD(line, task);

struct board {
	struct task_room room;
	unsigned parallel, active, count;
	board_fn fn;
	void *arg;
	struct loop_event *timer; /* when the budget allows the next sending */
	bool paused, running;
	struct line waiting; /* for a place */
	struct line sending; /* for leave to send */
	struct bucket ids[BUCKETS];
	struct bucket services[BUCKETS]; /* of those under way */
};

static void board_run(struct board *b);

static struct bucket *id_bucket(struct board *b, uint64_t id)
{
	return &b->ids[hash_bytes(&b->room.key, &id, sizeof(id)) % BUCKETS];
}

static struct bucket *service_bucket(struct board *b, const struct addr *host, uint16_t port)
{
	uint8_t bytes[18];

	memcpy(bytes, host->b, 16);
	wire_put_be16(bytes + 16, port);
	return &b->services[hash_bytes(&b->room.key, bytes, sizeof(bytes)) % BUCKETS];
}

static struct task *find(struct board *b, uint64_t id)
{
	struct task *t;

	LIST_FOREACH(t, id_bucket(b, id), by_id)
	if (t->job.id == id)
		return t;
	return NULL;
}

static void on_want(void *arg, struct task *t)
{
	struct board *b = arg;

	if (t->is_wanting)
		return;
	t->is_wanting = true;
	/*
	 * Who has begun is finished first: its time runs, and when this life ends early what was
	 * finished stays done.
	 */
	if (t->limit)
		TAILQ_INSERT_HEAD(&b->sending, t, turn);
	else
		TAILQ_INSERT_TAIL(&b->sending, t, turn);
	board_run(b);
}

static void on_done(void *arg, struct task *t)
{
	struct board *b = arg;

	if (t->is_wanting)
		TAILQ_REMOVE(&b->sending, t, turn);
	LIST_REMOVE(t, by_id);
	LIST_REMOVE(t, by_service);
	b->active--;
	b->count--;
	b->fn(b->arg, t->probe);
	task_free(t);
	board_run(b);
}

static void on_timer(void *arg, int what)
{
	(void)what;
	board_run(arg);
}

struct board *board_new(const struct task_room *room, unsigned parallel, board_fn fn, void *arg)
{
	struct board *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->timer = loop_timer_new(room->talk.loop, on_timer, b);
	if (!b->timer) {
		free(b);
		return NULL;
	}
	b->room = *room;
	b->room.want = on_want;
	b->room.done = on_done;
	b->room.arg = b;
	b->parallel = parallel;
	b->fn = fn;
	b->arg = arg;
	TAILQ_INIT(&b->waiting);
	TAILQ_INIT(&b->sending);
	return b;
}

void board_free(struct board *b)
{
	struct task *t;
	size_t i;

	if (!b)
		return;
	for (i = 0; i < BUCKETS; i++)
		while ((t = LIST_FIRST(&b->ids[i]))) {
			LIST_REMOVE(t, by_id);
			task_free(t);
		}
	loop_event_free(b->timer);
	free(b);
}

/* Gives free places to those who wait. */
static void start_waiting(struct board *b)
{
	const struct service *service;
	struct task *t;

	while (!b->paused && b->active < b->parallel && (t = TAILQ_FIRST(&b->waiting))) {
		service = &t->job.service;
		TAILQ_REMOVE(&b->waiting, t, turn);
		LIST_INSERT_HEAD(service_bucket(b, &service->host, service->port), t, by_service);
		b->active++;
		if (!task_start(t))
			continue;
		/* Memory is short: try again when others are done, or the clock says so. */
		b->active--;
		LIST_REMOVE(t, by_service);
		TAILQ_INSERT_HEAD(&b->waiting, t, turn);
		loop_timer_set(b->timer, MONO_SECOND);
		return;
	}
}

/* Whoever calls, one call at a time does the work; what the others left to do it sees too. */
static void board_run(struct board *b)
{
	struct task *t;

	if (b->running)
		return;
	b->running = true;
	start_waiting(b);
	while ((t = TAILQ_FIRST(&b->sending))) {
		TAILQ_REMOVE(&b->sending, t, turn);
		t->is_wanting = false;
		if (task_send(t) == -EAGAIN) {
			t->is_wanting = true;
			TAILQ_INSERT_HEAD(&b->sending, t, turn);
			loop_timer_set(b->timer, budget_wait(b->room.talk.budget, mono_now()));
			break;
		}
		start_waiting(b);
	}
	b->running = false;
}

int board_put(struct board *b, const struct job *job)
{
	struct task *t;

	if (find(b, job->id))
		return 1;
	if (b->count >= BOARD_MOST)
		return ERR_FULL;
	t = task_new(&b->room, job);
	if (!t)
		return -ENOMEM;
	LIST_INSERT_HEAD(id_bucket(b, job->id), t, by_id);
	TAILQ_INSERT_TAIL(&b->waiting, t, turn);
	b->count++;
	board_run(b);
	return 0;
}

void board_name(struct board *b, const struct job *job)
{
	struct task *t = find(b, job->id);

	if (t)
		task_name(t, job);
}

void board_hear(struct board *b, const struct syn_answer *answer)
{
	struct task *t, *next;
	bool running = b->running;

	/* Nobody but the one who hears may go meanwhile. */
	b->running = true;
	for (t = LIST_FIRST(service_bucket(b, &answer->host, answer->port)); t; t = next) {
		next = LIST_NEXT(t, by_service);
		if (t->job.service.port == answer->port &&
		    addr_is_same(&t->job.service.host, &answer->host))
			task_hear(t, answer);
	}
	b->running = running;
	board_run(b);
}

void board_pause(struct board *b, bool paused)
{
	b->paused = paused;
	if (!paused)
		board_run(b);
}
