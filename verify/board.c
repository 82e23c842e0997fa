/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/board.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

#define BUCKETS 8192

LIST_HEAD(task_bucket, task);
TAILQ_HEAD(line, task);

/* The jobs of one host, so that no host keeps others waiting. */
struct lane {
	struct addr host;
	unsigned active;
	bool is_ready, is_resting; /* in the list of that name */
	mono_t until;		   /* resting: routers refuse the host */
	struct line tasks;	   /* waiting for a place, the urgent ones first */
	LIST_ENTRY(lane) by_host;
	TAILQ_ENTRY(lane) turn;
};

LIST_HEAD(lane_bucket, lane);
TAILQ_HEAD(lane_line, lane);

struct board {
	struct task_room room;
	unsigned parallel, active, count;
	board_fn fn;
	void *arg;
	struct loop_event *timer; /* when the budget allows the next sending */
	unsigned paused;	  /* enum board_pause */
	bool running;
	mono_t retry;		  /* memory was short: no job is started before it */
	struct lane_line ready;	  /* a job of theirs waits, and may begin */
	struct lane_line resting; /* by `until` */
	struct line sending;	  /* for leave to send */
	struct line held;	  /* likewise, their hosts have had their share; by `not_before` */
	struct task_bucket ids[BUCKETS];
	struct task_bucket services[BUCKETS]; /* of those under way */
	struct lane_bucket lanes[BUCKETS];
};

static void board_run(struct board *b);

static struct task_bucket *id_bucket(struct board *b, uint64_t id)
{
	return &b->ids[hash_bytes(&b->room.key, &id, sizeof(id)) % BUCKETS];
}

static struct task_bucket *service_bucket(struct board *b, const struct addr *host, uint16_t port)
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

static struct lane_bucket *lane_bucket(struct board *b, const struct addr *host)
{
	return &b->lanes[hash_bytes(&b->room.key, host->b, sizeof(host->b)) % BUCKETS];
}

/* The lane of a host, made where there is none; NULL when memory is short. */
static struct lane *lane_of(struct board *b, const struct addr *host)
{
	struct lane_bucket *bucket = lane_bucket(b, host);
	struct lane *l;

	LIST_FOREACH(l, bucket, by_host)
	if (addr_is_same(&l->host, host))
		return l;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->host = *host;
	TAILQ_INIT(&l->tasks);
	LIST_INSERT_HEAD(bucket, l, by_host);
	return l;
}

/* Puts the lane where it belongs as it is now, or frees it when it is empty. */
static void lane_sort(struct board *b, struct lane *l, bool first)
{
	bool may = !TAILQ_EMPTY(&l->tasks) && l->active < b->room.conf->verify_host_parallel;

	if (may && first && l->is_ready) {
		TAILQ_REMOVE(&b->ready, l, turn);
		l->is_ready = false;
	}
	if (may && !l->is_ready && !l->is_resting) {
		l->is_ready = true;
		if (first)
			TAILQ_INSERT_HEAD(&b->ready, l, turn);
		else
			TAILQ_INSERT_TAIL(&b->ready, l, turn);
	}
	if (!TAILQ_EMPTY(&l->tasks) || l->active)
		return;
	if (l->is_ready)
		TAILQ_REMOVE(&b->ready, l, turn);
	if (l->is_resting)
		TAILQ_REMOVE(&b->resting, l, turn);
	LIST_REMOVE(l, by_host);
	free(l);
}

/* The host is left alone for a while: its jobs wait. */
static void lane_rest(struct board *b, struct lane *l, mono_t until)
{
	struct lane *before;

	l->until = until;
	l->is_resting = true;
	TAILQ_FOREACH_REVERSE(before, &b->resting, lane_line, turn)
	if (before->until <= until)
		break;
	if (before)
		TAILQ_INSERT_AFTER(&b->resting, before, l, turn);
	else
		TAILQ_INSERT_HEAD(&b->resting, l, turn);
}

