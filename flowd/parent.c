/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/parent.h"

#include "base/err.h"
#include "base/log.h"
#include "base/record.h"
#include "flowd/config.h"
#include "flowd/role.h"
#include "flowd/switch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DELAY_FIRST (100 * MONO_MS)
#define DELAY_MOST (30 * MONO_SECOND)
#define LIVED (60 * MONO_SECOND) /* a role that lived so long is well */
#define FIRST_MOMENTS (2 * MONO_SECOND)
#define PATIENCE (5 * MONO_SECOND) /* with a role that was asked to end */

struct child {
	pid_t pid; /* 0: not running */
	mono_t started;
	mono_t again; /* when it is to be started again; 0 not */
	mono_t delay;
	int status;	/* exit status of the last run */
	uint32_t falls; /* lives that ended by themselves */
};

struct parent {
	const struct parent_plan *plan;
	struct conf *conf;
	struct birth birth;
	mono_t born;
	int ends[PARENT_LINKS_MAX][2];
	struct child children[PARENT_ROLES_MAX];
	sigset_t signals;
	const struct parent_link *listener; /* who is told how the roles fare */
	struct ipc *news;		    /* to it, and its wishes back; NULL in a replay */
	struct errands errands;
};

static bool is_wanted(const struct parent *p, size_t i)
{
	return !p->plan->roles[i].wanted || p->plan->roles[i].wanted(p->conf);
}

static bool is_end(const struct parent_link *link, const char *role, int side)
{
	return !strcmp(side ? link->to : link->from, role);
}

/* In the child: becomes the role; does not come back. */
static void become(const struct parent *p, const struct parent_role *role, int conf_fd)
{
	int fds[PARENT_LINKS_MAX + 1] = { conf_fd }, count = 1, i, side;

	for (i = 0; p->plan->links[i].from; i++)
		for (side = 0; side < 2; side++)
			if (is_end(&p->plan->links[i], role->name, side))
				fds[count++] = p->ends[i][side];
	birth_become(&p->birth, role->name, fds, count);
}

/* Says how a role fares. It is never waited for: what finds no room now is said at the next turn.
 */
static void tell(struct parent *p, size_t i)
{
	const struct child *c = &p->children[i];
	struct role_news news = { .time_us = mono_wall(),
				  .falls = c->falls,
				  .running = c->pid != 0 };

	if (!p->news || (!c->pid && !c->again))
		return;
	record_text_set(news.role, sizeof(news.role), p->plan->roles[i].name);
	if (c->again)
		news.back_us = news.time_us + c->again - mono_now();
	if (c->falls && WIFSIGNALED(c->status))
		news.signal = (uint8_t)WTERMSIG(c->status);
	else if (c->falls)
		news.status = (uint8_t)WEXITSTATUS(c->status);
	ipc_send(p->news, IPC_ROLE, &news);
	ipc_flush(p->news);
}

/* A role was started; the listener, which knows nothing yet, is told everything. */
static void tell_start(struct parent *p, size_t i)
{
	size_t k;

	for (k = 0; p->news && p->plan->roles[k].name; k++)
		if (k == i || !strcmp(p->plan->roles[i].name, p->listener->to))
			tell(p, k);
}

static int start(struct parent *p, size_t i)
{
	const struct parent_role *role = &p->plan->roles[i];
	struct child *c = &p->children[i];
	int conf_fd;

	if (!is_wanted(p, i))
		return 0;
	conf_fd = config_pass(p->conf);
	if (conf_fd < 0)
		return conf_fd;
	c->started = mono_now();
	c->again = 0;
	c->pid = fork();
	if (!c->pid)
		become(p, role, conf_fd);
	close(conf_fd);
	if (c->pid < 0) {
		c->pid = 0;
		return -errno;
	}
	tell_start(p, i);
	return 0;
}

