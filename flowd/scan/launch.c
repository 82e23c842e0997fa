/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/launch.h"

#include "base/cage.h"
#include "base/err.h"
#include "base/record.h"
#include "flowd/scan/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE_REPORT 4 /* of descriptors in the child, behind those of every program */
#define PLACE_PROGRAM 5
#define PLACE_SPARE 16 /* above them */
#define STACK_MOST (8 << 20)

/* What the child could not do. */
struct failure {
	int rc;
	char step[32];
};

static void fail(const char *step, int rc)
{
	struct failure f = { .rc = rc };

	snprintf(f.step, sizeof(f.step), "%s", step);
	if (write(PLACE_REPORT, &f, sizeof(f)) < 0)
		_exit(126);
	_exit(127);
}

static void limit(int what, rlim_t most)
{
	struct rlimit now, l = { most, most };

	/* Nobody may raise his own. */
	if (!getrlimit((__rlimit_resource_t)what, &now) && now.rlim_max < most)
		l.rlim_cur = l.rlim_max = now.rlim_max;
	if (setrlimit((__rlimit_resource_t)what, &l))
		fail("its limits", -errno);
}

static void set_limits(const struct tool_conf *t)
{
	rlim_t seconds = (rlim_t)(t->cpu / MONO_SECOND);

	limit(RLIMIT_CPU, seconds ? seconds : 1);
	limit(RLIMIT_DATA, t->memory);
	limit(RLIMIT_STACK, STACK_MOST);
	limit(RLIMIT_FSIZE, t->disk);
	limit(RLIMIT_NOFILE, t->files);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_MEMLOCK, 0);
	limit(RLIMIT_MSGQUEUE, 0);
}

/* Standard output and error are one pipe, standard input is empty, all else closes. */
static void place_fds(int null, int out, const int report, int program)
{
	int given[] = { null, out, out, report, program };
	const int places[] = { 0, 1, 2, PLACE_REPORT, PLACE_PROGRAM };
	size_t i;

	for (i = 0; i < 5; i++)
		given[i] = fcntl(given[i], F_DUPFD_CLOEXEC, PLACE_SPARE);
	for (i = 0; i < 5; i++)
		if (given[i] < 0 || dup2(given[i], places[i]) < 0)
			_exit(126);
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC))
		_exit(126);
}

static void set_signals(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The child; does not come back. */
static void become(const struct launch *l, int null, int out, int report)
{
	char home[PATH_MAX + 8], tmp[PATH_MAX + 8], secret[SECTION_VALUE_MAX + 8];
	char path[] = "PATH=" PROGRAM_PATH, language[] = "LANG=C.UTF-8";
	char *env[] = { path, language, home, tmp, NULL, NULL };
	const char *missing;
	int rc;

	place_fds(null, out, report, l->program);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		fail("its end with ours", -errno);
	snprintf(home, sizeof(home), "HOME=%s", l->folder);
	snprintf(tmp, sizeof(tmp), "TMPDIR=%s", l->folder);
	snprintf(secret, sizeof(secret), "SECRET=%s", l->secret);
	if (*l->secret)
		env[4] = secret;
	if (chdir(l->folder))
		fail("its folder", -errno);
	umask(077);
	set_signals();
	set_limits(l->tool);
	rc = cage_seal(l->tool->forks ? CAGE_TOOL_FORKS : CAGE_TOOL, l->best_effort, &missing);
	if (rc)
		fail("its cage", rc);
	execveat(PLACE_PROGRAM, "", l->argv, env, AT_EMPTY_PATH);
	fail("starting it", -errno);
}

/* Waits for the child to have become the program: the pipe closes then. */
static int hear(int report, char *why)
{
	struct failure f;
	ssize_t len = read(report, &f, sizeof(f));

	if (!len)
		return 0;
	if (len != (ssize_t)sizeof(f))
		f = (struct failure){ -EIO, "starting it" };
	snprintf(why, sizeof(((struct tool_run *)0)->reason), "%.*s: %s", (int)sizeof(f.step),
		 f.step, err_text(f.rc));
	return f.rc;
}

int launch_start(const struct launch *l, pid_t *pid, int *output, char *why)
{
	int out[2] = { -1, -1 }, report[2] = { -1, -1 }, null, rc = 0;
	pid_t child;

	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || pipe2(out, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) {
		rc = -errno;
		snprintf(why, sizeof(((struct tool_run *)0)->reason), "%s", err_text(rc));
	}
	child = rc ? -1 : fork();
	if (!child)
		become(l, null, out[1], report[1]);
	if (!rc && child < 0)
		rc = -errno;
	close(null);
	close(out[1]);
	close(report[1]);
	if (!rc)
		rc = hear(report[0], why);
	close(report[0]);
	if (rc) {
		close(out[0]);
		return rc;
	}
	*pid = child;
	*output = out[0];
	return 0;
}