/* The task's host has had its share: others go first. */
static void hold(struct board *b, struct task *t, mono_t until)
{
	struct task *before;

	t->not_before = until;
	t->is_wanting = t->is_held = true;
	TAILQ_FOREACH_REVERSE(before, &b->held, line, turn)
	if (before->not_before <= until)
		break;
	if (before)
		TAILQ_INSERT_AFTER(&b->held, before, t, turn);
	else
		TAILQ_INSERT_HEAD(&b->held, t, turn);
}

static void on_want(void *arg, struct task *t)
{
	struct board *b = arg;

	if (t->is_wanting)
		return;
	t->is_wanting = true;
	/*
	 * Who has begun is finished first: its time runs, and when this life ends early what was
	 * finished stays done. Who is urgent waits for neither.
	 */
	if (t->limit || t->job.urgent)
		TAILQ_INSERT_HEAD(&b->sending, t, turn);
	else
		TAILQ_INSERT_TAIL(&b->sending, t, turn);
	board_run(b);
}

static void on_done(void *arg, struct task *t)
{
	struct board *b = arg;

	struct lane *l = t->lane;

	if (t->is_wanting)
		TAILQ_REMOVE(t->is_held ? &b->held : &b->sending, t, turn);
	LIST_REMOVE(t, by_id);
	LIST_REMOVE(t, by_service);
	b->active--;
	b->count--;
	b->fn(b->arg, t->probe);
	task_free(t);
	l->active--;
	lane_sort(b, l, false);
	board_run(b);
}

static void on_early(void *arg, const struct probe *probe)
{
	struct board *b = arg;

	b->fn(b->arg, probe);
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
	b->room.early = on_early;
	b->room.arg = b;
	b->parallel = parallel;
	b->fn = fn;
	b->arg = arg;
	TAILQ_INIT(&b->ready);
	TAILQ_INIT(&b->resting);
	TAILQ_INIT(&b->sending);
	TAILQ_INIT(&b->held);
	return b;
}

void board_free(struct board *b)
{
	struct lane *l;
	struct task *t;
	size_t i;

	if (!b)
		return;
	for (i = 0; i < BUCKETS; i++) {
		while ((t = LIST_FIRST(&b->ids[i]))) {
			LIST_REMOVE(t, by_id);
			task_free(t);
		}
		while ((l = LIST_FIRST(&b->lanes[i]))) {
			LIST_REMOVE(l, by_host);
			free(l);
		}
	}
	loop_event_free(b->timer);
	free(b);
}

/* Who had to wait for a time that has come need not any more. */
static void release(struct board *b, mono_t now)
{
	struct lane *l;
	struct task *t;

	while ((t = TAILQ_FIRST(&b->held)) && t->not_before <= now) {
		TAILQ_REMOVE(&b->held, t, turn);
		t->is_held = false;
		TAILQ_INSERT_HEAD(&b->sending, t, turn);
	}
	while ((l = TAILQ_FIRST(&b->resting)) && l->until <= now) {
		TAILQ_REMOVE(&b->resting, l, turn);
		l->is_resting = false;
		lane_sort(b, l, false);
	}
}

/* Starts the first job of a lane; false: memory is short. */
static bool start_first(struct board *b, struct lane *l)
{
	struct task *t = TAILQ_FIRST(&l->tasks);

	TAILQ_REMOVE(&l->tasks, t, turn);
	LIST_INSERT_HEAD(service_bucket(b, &l->host, t->job.service.port), t, by_service);
	b->active++;
	l->active++;
	/* In its turn again, behind the others, before the task may be over. */
	lane_sort(b, l, false);
	if (!task_start(t))
		return true;
	b->active--;
	l->active--;
	LIST_REMOVE(t, by_service);
	TAILQ_INSERT_HEAD(&l->tasks, t, turn);
	lane_sort(b, l, true);
	return false;
}

/* Gives free places to those who wait, host by host. */
static void start_waiting(struct board *b, mono_t now)
{
	struct lane *l;
	mono_t rest;

	while (!b->paused && b->retry <= now && b->active < b->parallel &&
	       (l = TAILQ_FIRST(&b->ready))) {
		TAILQ_REMOVE(&b->ready, l, turn);
		l->is_ready = false;
		rest = budget_rest(b->room.talk.budget, &l->host, now);
		if (rest)
			lane_rest(b, l, now + rest);
		else if (!start_first(b, l))
			b->retry = now + MONO_SECOND;
	}
}

