/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/joint.h"

#include "base/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct joint {
	struct ipc *far;
	struct loop_event *event;
	joint_fn fn;
	void *arg;
	struct probing word; /* for a far that is born anew */
	bool has_word;
};

static void tell_switch(struct joint *j)
{
	if (!j->has_word)
		return;
	ipc_send(j->far, IPC_PROBING, &j->word);
	ipc_flush(j->far);
}

/* Verdicts of vantages elsewhere, and how these are. */
static void on_far(void *arg, int what)
{
	struct joint *j = arg;
	struct ipc_message m;
	int rc;

	(void)what;
	while ((rc = ipc_recv(j->far, false, &m)) != 0) {
		if (rc == -EPIPE) {
			loop_event_free(j->event);
			j->event = NULL;
			return;
		}
		if (rc > 0 && m.kind == IPC_HELLO)
			tell_switch(j);
		if (rc > 0 && (m.kind == IPC_PROBE || m.kind == IPC_TROUBLE))
			j->fn(j->arg, m.kind, m.record);
		if (rc > 0 && m.fd >= 0)
			close(m.fd);
	}
}

struct joint *joint_new(struct loop *loop, struct ipc *far, joint_fn fn, void *arg)
{
	struct joint *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	*j = (struct joint){ .far = far, .fn = fn, .arg = arg };
	fcntl(ipc_fd(far), F_SETFL, O_NONBLOCK);
	j->event = loop_fd_new(loop, ipc_fd(far), LOOP_READ, on_far, j);
	if (j->event)
		return j;
	free(j);
	return NULL;
}

void joint_free(struct joint *j)
{
	if (j)
		loop_event_free(j->event);
	free(j);
}

void joint_pass(struct joint *j, const struct ipc_message *m)
{
	if (j && m->kind == IPC_PROBING) {
		j->word = *(const struct probing *)m->record;
		j->has_word = true;
		tell_switch(j);
	}
	if (!j || (m->kind != IPC_JOB && m->kind != IPC_NAME && m->kind != IPC_OUTSIDE))
		return;
	ipc_send(j->far, m->kind, m->record);
	ipc_flush(j->far);
}
