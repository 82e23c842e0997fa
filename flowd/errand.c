/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/errand.h"

#include "base/err.h"
#include "base/log.h"
#include "flowd/config.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN 16 /* words of core at once */

const struct errand_role *errand_find(const struct errand_role *roles, const char *name)
{
	for (; roles && roles->name; roles++)
		if (!strcmp(roles->name, name))
			return roles;
	return NULL;
}

/* A free place for one more of this kind, or NULL. */
static struct errand *place(struct errands *e, const struct errand_role *role)
{
	struct errand *found = NULL;
	unsigned same = 0;
	size_t i;

	for (i = 0; i < ERRAND_MAX; i++) {
		if (!e->list[i].pid)
			found = &e->list[i];
		else if (e->list[i].role == role)
			same++;
	}
	return same < role->at_once ? found : NULL;
}

static int start(struct errand *errand, const struct conf *conf, const struct birth *birth, int fd)
{
	int fds[] = { config_pass(conf), birth->rules, fd };
	pid_t pid;

	if (fds[0] < 0)
		return fds[0];
	pid = fork();
	if (!pid) {
		/* What it may start has to end with it: see errand_over. */
		if (setpgid(0, 0))
			_exit(127);
		birth_become(birth, errand->role->name, fds, 3);
	}
	close(fds[0]);
	if (pid < 0)
		return -errno;
	errand->pid = pid;
	return 0;
}

static void take(struct errands *e, const struct ipc_message *m, const struct conf *conf,
		 const struct birth *birth)
{
	const struct errand_role *role = e->roles;
	struct errand *errand;
	int rc;

	while (role && role->name && role->kind != m->kind)
		role++;
	if (!role || !role->name || m->fd < 0)
		return;
	errand = place(e, role);
	if (!errand)
		return;
	*errand = (struct errand){ .role = role, .until = mono_now() + role->most };
	if ((rc = start(errand, conf, birth, m->fd)))
		log_error("%s: %s", role->name, err_text(rc));
}

bool errand_hear(struct errands *e, struct ipc *core, const struct conf *conf,
		 const struct birth *birth)
{
	struct ipc_message m;
	bool reload = false;
	int i, rc;

	for (i = 0; core && (i < TURN || ipc_has_more(core)); i++) {
		rc = ipc_recv(core, false, &m);
		if (!rc || rc == -EPIPE)
			break;
		if (rc < 0)
			continue;
		take(e, &m, conf, birth);
		reload |= m.kind == IPC_RELOAD;
		/* The role has its own by now; refused, whoever asked sees the pair end. */
		if (m.fd >= 0)
			close(m.fd);
	}
	return reload;
}

bool errand_over(struct errands *e, pid_t pid, int status)
{
	struct errand *errand = e->list;
	size_t i;

	for (i = 0; i < ERRAND_MAX && e->list[i].pid != pid; i++)
		;
	if (i == ERRAND_MAX)
		return false;
	errand = &e->list[i];
	errand->pid = 0;
	kill(-pid, SIGKILL);
	if (errand->late)
		log_warning("%s took longer than %lld ms: killed", errand->role->name,
			    (long long)(errand->role->most / MONO_MS));
	else if (WIFSIGNALED(status))
		log_error("%s was ended by signal %d", errand->role->name, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		log_error("%s ended with status %d", errand->role->name, WEXITSTATUS(status));
	return true;
}

mono_t errand_expire(struct errands *e, mono_t never)
{
	mono_t now = mono_now(), next = never;
	struct errand *errand;

	for (errand = e->list; errand < e->list + ERRAND_MAX; errand++) {
		if (!errand->pid || errand->late)
			continue;
		if (errand->until <= now) {
			errand->late = true;
			kill(errand->pid, SIGKILL);
		} else if (errand->until < next) {
			next = errand->until;
		}
	}
	return next;
}

void errand_stop(struct errands *e)
{
	struct errand *errand;
	int status;

	for (errand = e->list; errand < e->list + ERRAND_MAX; errand++)
		if (errand->pid) {
			kill(errand->pid, SIGKILL);
			waitpid(errand->pid, &status, 0);
			kill(-errand->pid, SIGKILL);
			errand->pid = 0;
		}
}
