/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/talk.h"

#include "base/err.h"
#include "verify/talk/dial.h"
#include "verify/talk/request.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>

#define QUIET_WAIT (200 * MONO_MS) /* after bytes that are not understood */
#define REST_WAIT (80 * MONO_MS)   /* after some that are, but may go on; and a round trip */
#define BYTES_MOST (256 << 10)	   /* of one conversation; certificates are long */

enum phase { PHASE_CONNECT, PHASE_LISTEN, PHASE_HELLO, PHASE_OVER };

struct talk {
	const struct talk_room *room; /* borrowed */
	struct talk_order order;
	talk_fn fn;
	void *arg;
	int fd;
	struct loop_event *ready, *timer;
	struct tls *tls; /* NULL: plain */
	bool inside;	 /* the handshake is finished */
	enum phase phase;
	int early;	  /* errno of a connect that failed at once */
	unsigned repeats; /* SYNs */
	mono_t started, deadline;
	size_t total; /* bytes received */
	struct talk_result result;
	size_t len;
	uint8_t bytes[BANNER_MAX]; /* plain, or the records until the handshake is finished */
};

static void on_ready(void *arg, int what);
static void on_timer(void *arg, int what);

int talk_open(const struct talk_room *room, const struct talk_order *order, talk_fn fn, void *arg,
	      struct talk **out)
{
	struct talk *t = calloc(1, sizeof(*t));
	int rc;

	if (!t)
		return -ENOMEM;
	t->room = room;
	t->order = *order;
	t->fn = fn;
	t->arg = arg;
	t->started = mono_now();
	rc = t->fd = dial_open(room->budget, room->source, &order->way, &t->early);
	if (rc >= 0) {
		t->ready = loop_fd_new(room->loop, t->fd, LOOP_WRITE, on_ready, t);
		t->timer = loop_timer_new(room->loop, on_timer, t);
		rc = t->ready && t->timer ? 0 : -ENOMEM;
	}
	if (rc) {
		talk_free(t);
		return rc;
	}
	if (t->early == EINPROGRESS || t->early == EISCONN)
		t->early = 0;
	loop_timer_set(t->timer, t->early ? 0 : order->connect_wait);
	*out = t;
	return 0;
}

void talk_free(struct talk *t)
{
	if (!t)
		return;
	loop_event_free(t->ready);
	loop_event_free(t->timer);
	tls_free(t->tls);
	if (t->fd >= 0)
		close(t->fd);
	free(t);
}

unsigned talk_repeats(const struct talk *t)
{
	return t->phase == PHASE_CONNECT ? source_repeats(t->fd) : t->repeats;
}

bool talk_is_listening(const struct talk *t)
{
	return t->phase == PHASE_LISTEN && !t->len;
}

/* The question that the bytes answer. */
static const struct book_question *question_of(const struct talk *t)
{
	struct book *book = t->room->book;
	bool by_order = t->inside || (!t->tls && t->order.hello == BANNER_ASK);

	if (by_order && t->order.question)
		return t->order.question;
	return t->inside || t->order.hello == BANNER_HTTP ? book_find(book, PROTO_TCP, "GetRequest")
							  : book_listen(book);
}

/* The database's word goes before the readers' where it says more. */
static enum book_hit look_up(struct talk *t)
{
	struct talk_result *r = &t->result;
	const struct book_question *q = question_of(t);
	const struct wire said = wire_open(t->bytes, t->len);
	struct banner *b = &r->banner;
	bool is_same;

	r->hit = q ? book_read(t->room->book, q, t->order.app, said, &r->answer) : BOOK_NONE;
	/* A server of HTTP answers as such whatever it was asked. */
	q = book_find(t->room->book, PROTO_TCP, "GetRequest");
	if (r->hit == BOOK_NONE && q && t->len > 5 && !memcmp(t->bytes, "HTTP/", 5))
		r->hit = book_read(t->room->book, q, t->order.app, said, &r->answer);
	if (r->hit != BOOK_NONE && r->answer.is_tls && !t->tls) {
		b->wants_tls = true;
		if (!strcmp(r->answer.app, "tls"))
			return r->hit;
	}
	if (r->hit == BOOK_NONE || (r->hit == BOOK_SOFT && b->app[0]))
		return r->hit;
	is_same = !strcmp(b->app, r->answer.app);
	memcpy(b->app, r->answer.app, sizeof(b->app));
	if (r->answer.product[0] || !is_same) {
		memcpy(b->product, r->answer.product, sizeof(b->product));
		memcpy(b->version, r->answer.version, sizeof(b->version));
	} else if (!b->version[0]) {
		memcpy(b->version, r->answer.version, sizeof(b->version));
	}
	return r->hit;
}

void talk_tell(const struct talk_result *r, struct probe *p)
{
	memcpy(p->app, r->banner.app, sizeof(p->app));
	memcpy(p->product, r->banner.product, sizeof(p->product));
	memcpy(p->version, r->banner.version, sizeof(p->version));
	if (r->hit != BOOK_NONE)
		answer_facts(&r->answer, p);
}