/* Has the role ended because it wants to be born again? Not all the time, whatever it says. */
static bool is_asked(const struct child *c)
{
	return WIFEXITED(c->status) && WEXITSTATUS(c->status) == ROLE_AGAIN &&
	       mono_now() - c->started > MONO_SECOND;
}

/* A role has ended: when is it to come back? */
static void plan_return(struct parent *p, size_t i)
{
	struct child *c = &p->children[i];
	const char *name = p->plan->roles[i].name;
	mono_t now = mono_now();

	if (is_asked(c)) {
		c->again = now;
		return;
	}
	if (now - c->started > LIVED || !c->delay)
		c->delay = DELAY_FIRST;
	else
		c->delay = c->delay * 2 < DELAY_MOST ? c->delay * 2 : DELAY_MOST;
	c->again = now + c->delay;
	c->falls++;
	tell(p, i);
	if (WIFSIGNALED(c->status))
		log_error("%s was ended by signal %d; back in %lld ms", name, WTERMSIG(c->status),
			  (long long)(c->delay / MONO_MS));
	else
		log_error("%s ended with status %d; back in %lld ms", name, WEXITSTATUS(c->status),
			  (long long)(c->delay / MONO_MS));
}

static void reap(struct parent *p)
{
	int status;
	pid_t pid;
	size_t i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		errand_over(&p->errands, pid, status);
		for (i = 0; p->plan->roles[i].name; i++)
			if (p->children[i].pid == pid) {
				p->children[i].pid = 0;
				p->children[i].status = status;
			}
	}
}

/* Waits for a signal, at most until `until`. The signal, or 0. */
static int wait_signal(const struct parent *p, mono_t until)
{
	mono_t left = until - mono_now();
	struct timespec ts = { 0, 0 };
	int signal;

	if (left > 0)
		ts = (struct timespec){ left / MONO_SECOND, left % MONO_SECOND * 1000 };
	signal = sigtimedwait(&p->signals, NULL, &ts);
	return signal < 0 ? 0 : signal;
}

/* Asks a role to end and waits for it; with force when it does not. */
static void stop(struct parent *p, size_t i)
{
	mono_t until = mono_now() + PATIENCE;
	struct child *c = &p->children[i];

	if (c->pid)
		kill(c->pid, SIGTERM);
	while (c->pid && mono_now() < until) {
		wait_signal(p, until);
		reap(p);
	}
	if (!c->pid)
		return;
	log_warning("%s does not end: killed", p->plan->roles[i].name);
	kill(c->pid, SIGKILL);
	waitpid(c->pid, &c->status, 0);
	c->pid = 0;
}

static void stop_all(struct parent *p)
{
	size_t i;

	/* In the order of the table: who says, before who listens. */
	for (i = 0; p->plan->roles[i].name; i++)
		stop(p, i);
	errand_stop(&p->errands);
}

static int open_links(struct parent *p)
{
	int i, rc = 0;

	for (i = 0; p->plan->links[i].from && !rc; i++)
		rc = ipc_pair(p->ends[i], p->conf->queue);
	return rc;
}

/*
 * The parent's own link: how the roles fare, and back the kinds of errands. A signal says that
 * there are some. 0, -errno.
 */
static int open_news(struct parent *p)
{
	int i, fd;

	for (i = 0; p->plan->links[i].from && strcmp(p->plan->links[i].from, "parent"); i++)
		;
	p->listener = &p->plan->links[i];
	fd = fcntl(p->ends[i][0], F_DUPFD_CLOEXEC, BIRTH_SPARE_FD);
	if (fd < 0 || fcntl(fd, F_SETOWN, p->birth.parent) || fcntl(fd, F_SETFL, O_ASYNC))
		return -errno;
	sigaddset(&p->signals, SIGIO);
	p->news = ipc_new(fd, 0, false);
	return p->news ? 0 : -ENOMEM;
}

static void close_links(struct parent *p)
{
	int i;

	for (i = 0; p->plan->links[i].from; i++) {
		close(p->ends[i][0]);
		close(p->ends[i][1]);
	}
}

