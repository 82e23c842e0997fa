/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/peer.h"

#include "base/record.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREET_WAIT (10 * MONO_SECOND) /* for a connection and its handshake */
#define RECORD_MOST 8192
#define READS 64 /* in a turn */

_Static_assert(sizeof(struct probe) <= RECORD_MOST && sizeof(struct job) <= RECORD_MOST,
	       "records fit the buffer");

struct peer {
	struct peer_setup with;
	int fd;
	struct tlslink *link; /* NULL: still connecting */
	struct loop_event *event, *timer;
	int watched; /* LOOP_ words */
	bool up, over;
	uint64_t sequence;
	size_t in_len, out_len;
	_Alignas(8) uint8_t in[sizeof(struct ipc_header) + RECORD_MOST];
	uint8_t out[PEER_OUT];
};

static void on_ready(void *arg, int what);

static void watch(struct peer *p, int what)
{
	if (p->event && p->watched == what)
		return;
	loop_event_free(p->event);
	p->watched = what;
	p->event = loop_fd_new(p->with.loop, p->fd, what, on_ready, p);
}

/* The end, which may free it. */
static void end(struct peer *p, enum peer_news news)
{
	if (p->over)
		return;
	p->over = true;
	p->up = false;
	loop_event_free(p->event);
	p->event = NULL;
	if (news == PEER_NONSENSE)
		p->with.news(p->with.arg, p, news);
	p->with.news(p->with.arg, p, PEER_DOWN);
}

static void on_late(void *arg, int what)
{
	struct peer *p = arg;

	(void)what;
	if (!p->up)
		end(p, PEER_DOWN);
}

/* The size of a record that this side takes; -1: it takes none such. */
static int size_of(bool obeys, unsigned kind)
{
	if (kind == IPC_HELLO)
		return 0;
	if (obeys)
		return kind == IPC_PROBING		     ? (int)sizeof(struct probing)
		       : kind == IPC_JOB || kind == IPC_NAME ? (int)sizeof(struct job)
							     : -1;
	return kind == IPC_PROBE ? (int)sizeof(struct probe) : -1;
}

int peer_parse(bool obeys, const uint8_t *bytes, size_t len, struct ipc_header *out)
{
	int size;

	if (len < sizeof(*out))
		return 0;
	memcpy(out, bytes, sizeof(*out));
	size = size_of(obeys, out->kind);
	if (out->version != RECORD_VERSION || size < 0 || out->length != (uint32_t)size)
		return -EPROTO;
	return len < sizeof(*out) + (size_t)size ? 0 : (int)sizeof(*out) + size;
}

/* Takes the records that are complete. False: there is something else among them. */
static bool take_records(struct peer *p)
{
	struct ipc_header h;
	int whole;

	while ((whole = peer_parse(p->with.obeys, p->in, p->in_len, &h)) > 0) {
		p->with.take(p->with.arg, p, h.kind, p->in + sizeof(h));
		p->in_len -= (size_t)whole;
		memmove(p->in, p->in + whole, p->in_len);
	}
	return whole == 0;
}

/* 0, -EPIPE, or -EPROTO: nonsense. */
static int read_some(struct peer *p)
{
	ssize_t n = 1;
	int i;

	for (i = 0; i < READS && n > 0; i++) {
		n = tlslink_recv(p->link, p->in + p->in_len, sizeof(p->in) - p->in_len);
		if (n <= 0)
			break;
		p->in_len += (size_t)n;
		if (!take_records(p))
			return -EPROTO;
	}
	return n < 0 ? -EPIPE : 0;
}

static int write_some(struct peer *p)
{
	ssize_t n = 1;
	size_t sent = 0;

	while (sent < p->out_len) {
		n = tlslink_send(p->link, p->out + sent, p->out_len - sent);
		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	p->out_len -= sent;
	memmove(p->out, p->out + sent, p->out_len);
	return n < 0 ? -EPIPE : 0;
}

static int connected(struct peer *p)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &len) || error)
		return -EPIPE;
	p->link = tlslink_new(p->with.keys, p->fd, p->with.server, p->with.name);
	return p->link ? 0 : -ENOMEM;
}

static int step(struct peer *p)
{
	int rc = p->link ? 0 : connected(p);

	if (!rc && !p->up) {
		rc = tlslink_greet(p->link);
		if (rc <= 0)
			return rc;
		p->up = true;
		loop_timer_stop(p->timer);
		p->with.news(p->with.arg, p, PEER_UP);
		rc = 0;
	}
	if (!rc)
		rc = read_some(p);
	return rc ? rc : write_some(p);
}

static void on_ready(void *arg, int what)
{
	struct peer *p = arg;
	int rc = step(p);

	(void)what;
	if (rc < 0)
		end(p, rc == -EPROTO ? PEER_NONSENSE : PEER_DOWN);
	else
		watch(p, LOOP_READ | (p->out_len || (!p->up && tlslink_wants_write(p->link))
					      ? LOOP_WRITE
					      : 0));
}

struct peer *peer_new(const struct peer_setup *setup, int fd)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (p) {
		p->with = *setup;
		p->fd = fd;
		p->timer = loop_timer_new(setup->loop, on_late, p);
		watch(p, LOOP_WRITE);
	}
	if (!p || !p->timer || !p->event) {
		if (p)
			peer_free(p);
		else
			close(fd);
		return NULL;
	}
	loop_timer_set(p->timer, GREET_WAIT);
	return p;
}

void peer_free(struct peer *p)
{
	if (!p)
		return;
	loop_event_free(p->event);
	loop_event_free(p->timer);
	tlslink_free(p->link);
	close(p->fd);
	free(p);
}

bool peer_is_up(const struct peer *p)
{
	return p->up;
}

bool peer_is_named(const struct peer *p, const char *name)
{
	return p->up && tlslink_is_named(p->link, name);
}

bool peer_send(struct peer *p, enum ipc_kind kind, const void *record, size_t size)
{
	struct ipc_header h = { .kind = (uint16_t)kind,
				.version = RECORD_VERSION,
				.length = (uint32_t)size,
				.sequence = p->sequence };

	if (!p->up || p->out_len + sizeof(h) + size > sizeof(p->out))
		return false;
	p->sequence++;
	memcpy(p->out + p->out_len, &h, sizeof(h));
	if (size)
		memcpy(p->out + p->out_len + sizeof(h), record, size);
	p->out_len += sizeof(h) + size;
	watch(p, LOOP_READ | LOOP_WRITE);
	return true;
}
