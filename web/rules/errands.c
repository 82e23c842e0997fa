/* SPDX-License-Identifier: Apache-2.0 */
#include "web/rules/errands.h"

#include "base/ipc.h"
#include "base/loop.h"
#include "web/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER (64 << 10)      /* of the socket; what is long travels beside it */
#define ANSWER_MOST (64 << 20) /* bytes */

/* One question. */
struct asked {
	struct ipc *judge;
	struct loop_event *event;
	struct http_live *live;
	unsigned status; /* 0: it ended without an answer */
	char *text;
};

static void asked_free(void *arg)
{
	struct asked *a = arg;

	loop_event_free(a->event);
	ipc_free(a->judge);
	free(a->text);
	free(a);
}

static void take_outcome(struct asked *a, int fd)
{
	struct trial_outcome head;
	char *bytes;
	size_t len;

	if (ipc_read_bulk(fd, ANSWER_MOST, &bytes, &len))
		return;
	if (len > sizeof(head)) {
		memcpy(&head, bytes, sizeof(head));
		memmove(bytes, bytes + sizeof(head), len + 1 - sizeof(head));
		a->status = head.status;
		a->text = bytes;
		return;
	}
	free(bytes);
}

static void judge_speaks(void *arg, int what)
{
	struct asked *a = arg;
	struct ipc_message m;
	int rc = ipc_recv(a->judge, false, &m);

	(void)what;
	if (!rc)
		return;
	if (rc == 1 && m.kind == IPC_OUTCOME)
		take_outcome(a, m.fd);
	if (rc == 1 && m.fd >= 0)
		close(m.fd);
	loop_event_free(a->event);
	a->event = NULL;
	http_wake(a->live);
}

static int send_order(struct asked *a, const struct http_request *request,
		      const struct trial_order *order)
{
	size_t len = sizeof(*order) + request->body_len;
	char *whole = malloc(len);
	int rc;

	if (!whole)
		return -ENOMEM;
	memcpy(whole, order, sizeof(*order));
	if (request->body_len)
		memcpy(whole + sizeof(*order), request->body, request->body_len);
	rc = ipc_send_bulk(a->judge, IPC_TRIAL, whole, len);
	free(whole);
	return rc;
}

/* 0, and somebody is on the way. */
static int ask(struct api *api, struct asked *a, const struct http_request *request,
	       const struct trial_order *order)
{
	int fds[2], rc = ipc_pair(fds, BUFFER);

	if (rc)
		return rc;
	a->judge = ipc_new(fds[0], 0, false);
	if (!a->judge) {
		close(fds[0]);
		rc = -ENOMEM;
	}
	rc = rc ? rc : send_order(a, request, order);
	rc = rc ? rc : ipc_send_fd(api->core, IPC_JUDGE, fds[1]);
	close(fds[1]);
	if (rc)
		return rc;
	a->event = loop_fd_new(api->loop, ipc_fd(a->judge), LOOP_READ, judge_speaks, a);
	return a->event ? 0 : -ENOMEM;
}

static void give(struct asked *a, struct http_answer *answer)
{
	if (!a->status || !a->text) {
		http_answer_problem(answer, 503,
				    "all judges are at work, or this one took too long", NULL);
		return;
	}
	http_answer_text(answer, a->status == 200 ? HTTP_JSON : HTTP_PROBLEM, a->text);
	answer->status = a->status;
	a->text = NULL;
}

void errands_ask(struct api *api, const struct http_request *request,
		 const struct trial_order *order, struct http_answer *answer)
{
	struct asked *a = request->waiting ? request->waiting : calloc(1, sizeof(*a));

	if (request->waiting) {
		give(a, answer);
		return;
	}
	if (!a || ask(api, a, request, order)) {
		if (a)
			asked_free(a);
		http_answer_problem(answer, 503, "core is behind", NULL);
		return;
	}
	answer->source = (struct http_source){ .end = asked_free, .arg = a, .live = &a->live };
}