/* This program, out of the way of the descriptors that roles are given. */
static int open_self(struct parent *p)
{
	int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	p->birth.self = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, BIRTH_SPARE_FD);
	if (p->birth.self < 0)
		return -errno;
	close(fd);
	return 0;
}

/* 0, or the status of a role that did not end well. */
static int worst_status(const struct parent *p)
{
	int worst = 0, one;
	size_t i;

	for (i = 0; p->plan->roles[i].name; i++) {
		one = p->children[i].status;
		one = WIFSIGNALED(one) ? 128 + WTERMSIG(one) : WEXITSTATUS(one);
		worst = one > worst ? one : worst;
	}
	return worst;
}

static bool is_running(const struct parent *p)
{
	size_t i;

	for (i = 0; p->plan->roles[i].name; i++)
		if (p->children[i].pid)
			return true;
	return false;
}

/* The last role of a replay has ended, or any role has been ended by a signal. */
static bool is_over(const struct parent *p)
{
	const struct child *c;
	size_t i;

	for (i = 0; p->plan->roles[i].name; i++) {
		c = &p->children[i];
		if (!c->pid &&
		    (WIFSIGNALED(c->status) || !strcmp(p->plan->roles[i].name, p->plan->last)))
			return true;
	}
	return false;
}

static int run_once(struct parent *p)
{
	mono_t until;
	int signal = 0;
	size_t i;

	/* Nobody is reborn: who goes is missed by those that it was joined with. */
	close_links(p);
	while (!signal && !is_over(p)) {
		signal = wait_signal(p, mono_now() + MONO_SECOND);
		signal = signal == SIGCHLD ? 0 : signal;
		reap(p);
	}
	/* The others have nothing more to do and know it. */
	for (until = mono_now() + PATIENCE; !signal && is_running(p) && mono_now() < until; reap(p))
		wait_signal(p, until);
	for (i = 0; p->plan->roles[i].name; i++)
		if (!p->children[i].pid && WIFSIGNALED(p->children[i].status))
			log_error("%s was ended by signal %d", p->plan->roles[i].name,
				  WTERMSIG(p->children[i].status));
	stop_all(p);
	return signal ? 128 + signal : worst_status(p);
}

/*
 * SIGHUP: all roles anew, on what is configured now. Who listens goes first and who captures last,
 * so that no packet is missed for longer than the sensor takes to start; what it says meanwhile
 * waits in the sockets.
 */
static void reload(struct parent *p)
{
	struct conf fresh;
	size_t i = 0;

	if (p->plan->reload(&fresh)) {
		log_error("nothing is changed");
		return;
	}
	conf_free(p->conf);
	*p->conf = fresh;
	while (p->plan->roles[i].name)
		i++;
	while (i--) {
		stop(p, i);
		p->children[i].delay = 0;
		if (start(p, i))
			plan_return(p, i);
	}
	log_info("started anew on the configuration as it is now");
}

/* Starts again what has ended and is due; when the next is. */
static mono_t revive(struct parent *p)
{
	mono_t next = mono_now() + DELAY_MOST;
	size_t i;

	for (i = 0; p->plan->roles[i].name; i++) {
		struct child *c = &p->children[i];

		if (!is_wanted(p, i))
			continue;
		if (!c->pid && !c->again)
			plan_return(p, i);
		if (!c->pid && c->again <= mono_now() && start(p, i))
			plan_return(p, i);
		if (c->again && c->again < next)
			next = c->again;
	}
	return next;
}

/* A role has refused to run, right at the start: it would refuse for ever, and has said why. */
static bool is_hopeless(const struct parent *p)
{
	const struct child *c;
	size_t i;

	for (i = 0; p->plan->roles[i].name && mono_now() - p->born < FIRST_MOMENTS; i++) {
		c = &p->children[i];
		if (is_wanted(p, i) && !c->pid && WIFEXITED(c->status) && WEXITSTATUS(c->status) &&
		    WEXITSTATUS(c->status) != ROLE_AGAIN)
			return true;
	}
	return false;
}

