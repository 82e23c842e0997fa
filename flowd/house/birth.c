/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/house/birth.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

char birth_word[] = "--role"; /* argv wants it writable */

/* Puts the role's descriptors where it looks for them; the rest closes at exec. */
static int place_fds(const int *given, int count)
{
	int fds[BIRTH_FDS_MAX], i;

	for (i = 0; i < count; i++)
		fds[i] = fcntl(given[i], F_DUPFD_CLOEXEC, BIRTH_SPARE_FD);
	for (i = 0; i < count; i++)
		if (fds[i] < 0 || dup2(fds[i], BIRTH_FIRST_FD + i) < 0)
			return -1;
	/* Whoever started us may have left more open: no role is to have it. */
	return close_range(BIRTH_FIRST_FD + (unsigned)count, ~0U, CLOSE_RANGE_CLOEXEC);
}

void birth_become(const struct birth *b, const char *role, const int *fds, int count)
{
	char title[64];
	char *argv[] = { title, birth_word, (char *)role, NULL };

	snprintf(title, sizeof(title), "flowd: %s", role);
	/* Until cage_enter says it anew: nobody outlives the parent. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != b->parent)
		_exit(127);
	/* Ctrl-C goes to the whole group: the parent ends the roles in order. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_SETMASK, &b->mask, NULL);
	if (!place_fds(fds, count))
		execveat(b->self, "", argv, environ, AT_EMPTY_PATH);
	_exit(127);
}
