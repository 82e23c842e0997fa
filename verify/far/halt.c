/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/halt.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void halt_tell(struct halt *h)
{
	struct probing now = h->here.enabled ? h->elsewhere : h->here;

	now.enabled = h->here.enabled && h->elsewhere.enabled;
	ipc_send(h->near, IPC_PROBING, &now);
	ipc_flush(h->near);
}

void halt_hear(struct halt *h, const struct probing *word)
{
	h->elsewhere = *word;
	h->elsewhere.enabled = word->enabled != 0;
	halt_tell(h);
}

static void on_parent(void *arg, int what)
{
	struct halt *h = arg;
	struct ipc_message m;
	int rc;

	(void)what;
	while ((rc = ipc_recv(h->parent, false, &m)) != 0) {
		if (rc == -EPIPE) {
			loop_event_free(h->event);
			h->event = NULL;
			return;
		}
		if (rc > 0 && m.kind == IPC_PROBING) {
			h->here = *(const struct probing *)m.record;
			halt_tell(h);
		}
		if (rc > 0 && m.fd >= 0)
			close(m.fd);
	}
}

bool halt_open(struct halt *h, struct loop *loop, struct ipc *near, struct ipc *parent)
{
	*h = (struct halt){ .near = near,
			    .parent = parent,
			    .here = { .enabled = 1 },
			    .elsewhere = { .enabled = 1 } };
	if (!parent)
		return true;
	fcntl(ipc_fd(parent), F_SETFL, O_NONBLOCK);
	h->event = loop_fd_new(loop, ipc_fd(parent), LOOP_READ, on_parent, h);
	return h->event;
}

void halt_close(struct halt *h)
{
	loop_event_free(h->event);
}
