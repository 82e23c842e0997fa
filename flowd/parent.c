/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/parent.h"

#include "base/err.h"
#include "base/log.h"
#include "base/record.h"
#include "flowd/config.h"
#include "flowd/house/house.h"
#include "flowd/role.h"
#include "flowd/rulefile.h"
#include "flowd/switch.h"

#include <errno.h>
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

static bool is_wanted(const struct parent *p, size_t i)
{
	return !p->plan->roles[i].wanted || p->plan->roles[i].wanted(p->conf);
}

/* In the child: becomes the role; does not come back. */
static void become(const struct parent *p, const struct parent_role *role, int conf_fd)
{
	int fds[PARENT_LINKS_MAX + 2] = { conf_fd, p->renew.rules }, count = 2, i, side;

	for (i = 0; p->plan->links[i].from; i++)
		for (side = 0; side < 2; side++)
			if (house_is_end(&p->plan->links[i], role->name, side))
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
	if (!p->news || strcmp(p->plan->roles[i].name, p->listener->to))
		return;
	renew_tell(&p->renew, p->news);
	/* Core keeps the switch in its store; a prober has none. */
	if (conf_is_prober(p->conf) && p->said.time_us) {
		ipc_send(p->news, IPC_PROBING, &p->said);
		ipc_flush(p->news);
	}
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
static int wait_one(const sigset_t *signals, mono_t until)
{
	mono_t left = until - mono_now();
	struct timespec ts = { 0, 0 };
	int signal;

	if (left > 0)
		ts = (struct timespec){ left / MONO_SECOND, left % MONO_SECOND * 1000 };
	signal = sigtimedwait(signals, NULL, &ts);
	return signal < 0 ? 0 : signal;
}

static int wait_signal(const struct parent *p, mono_t until)
{
	return wait_one(&p->signals, until);
}

/* Signals of others stay pending: who waits for a child has no ear for them. */
static void wait_child(mono_t until)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	wait_one(&child, until);
}

/* Asks a role to end and waits for it; with force when it does not. */
static void stop(struct parent *p, size_t i)
{
	mono_t until = mono_now() + PATIENCE;
	struct child *c = &p->children[i];

	if (c->pid)
		kill(c->pid, SIGTERM);
	while (c->pid && mono_now() < until) {
		wait_child(until);
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
	house_close_links(p);
	while (!signal && !is_over(p)) {
		signal = wait_signal(p, mono_now() + MONO_SECOND);
		signal = signal == SIGCHLD ? 0 : signal;
		reap(p);
	}
	/* The others have nothing more to do and know it. */
	for (until = mono_now() + PATIENCE; !signal && is_running(p) && mono_now() < until; reap(p))
		wait_child(until);
	for (i = 0; p->plan->roles[i].name; i++)
		if (!p->children[i].pid && WIFSIGNALED(p->children[i].status))
			log_error("%s was ended by signal %d", p->plan->roles[i].name,
				  WTERMSIG(p->children[i].status));
	stop_all(p);
	return signal ? 128 + signal : worst_status(p);
}

/* The roles anew that have to do with what has changed. Who listens goes first and who captures
 * last, so that no packet is missed for longer than the sensor takes to start; what it says
 * meanwhile waits in the sockets. */
static void restart(struct parent *p, enum parent_renewal what)
{
	size_t i = 0;

	while (p->plan->roles[i].name)
		i++;
	while (i--) {
		p->children[i].delay = 0;
		if (p->plan->roles[i].renewal < what)
			continue;
		stop(p, i);
		if (start(p, i))
			plan_return(p, i);
	}
}

/* Rules as they stand in their file now, or none of them: only who reads them is born anew. */
static void reload_rules(struct parent *p)
{
	bool good = renew_rules(&p->renew, p->conf);

	renew_tell(&p->renew, p->news);
	if (!good)
		return;
	restart(p, PARENT_BY_RULES);
	log_info("the rules are those of the file as it is now");
}

/* SIGHUP. Where only files can have changed, the capture goes on. */
static void reload(struct parent *p)
{
	char error[RENEW_ERROR_MAX];
	struct conf fresh;
	bool same;

	if (p->plan->reload(&fresh, error)) {
		renew_refuse(&p->renew, error);
		renew_tell(&p->renew, p->news);
		return;
	}
	same = renew_is_same(p->conf, &fresh);
	conf_free(p->conf);
	*p->conf = fresh;
	renew_rules(&p->renew, p->conf);
	renew_tell(&p->renew, p->news);
	restart(p, same ? PARENT_BY_FILES : PARENT_BY_OPTIONS);
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
	bool hopeless = false, wanted;

	while (signal != SIGINT && signal != SIGTERM && !hopeless) {
		signal = wait_signal(p, renew_next(p->conf, errand_expire(&p->errands, revive(p))));
		ipc_flush(p->news);
		reap(p);
		p->birth.rules = p->renew.rules;
		/* A prober's far talks with strangers, and has nothing to ask for. */
		wanted = !conf_is_prober(p->conf) &&
			 errand_hear(&p->errands, p->news, p->conf, &p->birth);
		hopeless = is_hopeless(p);
		switch_hear(p->news, signal, &p->said);
		if (signal == SIGHUP)
			reload(p);
		else if (wanted || renew_is_due(&p->renew, p->conf))
			reload_rules(p);
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
	role_log("parent", conf);
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
	rc = house_open(&p);
	sigprocmask(SIG_BLOCK, &p.signals, &p.birth.mask);
	if (!rc && !role_house(conf))
		return 1;
	if (!rc && !renew_open(&p.renew, conf))
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
		ends[0] = ipc_new(BIRTH_FIRST_FD + 2, 0, true);
		return ends[0] ? errand->run(conf, ends[0]) : 1;
	}
	while (strcmp(role->name, name) != 0)
		role++;
	waits = role->waits == PARENT_ALWAYS || (role->waits == PARENT_REPLAY && *conf->read);
	for (i = 0; plan->links[i].from; i++)
		for (side = 0; side < 2; side++)
			if (house_is_end(&plan->links[i], role->name, side)) {
				ends[count] = ipc_new(BIRTH_FIRST_FD + 2 + count, 0, waits);
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
	rulefile_take(BIRTH_FIRST_FD + 1);
	role_log(argv[2], &conf);
	status = run_role(plan, argv[2], &conf);
	conf_free(&conf);
	return status;
}
