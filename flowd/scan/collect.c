/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 50		/* between two looks whether it has ended */
#define PRINTED_MOST (64 << 20) /* bytes; who goes on has no end */
#define PIECE 65536

struct wait {
	const struct collect *c;
	struct tool_run *run;
	char *text;
	uint64_t printed;
	bool closed; /* it says no more */
};

/* Takes what waits. */
static void take(struct wait *s)
{
	char piece[PIECE];
	size_t room = s->c->most - s->run->output;
	char *to = room ? s->text + s->run->output : piece;
	ssize_t len = read(s->c->output, to, room && room < PIECE ? room : PIECE);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		s->closed = true;
		return;
	}
	s->printed += (uint64_t)len;
	if (room)
		s->run->output += (uint32_t)len;
	else
		s->run->truncated = 1;
}

static void end(struct wait *s, enum run_state how, const char *why)
{
	kill(s->c->pid, SIGKILL);
	s->run->state = (uint8_t)how;
	snprintf(s->run->reason, sizeof(s->run->reason), "%s", why);
}

static void note(struct tool_run *run, int status)
{
	run->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	run->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (run->state != RUN_RUNNING)
		return;
	run->state = RUN_FINISHED;
	if (run->signal) {
		run->state = RUN_FAILED;
		snprintf(run->reason, sizeof(run->reason), "%s",
			 run->signal == SIGXCPU || run->signal == SIGKILL
				 ? "it took more processor time than it may"
			 : run->signal == SIGXFSZ ? "it wrote more than it may"
						  : "it was ended by a signal");
	}
}

/* Somebody has hung up; what he may have said beside is not looked at. */
static bool is_gone(const struct pollfd *asker)
{
	return asker->revents & (POLLHUP | POLLERR);
}

int collect(const struct collect *c, struct tool_run *run, char *text)
{
	struct wait s = { .c = c, .run = run, .text = text };
	struct pollfd fds[2] = { { .fd = c->asker, .events = 0 },
				 { .fd = c->output, .events = POLLIN } };
	int status = 0;
	pid_t ended = 0;

	fcntl(c->output, F_SETFL, O_NONBLOCK);
	while (!ended) {
		fds[1].fd = s.closed ? -1 : c->output;
		poll(fds, 2, LOOK_MS);
		if (is_gone(&fds[0])) {
			kill(c->pid, SIGKILL);
			waitpid(c->pid, &status, 0);
			return -EPIPE;
		}
		if (fds[1].revents)
			take(&s);
		if (run->state == RUN_RUNNING && mono_now() >= c->until)
			end(&s, RUN_TIMEOUT, "it took longer than it may");
		if (run->state == RUN_RUNNING && s.printed > PRINTED_MOST)
			end(&s, RUN_FAILED, "it said more than 64 MiB");
		ended = waitpid(c->pid, &status, WNOHANG);
	}
	/* What it said last; a process that it has left behind is not waited for. */
	fds[1].fd = c->output;
	while (!s.closed && s.printed <= PRINTED_MOST && poll(&fds[1], 1, 0) > 0)
		take(&s);
	note(run, status);
	return 0;
}