void talk_quote(const struct talk_result *r, struct probe *p)
{
	memset(p->banner, 0, sizeof(p->banner));
	memcpy(p->banner, r->said, r->said_len);
	p->banner_len = r->said_len;
}

/* The last thing done with `t`: the callee may have freed it. */
static void finish(struct talk *t, enum talk_end end)
{
	struct talk_result *r = &t->result;

	if (t->tls) {
		tls_read_facts(t->tls, &r->tls);
		r->is_tls = t->inside || r->tls.version[0];
	}
	if (t->len) {
		banner_read(t->bytes, t->len, t->order.app, &r->banner);
		look_up(t);
	}
	if (t->tls && !t->inside && !strcmp(r->banner.app, "tls")) {
		/* An alert, or a handshake that stopped half-way: nothing to be read by people. */
		r->is_tls = true;
		memset(&r->banner, 0, sizeof(r->banner));
		t->len = 0;
	}
	r->said_len = (uint16_t)(t->len < sizeof(r->said) ? t->len : sizeof(r->said));
	memcpy(r->said, t->bytes, r->said_len);
	r->end = t->len || r->is_tls ? TALK_ANSWERED : end;
	t->phase = PHASE_OVER;
	loop_timer_stop(t->timer);
	loop_event_free(t->ready);
	t->ready = NULL;
	t->fn(t->arg, r);
}

static void wait_for(struct talk *t, mono_t wait)
{
	t->deadline = mono_now() + wait;
	loop_timer_set(t->timer, wait);
}