static int run_live(struct parent *p)
{
	int signal = 0;
	bool hopeless = false;

	while (signal != SIGINT && signal != SIGTERM && !hopeless) {
		signal = wait_signal(p, errand_expire(&p->errands, revive(p)));
		ipc_flush(p->news);
		reap(p);
		errand_hear(&p->errands, p->news, p->conf, &p->birth);
		hopeless = is_hopeless(p);
		switch_hear(p->news, signal);
		if (signal == SIGHUP)
			reload(p);
	}
	stop_all(p);
	return hopeless;
}

int parent_run(const struct parent_plan *plan, struct conf *conf)
{
	struct parent p = { .plan = plan, .conf = conf, .errands = { .roles = plan->errands } };
	int rc = 0;
	size_t i;

	p.born = mono_now();
	p.birth.parent = getpid();
	log_open("parent", conf->log_debug ? LOG_DEBUG : LOG_INFO);
	sigemptyset(&p.signals);
	sigaddset(&p.signals, SIGCHLD);
	sigaddset(&p.signals, SIGINT);
	sigaddset(&p.signals, SIGTERM);
	/* A replay ends with its terminal; live it is the word to look at the configuration again.
	 */
	if (conf_lives(conf)) {
		sigaddset(&p.signals, SIGHUP);
		switch_signals(&p.signals);
	}
	rc = open_self(&p);
	if (!rc)
		rc = open_links(&p);
	if (!rc && conf_lives(conf))
		rc = open_news(&p);
	sigprocmask(SIG_BLOCK, &p.signals, &p.birth.mask);
	if (!rc && !role_house(conf))
		return 1;
	for (i = 0; plan->roles[i].name && !rc; i++)
		rc = start(&p, i);
	if (rc) {
		log_error("%s", err_text(rc));
		stop_all(&p);
		return 1;
	}
	return conf_lives(conf) ? run_live(&p) : run_once(&p);
}

/* The role has its ends: runs it, and it is over. */
static int run_role(const struct parent_plan *plan, const char *name, const struct conf *conf)
{
	struct ipc *ends[PARENT_LINKS_MAX] = { NULL };
	const struct parent_role *role = plan->roles;
	const struct errand_role *errand = errand_find(plan->errands, name);
	int i, side, count = 0;
	bool waits;

	if (errand) {
		ends[0] = ipc_new(BIRTH_FIRST_FD + 1, 0, true);
		return ends[0] ? errand->run(conf, ends[0]) : 1;
	}
	while (strcmp(role->name, name) != 0)
		role++;
	waits = role->waits == PARENT_ALWAYS || (role->waits == PARENT_REPLAY && *conf->read);
	for (i = 0; plan->links[i].from; i++)
		for (side = 0; side < 2; side++)
			if (is_end(&plan->links[i], role->name, side)) {
				ends[count] = ipc_new(BIRTH_FIRST_FD + 1 + count, 0, waits);
				if (!ends[count++])
					return 1;
			}
	return role->run(conf, ends);
}

static bool is_role(const struct parent_plan *plan, const char *name)
{
	const struct parent_role *role;

	for (role = plan->roles; role->name && strcmp(role->name, name); role++)
		;
	return role->name || errand_find(plan->errands, name);
}

int parent_role_run(const struct parent_plan *plan, int argc, char **argv)
{
	struct conf conf;
	int status;

	if (argc != 3 || strcmp(argv[1], birth_word))
		return -1;
	if (!is_role(plan, argv[2]) || conf_new(&conf) || config_take(BIRTH_FIRST_FD, &conf))
		return 1;
	log_open(argv[2], conf.log_debug ? LOG_DEBUG : LOG_INFO);
	status = run_role(plan, argv[2], &conf);
	conf_free(&conf);
	return status;
}
