/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/team.h"

#include "flowd/role.h"
#include "flowd/sensor/explain/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

size_t team_wanted(const struct conf *conf)
{
	long cores = conf->workers ? (long)conf->workers : sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > TEAM_MOST ? TEAM_MOST : (size_t)cores;
}

/* A sender of its own for worker `number`, over the same socket. NULL when descriptors are short.
 */
static struct ipc *sender_new(const struct team *team, unsigned number)
{
	int fd = fcntl(ipc_fd(team->core), F_DUPFD_CLOEXEC, 3);
	struct ipc *ipc = fd < 0 ? NULL : ipc_new(fd, number + 1, *team->conf->read);

	if (fd >= 0 && !ipc)
		close(fd);
	return ipc;
}

static int worker_make(struct team *team, const struct hash_key *key)
{
	struct worker_plan plan = { .conf = team->conf,
				    .own = &team->own,
				    .learnt = team->learnt,
				    .expect = team->expect,
				    .key = *key,
				    .number = (unsigned)team->size };
	struct worker *worker;

	plan.core = sender_new(team, plan.number);
	if (!plan.core)
		return -errno;
	worker = worker_new(&plan);
	if (!worker) {
		ipc_free(plan.core);
		return -ENOMEM;
	}
	team->workers[team->size++] = worker;
	return 0;
}

int team_open(struct team *team)
{
	/* A replay must be the same from run to run. */
	struct hash_key key = { { 0x666c6f7764, 0x7265706c6179 } };
	size_t i, wanted = team_wanted(team->conf);
	int rc = learn_open(team->core, !*team->conf->read, &team->learnt);

	if (!*team->conf->read)
		key = hash_key_new();
	if (!rc && !(team->expect = expect_new(team->conf->limit_expected, &key)))
		rc = -ENOMEM;
	for (i = 0; i < wanted && !rc; i++)
		rc = worker_make(team, &key);
	return rc;
}

void team_close(struct team *team)
{
	size_t i;

	for (i = 0; i < team->size; i++)
		worker_free(team->workers[i]);
	expect_free(team->expect);
	learn_free(team->learnt);
	prefix_set_clear(&team->own);
	ipc_free(team->core);
}

struct hand {
	pthread_t thread;
	pthread_barrier_t *gate;
	const bool *open; /* the cage is closed: go */
	team_fn fn;
	void *arg;
	struct worker *worker;
	int status;
};

static void *hand_run(void *arg)
{
	struct hand *hand = arg;

	pthread_barrier_wait(hand->gate);
	pthread_barrier_wait(hand->gate);
	if (*hand->open)
		hand->status = hand->fn(hand->arg, hand->worker);
	return NULL;
}

/* Starts the threads; how many. Signals are for the first thread. */
static size_t hands_start(struct hand *hands, size_t count)
{
	sigset_t all, before;
	size_t i;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (i = 0; i < count; i++)
		if (pthread_create(&hands[i].thread, NULL, hand_run, &hands[i]))
			break;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return i;
}

/* Runs the first worker here, the others in threads that wait at the gate. */
static int hands_run(struct team *team, const struct hand *first, pthread_barrier_t *gate,
		     bool *open)
{
	struct hand hands[TEAM_MOST];
	size_t i, others = team->size - 1, started;
	int worst;

	for (i = 0; i < others; i++) {
		hands[i] = *first;
		hands[i].worker = team->workers[i + 1];
	}
	started = hands_start(hands, others);
	/* The threads that did start would wait for the others for ever. */
	if (started < others)
		_exit(1);
	/* A thread's birth needs calls that the cage refuses: all are there before it closes. */
	pthread_barrier_wait(gate);
	*open = role_seal(team->conf, CAGE_SENSOR);
	pthread_barrier_wait(gate);
	worst = *open ? first->fn(first->arg, team->workers[0]) : 1;
	for (i = 0; i < started; i++) {
		pthread_join(hands[i].thread, NULL);
		worst = hands[i].status > worst ? hands[i].status : worst;
	}
	return worst;
}

int team_run(struct team *team, team_fn fn, void *arg)
{
	pthread_barrier_t gate;
	bool open = false;
	const struct hand first = { .gate = &gate, .open = &open, .fn = fn, .arg = arg };
	int status;

	if (pthread_barrier_init(&gate, NULL, (unsigned)team->size))
		return 1;
	status = hands_run(team, &first, &gate, &open);
	pthread_barrier_destroy(&gate);
	return status;
}