/* The ICMP error behind a failed connect, which Linux queues since IP_RECVERR is set. */
static void read_icmp(struct talk *t)
{
	union {
		struct cmsghdr head;
		char space[512];
	} control;
	struct msghdr msg = { .msg_control = &control, .msg_controllen = sizeof(control) };
	struct sock_extended_err error;
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
	struct cmsghdr *c;
	size_t len;

	if (recvmsg(t->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		len = c->cmsg_len - CMSG_LEN(0);
		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		if (len < sizeof(error))
			continue;
		memcpy(&error, CMSG_DATA(c), sizeof(error));
		if (error.ee_origin != SO_EE_ORIGIN_ICMP && error.ee_origin != SO_EE_ORIGIN_ICMP6)
			continue;
		len -= sizeof(error);
		memcpy(&from, CMSG_DATA(c) + sizeof(error),
		       len < sizeof(from) ? len : sizeof(from));
		t->result.is_icmp = true;
		t->result.icmp_type = error.ee_type;
		t->result.icmp_code = error.ee_code;
		addr_from_socket(&from, &t->result.icmp_from, NULL);
	}
}

/* False: sending failed; errno tells whether the other side is gone. */
static bool send_out(struct talk *t, const void *bytes, size_t len)
{
	ssize_t n = send(t->fd, bytes, len, MSG_NOSIGNAL);

	if (n >= 0 && n != (ssize_t)len)
		errno = ENOBUFS;
	if (n != (ssize_t)len)
		return false;
	t->result.spoke = true;
	return true;
}

static bool send_tls(struct talk *t)
{
	uint8_t out[4096];
	size_t n;

	while ((n = tls_take(t->tls, out, sizeof(out))))
		if (!send_out(t, out, n))
			return false;
	return true;
}

/* As it is sent in the open, or inside of TLS once that is there; NULL: HTTP's usual one. */
static bool ask(struct talk *t, const struct book_question *question)
{
	const struct request request = { &t->order.way, t->room->announce, question };
	uint8_t bytes[REQUEST_MAX];
	size_t len = request_fill(&request, bytes, sizeof(bytes));

	if (!t->inside)
		return send_out(t, bytes, len);
	return (!len || !tls_send(t->tls, bytes, len)) && send_tls(t);
}

static bool say(struct talk *t, enum banner_hello hello)
{
	switch (hello) {
	case BANNER_HTTP:
		return ask(t, NULL);
	case BANNER_ASK:
		return ask(t, t->order.question);
	case BANNER_TLS:
		t->tls = tls_new(t->room->tls, t->order.sni, false);
		if (!t->tls)
			return false;
		tls_step(t->tls);
		return send_tls(t);
	default:
		return true;
	}
}

/* Says the hello, if there is one, and waits. May free `t`. */
static void speak(struct talk *t, enum banner_hello hello)
{
	t->phase = hello == BANNER_LISTEN ? PHASE_LISTEN : PHASE_HELLO;
	errno = 0;
	if (!say(t, hello)) {
		/* What this host lacks must not be held against the service. */
		finish(t, errno == EPIPE || errno == ECONNRESET ? TALK_RESET : TALK_SILENT);
		return;
	}
	wait_for(t, t->order.wait);
}

bool talk_is_dialling(const struct talk *t)
{
	return t->phase == PHASE_CONNECT;
}

void talk_prepare(struct talk *t, const struct talk_say *say)
{
	t->order.wait = say->wait;
	t->order.hello = say->hello;
	t->order.question = say->question;
	record_text_set(t->order.app, sizeof(t->order.app), say->app);
}

void talk_speak(struct talk *t, const struct talk_say *say)
{
	talk_prepare(t, say);
	if (!t->ready)
		t->ready = loop_fd_new(t->room->loop, t->fd, LOOP_READ, on_ready, t);
	if (t->ready) {
		speak(t, say->hello);
		return;
	}
	finish(t, TALK_SILENT);
}

static void connected(struct talk *t)
{
	int off = 0, error = 0;
	socklen_t len = sizeof(error);

	t->repeats = source_repeats(t->fd);
	getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	t->result.rtt = mono_now() - t->started;
	/* An accept followed at once by a reset is seen as this, never as ECONNREFUSED. */
	if (error == ECONNRESET || error == EPIPE) {
		finish(t, TALK_RESET);
		return;
	}
	if (error) {
		read_icmp(t);
		t->result.error = error;
		finish(t, TALK_UNREACHED);
		return;
	}
	/* From here on ICMP errors shall be soft again. */
	setsockopt(t->fd, IPPROTO_IP, IP_RECVERR, &off, sizeof(off));
	setsockopt(t->fd, IPPROTO_IPV6, IPV6_RECVERR, &off, sizeof(off));
	loop_event_free(t->ready);
	t->ready = loop_fd_new(t->room->loop, t->fd, LOOP_READ, on_ready, t);
	if (t->ready)
		speak(t, t->order.hello);
	else
		finish(t, TALK_SILENT);
}

static void keep(struct talk *t, const void *bytes, size_t len)
{
	size_t room = sizeof(t->bytes) - t->len;

	len = len < room ? len : room;
	memcpy(t->bytes + t->len, bytes, len);
	t->len += len;
}

/* More bytes are there: is it enough? May free `t`. */
static void judge(struct talk *t)
{
	struct talk_result *r = &t->result;
	int sure = banner_read(t->bytes, t->len, t->order.app, &r->banner);
	enum book_hit hit = sure == BANNER_DONE ? BOOK_NONE : look_up(t);
	mono_t left, quiet = QUIET_WAIT;

	if (hit == BOOK_HARD && (r->answer.product[0] || r->answer.is_last))
		sure = BANNER_DONE;
	else if (hit != BOOK_NONE || sure == BANNER_PART)
		quiet = REST_WAIT + (r->rtt < QUIET_WAIT ? r->rtt : QUIET_WAIT);
	if (sure == BANNER_DONE || t->len == sizeof(t->bytes)) {
		finish(t, TALK_ANSWERED);
		return;
	}
	left = t->deadline - mono_now();
	loop_timer_set(t->timer, left < 0 ? 0 : left < quiet ? left : quiet);
}

/* The handshake is finished: what is in there? */
static bool go_inside(struct talk *t)
{
	t->inside = true;
	t->len = 0;
	wait_for(t, t->order.wait);
	return ask(t, t->order.question);
}

/* Records came. May free `t`. */
static void hear_tls(struct talk *t, const void *bytes, size_t len)
{
	uint8_t plain[4096];
	size_t before = t->len;
	int rc;

	if (!t->inside)
		keep(t, bytes, len);
	if (tls_put(t->tls, bytes, len)) {
		finish(t, TALK_SILENT);
		return;
	}
	if (!t->inside) {
		rc = tls_step(t->tls);
		if (!send_tls(t) || rc < 0 || (rc && !go_inside(t))) {
			finish(t, TALK_ANSWERED);
			return;
		}
		if (!rc)
			return;
		before = 0;
	}
	while ((rc = tls_recv(t->tls, plain, sizeof(plain))) > 0)
		keep(t, plain, (size_t)rc);
	if (rc < 0)
		finish(t, TALK_ANSWERED);
	else if (t->len > before)
		judge(t);
}

static void hear(struct talk *t)
{
	uint8_t bytes[4096];
	ssize_t n = recv(t->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	dial_hasten(t->fd);
	t->total += n > 0 ? (size_t)n : 0;
	if (n <= 0 || t->total > BYTES_MOST) {
		finish(t, n < 0 ? TALK_RESET : TALK_CLOSED);
	} else if (t->tls) {
		hear_tls(t, bytes, (size_t)n);
	} else {
		keep(t, bytes, (size_t)n);
		judge(t);
	}
}

static void on_ready(void *arg, int what)
{
	struct talk *t = arg;

	(void)what;
	if (t->phase == PHASE_CONNECT)
		connected(t);
	else
		hear(t);
}

static void on_timer(void *arg, int what)
{
	struct talk *t = arg;

	(void)what;
	if (t->phase != PHASE_CONNECT) {
		finish(t, TALK_SILENT);
		return;
	}
	t->repeats = source_repeats(t->fd);
	if (t->early)
		read_icmp(t);
	t->result.error = t->early ? t->early : ETIMEDOUT;
	t->result.rtt = mono_now() - t->started;
	finish(t, TALK_UNREACHED);
}
