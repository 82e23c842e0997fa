/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/crew.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define ROLES_MAX 16
#define ERRAND_BUFFER (64 << 10) /* of its socket; what is long travels as a bulk message */

struct crew {
	struct ipc *parent;
	struct announce *announce;
	struct backlog *backlog;
	struct loop_event *event;
	struct role_news last[ROLES_MAX]; /* of each role */
	size_t count;
	struct rules_news rules; /* time 0: none yet */
};

static void take(struct crew *c, const struct role_news *news)
{
	size_t i;

	for (i = 0; i < c->count && strncmp(c->last[i].role, news->role, sizeof(news->role)); i++)
		;
	if (i == ROLES_MAX)
		return;
	c->last[i] = *news;
	c->count += i == c->count;
	/* A first start is no news. */
	announce_role(c->announce, news, news->falls || !news->running);
}

static void parent_speaks(void *arg, int what)
{
	struct crew *c = arg;
	struct ipc_message m;
	int rc;

	(void)what;
	while ((rc = ipc_recv(c->parent, false, &m))) {
		if (rc == 1 && m.kind == IPC_ROLE)
			take(c, m.record);
		if (rc == 1 && m.kind == IPC_RULES) {
			c->rules = *(const struct rules_news *)m.record;
			announce_rules(c->announce, &c->rules);
		}
		if (rc == 1 && m.kind == IPC_PROBING)
			backlog_switch(c->backlog, m.record);
		if (rc == 1 && m.fd >= 0)
			close(m.fd);
		if (rc == -EPIPE) {
			loop_event_free(c->event);
			c->event = NULL;
			return;
		}
	}
}

struct crew *crew_new(struct loop *loop, struct ipc *parent, struct announce *announce,
		      struct backlog *backlog)
{
	struct crew *c = parent ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		ipc_free(parent);
		return NULL;
	}
	c->parent = parent;
	c->announce = announce;
	c->backlog = backlog;
	c->event = loop_fd_new(loop, ipc_fd(parent), LOOP_READ, parent_speaks, c);
	return c;
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	loop_event_free(c->event);
	ipc_free(c->parent);
	free(c);
}

void crew_tell(const struct crew *c)
{
	size_t i;

	for (i = 0; c && i < c->count; i++)
		announce_role(c->announce, &c->last[i], false);
	if (!c)
		return;
	if (c->rules.time_us)
		announce_rules(c->announce, &c->rules);
	backlog_tell(c->backlog);
}

void crew_reload(struct crew *c)
{
	if (!c)
		return;
	ipc_send(c->parent, IPC_RELOAD, NULL);
	ipc_flush(c->parent);
}

int crew_pass(struct crew *c, const struct ipc_message *wish)
{
	if (wish->fd < 0)
		return 1;
	/* Where it cannot be passed on, web sees the socket end: it is told and asks again. */
	if (c)
		ipc_send_fd(c->parent, wish->kind, wish->fd);
	return 0;
}

struct ipc *crew_errand(struct crew *c, enum ipc_kind kind)
{
	struct ipc *own;
	int fds[2];

	if (!c || ipc_pair(fds, ERRAND_BUFFER))
		return NULL;
	own = ipc_new(fds[0], 0, false);
	if (!own) {
		close(fds[0]);
	} else if (ipc_send_fd(c->parent, kind, fds[1])) {
		ipc_free(own);
		own = NULL;
	}
	close(fds[1]);
	return own;
}