/* Lets those send whose turn it is, as long as the budget has something for anybody. */
static void send_waiting(struct board *b)
{
	struct budget *budget = b->room.talk.budget;
	struct task *t;
	mono_t now;

	while ((t = TAILQ_FIRST(&b->sending))) {
		TAILQ_REMOVE(&b->sending, t, turn);
		t->is_wanting = false;
		if (task_send(t) == -EAGAIN) {
			now = mono_now();
			if (budget_wait_all(budget, now)) {
				t->is_wanting = true;
				TAILQ_INSERT_HEAD(&b->sending, t, turn);
				return;
			}
			/* Its time has come meanwhile: nobody may go before it. */
			if (!budget_wait(budget, now)) {
				t->is_wanting = true;
				TAILQ_INSERT_HEAD(&b->sending, t, turn);
				continue;
			}
			hold(b, t, now + budget_wait(budget, now));
		}
		start_waiting(b, mono_now());
	}
}

static void earlier(mono_t *at, mono_t other)
{
	if (!*at || other < *at)
		*at = other;
}

/* When there is something to do again that no answer tells of. */
static void set_timer(struct board *b)
{
	mono_t now = mono_now(), at = 0;

	if (!TAILQ_EMPTY(&b->sending))
		at = now + budget_wait_all(b->room.talk.budget, now);
	if (!TAILQ_EMPTY(&b->held))
		earlier(&at, TAILQ_FIRST(&b->held)->not_before);
	if (!TAILQ_EMPTY(&b->resting))
		earlier(&at, TAILQ_FIRST(&b->resting)->until);
	if (b->retry > now)
		earlier(&at, b->retry);
	if (at)
		loop_timer_set(b->timer, at > now ? at - now : 0);
}

/* Whoever calls, one call at a time does the work; what the others left to do it sees too. */
static void board_run(struct board *b)
{
	mono_t now = mono_now();

	if (b->running)
		return;
	b->running = true;
	release(b, now);
	start_waiting(b, now);
	send_waiting(b);
	set_timer(b);
	b->running = false;
}

int board_put(struct board *b, const struct job *job)
{
	struct lane *l;
	struct task *t;

	if (find(b, job->id))
		return 1;
	if (b->count >= BOARD_MOST)
		return ERR_FULL;
	t = task_new(&b->room, job);
	l = t ? lane_of(b, &job->service.host) : NULL;
	if (!l) {
		task_free(t);
		return -ENOMEM;
	}
	t->lane = l;
	LIST_INSERT_HEAD(id_bucket(b, job->id), t, by_id);
	if (job->urgent)
		TAILQ_INSERT_HEAD(&l->tasks, t, turn);
	else
		TAILQ_INSERT_TAIL(&l->tasks, t, turn);
	b->count++;
	lane_sort(b, l, job->urgent);
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

void board_pause(struct board *b, enum board_pause why, bool paused)
{
	if (paused)
		b->paused |= why;
	else
		b->paused &= ~(unsigned)why;
	if (!b->paused)
		board_run(b);
}

/* A job that has not begun is given up. */
static void drop(struct board *b, struct task *t)
{
	struct probe probe = { .job = t->job.id,
			       .service = t->job.service,
			       .reason = REASON_UNFINISHED,
			       .given_up = 1 };

	probe.started_us = probe.finished_us = mono_wall();
	record_text_set(probe.vantage, sizeof(probe.vantage), b->room.conf->verify_vantage);
	TAILQ_REMOVE(&t->lane->tasks, t, turn);
	LIST_REMOVE(t, by_id);
	b->count--;
	lane_sort(b, t->lane, false);
	task_free(t);
	b->fn(b->arg, &probe);
}

void board_clear(struct board *b)
{
	bool running = b->running;
	struct task *t;
	size_t i;

	b->running = true;
	for (i = 0; i < BUCKETS; i++)
		while ((t = LIST_FIRST(&b->ids[i])))
			if (t->probe)
				task_give_up(t);
			else
				drop(b, t);
	b->running = running;
	board_run(b);
}
