/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/visit.h"

#include "verify/talk/dial.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES_MOST (64 << 10) /* of one visit */

/* Connecting, before TLS, in its handshake, at the door itself. */
enum phase { PHASE_CONNECT, PHASE_STARTTLS, PHASE_HANDSHAKE, PHASE_DOOR };

struct visit {
	const struct talk_room *room; /* borrowed */
	struct visit_order order;
	visit_fn fn;
	void *arg;
	int fd;
	struct loop_event *ready, *failed;
	struct tls *tls;
	enum phase phase;
	unsigned repeats; /* SYNs */
	size_t total;
	struct door_talk talk;
};

static void on_ready(void *arg, int what);

/* The last thing done with `v`. */
static void finish(struct visit *v)
{
	v->fn(v->arg, v, v->talk.next);
}

static void on_failed(void *arg, int what)
{
	(void)what;
	finish(arg);
}

int visit_open(const struct talk_room *room, const struct visit_order *order, visit_fn fn,
	       void *arg, struct visit **out)
{
	struct visit *v = calloc(1, sizeof(*v));
	int early, rc;

	if (!v)
		return -ENOMEM;
	v->room = room;
	v->order = *order;
	v->fn = fn;
	v->arg = arg;
	v->talk.probe = order->probe;
	v->talk.host = order->host;
	v->talk.agent = order->agent;
	v->talk.sni = order->sni;
	rc = v->fd = dial_open(room->budget, room->source, order->way, &early);
	if (rc >= 0) {
		v->ready = loop_fd_new(room->loop, v->fd, LOOP_WRITE, on_ready, v);
		v->failed = loop_timer_new(room->loop, on_failed, v);
		rc = v->ready && v->failed ? 0 : -ENOMEM;
	}
	if (rc) {
		visit_free(v);
		return rc;
	}
	if (early != EINPROGRESS && early != EISCONN)
		loop_timer_set(v->failed, 0);
	*out = v;
	return 0;
}

void visit_free(struct visit *v)
{
	if (!v)
		return;
	loop_event_free(v->ready);
	loop_event_free(v->failed);
	tls_free(v->tls);
	if (v->fd >= 0)
		close(v->fd);
	free(v);
}

size_t visit_heard(const struct visit *v)
{
	return v->total;
}

unsigned visit_dials(const struct visit *v)
{
	return 1 + (v->phase == PHASE_CONNECT ? source_repeats(v->fd) : v->repeats);
}

static bool send_out(const struct visit *v, const void *bytes, size_t len)
{
	return send(v->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool send_tls(struct visit *v)
{
	uint8_t out[4096];
	size_t n;

	while ((n = tls_take(v->tls, out, sizeof(out))))
		if (!send_out(v, out, n))
			return false;
	return true;
}

/* Sends what the door wants said. */
static bool say(struct visit *v)
{
	size_t len = v->talk.out_len;

	v->talk.out_len = 0;
	if (!len)
		return true;
	if (!v->tls)
		return send_out(v, v->talk.out, len);
	return !tls_send(v->tls, v->talk.out, len) && send_tls(v);
}

static bool go_to(struct visit *v, const struct door *door)
{
	v->talk.door = door;
	door_open(&v->talk);
	return say(v);
}

/* False: it is over. */
static bool begin_tls(struct visit *v)
{
	if (v->tls)
		return false;
	v->phase = PHASE_HANDSHAKE;
	v->tls = tls_new(v->room->tls, v->order.sni, v->order.offer_alpn);
	if (!v->tls)
		return false;
	tls_step(v->tls);
	return send_tls(v);
}

/* False: there is nothing to be done there. */
static bool begin_door(struct visit *v)
{
	v->phase = PHASE_DOOR;
	return v->order.door && go_to(v, v->order.door);
}

static bool begin(struct visit *v)
{
	if (v->order.starttls) {
		v->phase = PHASE_STARTTLS;
		return go_to(v, v->order.starttls);
	}
	return v->order.tls ? begin_tls(v) : begin_door(v);
}

/* TLS that began inside another protocol is told whole; else it is known already, but ALPN. */
static void tell_tls(struct visit *v, bool is_whole)
{
	struct tls_facts facts;
	struct probe *p = v->order.probe;

	tls_read_facts(v->tls, &facts);
	if (v->order.offer_alpn && facts.alpn[0])
		memcpy(p->alpn, facts.alpn, sizeof(p->alpn));
	if (v->order.tls && !v->order.starttls)
		return;
	if (!p->tls[0] && facts.version[0])
		tls_tell(&facts, p);
	if (v->order.starttls)
		probe_add_fact(p, FACT_STARTTLS,
			       facts.version[0] ? facts.version
			       : is_whole	? "yes"
						: "offered, but the handshake fails");
}

static bool hear_door(struct visit *v, const void *bytes, size_t len)
{
	enum door_step step = door_hear(&v->talk, bytes, len);

	if (!say(v))
		return false;
	if (step == DOOR_WAIT)
		return true;
	if (step == DOOR_DONE)
		return false;
	return v->phase == PHASE_DOOR || v->order.tls ? begin_tls(v) : begin_door(v);
}

static bool hear_tls(struct visit *v, const void *bytes, size_t len)
{
	uint8_t plain[4096];
	bool fresh = false;
	int rc;

	if (tls_put(v->tls, bytes, len))
		return false;
	if (v->phase == PHASE_HANDSHAKE) {
		rc = tls_step(v->tls);
		fresh = rc != 0;
		if (!send_tls(v) || fresh)
			tell_tls(v, rc > 0);
		if (rc < 0 || (fresh && (v->talk.door == v->order.door || !begin_door(v))))
			return false;
		if (!fresh)
			return true;
	}
	while ((rc = tls_recv(v->tls, plain, sizeof(plain))) > 0)
		if (!hear_door(v, plain, (size_t)rc))
			return false;
	if (rc < 0)
		hear_door(v, NULL, 0);
	return rc >= 0;
}

/* False: it is over. */
static bool hear(struct visit *v)
{
	uint8_t bytes[4096];
	ssize_t n = recv(v->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	dial_hasten(v->fd);
	v->total += n > 0 ? (size_t)n : 0;
	if (v->total > BYTES_MOST)
		return false;
	if (n <= 0) {
		if (v->phase != PHASE_HANDSHAKE)
			hear_door(v, NULL, 0);
		else
			tell_tls(v, false);
		return false;
	}
	return v->tls ? hear_tls(v, bytes, (size_t)n) : hear_door(v, bytes, (size_t)n);
}

static bool connected(struct visit *v)
{
	int error = 0;
	socklen_t len = sizeof(error);

	v->repeats = source_repeats(v->fd);
	getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	loop_event_free(v->ready);
	v->ready = error ? NULL : loop_fd_new(v->room->loop, v->fd, LOOP_READ, on_ready, v);
	return v->ready && begin(v);
}

static void on_ready(void *arg, int what)
{
	struct visit *v = arg;

	(void)what;
	if (!(v->phase == PHASE_CONNECT ? connected(v) : hear(v)))
		finish(v);
}
