/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/far.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "base/record.h"
#include "verify/far/peer.h"
#include "verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DELAY_FIRST (500 * MONO_MS)
#define DELAY_MOST (30 * MONO_SECOND)
#define GUESTS 8 /* connections that have not shown a certificate yet, and one that has */

struct far;

/* A vantage elsewhere. */
struct vantage {
	struct far *far;
	struct far_place place;
	struct peer *peer;
	struct loop_event *again;
	mono_t delay;
	bool told; /* that it is gone */
};

struct far {
	const struct conf *conf;
	struct ipc *near; /* to verify */
	struct loop *loop;
	struct loop_event *near_event, *door;
	struct tlslink_keys *keys;
	int listener; /* -1: it calls others */
	struct vantage vantages[FAR_MOST];
	int count;
	struct peer *guests[GUESTS], *host; /* host: the guest that gives orders */
	uint64_t nonsense;
	int status;
};

int far_address(const char *text, size_t len, struct far_place *out)
{
	const char *colon = memrchr(text, ':', len), *end = text + len;
	unsigned long port;
	char *rest;

	if (!colon || colon == text || colon + 1 == end)
		return ERR_SYNTAX;
	port = strtoul(colon + 1, &rest, 10);
	if (rest != end || !port || port > UINT16_MAX)
		return ERR_SYNTAX;
	out->port = (uint16_t)port;
	if (*text == '[' && colon[-1] == ']')
		return addr_parse(text + 1, (size_t)(colon - text) - 2, &out->addr);
	return addr_parse(text, (size_t)(colon - text), &out->addr);
}

int far_places(const char *text, struct far_place out[FAR_MOST])
{
	const char *is;
	size_t len;
	int n = 0, rc;

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		len = strcspn(text, ", ");
		is = memchr(text, '=', len);
		if (!is || is == text || is - text >= FAR_NAME_MAX)
			return ERR_SYNTAX;
		if (n == FAR_MOST)
			return ERR_RANGE;
		memset(&out[n], 0, sizeof(out[n]));
		memcpy(out[n].name, text, (size_t)(is - text));
		rc = far_address(is + 1, len - (size_t)(is + 1 - text), &out[n]);
		if (rc)
			return ERR_SYNTAX;
		n++;
		text += len;
	}
	return n;
}

static void to_near(struct far *f, enum ipc_kind kind, const void *record)
{
	int rc = ipc_send(f->near, kind, record);

	if (!rc)
		rc = ipc_flush(f->near);
	if (rc && rc != -EAGAIN)
		loop_stop(f->loop);
}

static void tell_trouble(struct vantage *v, bool over)
{
	struct trouble_news news = { .time_us = mono_wall(),
				     .trouble = TROUBLE_VANTAGE,
				     .over = over };

	if (v->told == !over)
		return;
	v->told = !over;
	record_text_set(news.source, sizeof(news.source), v->place.name);
	to_near(v->far, IPC_TROUBLE, &news);
}

static void note_nonsense(struct far *f, const char *who)
{
	if (!f->nonsense++)
		log_warning("%s said what makes no sense: it was hung up on; further times are "
			    "only counted",
			    who);
}

/* Verdicts from elsewhere: whatever they say they are, they are from the vantage that was called.
 */
static void take_probe(void *arg, struct peer *peer, enum ipc_kind kind, const void *record)
{
	struct vantage *v = arg;
	struct probe p;

	(void)peer;
	if (kind != IPC_PROBE)
		return;
	memcpy(&p, record, sizeof(p));
	record_mend_probe(&p, mono_wall() + MONO_SECOND);
	record_text_set(p.vantage, sizeof(p.vantage), v->place.name);
	to_near(v->far, IPC_PROBE, &p);
}

static void vantage_news(void *arg, struct peer *peer, enum peer_news news)
{
	struct vantage *v = arg;

	if (news == PEER_NONSENSE) {
		note_nonsense(v->far, v->place.name);
		return;
	}
	if (news == PEER_UP) {
		log_info("vantage %s is there", v->place.name);
		v->delay = DELAY_FIRST;
		tell_trouble(v, true);
		return;
	}
	if (peer_is_up(peer) || !v->told)
		log_warning("vantage %s is not there", v->place.name);
	tell_trouble(v, false);
	peer_free(peer);
	v->peer = NULL;
	loop_timer_set(v->again, v->delay);
	v->delay = 2 * v->delay < DELAY_MOST ? 2 * v->delay : DELAY_MOST;
}

static void call(void *arg, int what)
{
	struct vantage *v = arg;
	const struct peer_setup setup = { .loop = v->far->loop,
					  .keys = v->far->keys,
					  .name = v->place.name,
					  .arg = v,
					  .news = vantage_news,
					  .take = take_probe };
	struct sockaddr_storage ss;
	unsigned len = addr_to_socket(&v->place.addr, v->place.port, &ss);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)what;
	if (fd >= 0 && connect(fd, (struct sockaddr *)&ss, len) && errno != EINPROGRESS) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		v->peer = peer_new(&setup, fd);
	if (v->peer)
		return;
	tell_trouble(v, false);
	loop_timer_set(v->again, v->delay);
}

/* Orders from elsewhere: only from whom showed his certificate last. */
static void take_job(void *arg, struct peer *peer, enum ipc_kind kind, const void *record)
{
	struct far *f = arg;
	struct job job;

	if (peer != f->host || kind == IPC_HELLO)
		return;
	memcpy(&job, record, sizeof(job));
	job.app[sizeof(job.app) - 1] = job.app_guess[sizeof(job.app_guess) - 1] = 0;
	job.sni[sizeof(job.sni) - 1] = 0;
	to_near(f, kind, &job);
}

static void guest_news(void *arg, struct peer *peer, enum peer_news news)
{
	struct far *f = arg;
	int i;

	if (news == PEER_NONSENSE)
		note_nonsense(f, "who gives orders");
	if (news == PEER_UP) {
		log_info("somebody who may give orders is there");
		f->host = peer;
	}
	if (news != PEER_DOWN)
		return;
	for (i = 0; i < GUESTS; i++)
		if (f->guests[i] == peer)
			f->guests[i] = NULL;
	f->host = f->host == peer ? NULL : f->host;
	peer_free(peer);
}

static void on_door(void *arg, int what)
{
	struct far *f = arg;
	const struct peer_setup setup = { .loop = f->loop,
					  .keys = f->keys,
					  .server = true,
					  .name = f->conf->link_peer,
					  .arg = f,
					  .news = guest_news,
					  .take = take_job };
	int fd = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), i;

	(void)what;
	if (fd < 0)
		return;
	for (i = 0; i < GUESTS && f->guests[i]; i++)
		;
	if (i == GUESTS)
		close(fd);
	else
		f->guests[i] = peer_new(&setup, fd);
}

/* Jobs go to all vantages, probes to who ordered them. */
static void spread(struct far *f, const struct ipc_message *m)
{
	bool job = m->kind == IPC_JOB || m->kind == IPC_NAME;
	int i;

	for (i = 0; job && i < f->count; i++)
		if (f->vantages[i].peer)
			peer_send(f->vantages[i].peer, m->kind, m->record, sizeof(struct job));
	if (m->kind == IPC_PROBE && f->host)
		peer_send(f->host, IPC_PROBE, m->record, sizeof(struct probe));
}

static void on_near(void *arg, int what)
{
	struct far *f = arg;
	struct ipc_message m;
	int rc;

	(void)what;
	while ((rc = ipc_recv(f->near, false, &m)) != 0) {
		if (rc == -EPIPE || (rc > 0 && m.kind == IPC_STOP)) {
			f->status = 0;
			loop_stop(f->loop);
			return;
		}
		if (rc < 0)
			continue;
		spread(f, &m);
		if (m.fd >= 0)
			close(m.fd);
	}
}

static int open_door(struct far *f)
{
	struct far_place at;
	struct sockaddr_storage ss;
	unsigned len;
	int rc = far_address(f->conf->listen, strlen(f->conf->listen), &at), on = 1;

	if (rc)
		return rc;
	len = addr_to_socket(&at.addr, at.port, &ss);
	f->listener = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (f->listener < 0 || setsockopt(f->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(f->listener, (struct sockaddr *)&ss, len) || listen(f->listener, GUESTS))
		return -errno;
	return 0;
}

/* What needs privilege and files. */
static bool open_all(struct far *f)
{
	const char *const files[3] = { f->conf->link_ca, f->conf->link_certificate,
				       f->conf->link_key };
	struct far_place places[FAR_MOST];
	const char *bad;
	int rc = tlslink_keys_new(files, &f->keys, &bad), i;

	if (rc) {
		log_error("%s: %s", bad ? bad : "TLS", bad ? "not to be used" : err_text(rc));
		return false;
	}
	rc = *f->conf->listen ? open_door(f) : far_places(f->conf->vantages, places);
	if (rc < 0) {
		log_error("%s: %s", *f->conf->listen ? f->conf->listen : f->conf->vantages,
			  err_text(rc));
		return false;
	}
	f->count = rc;
	for (i = 0; i < rc; i++)
		f->vantages[i] =
			(struct vantage){ .far = f, .place = places[i], .delay = DELAY_FIRST };
	return true;
}

static bool open_loop(struct far *f)
{
	int i;

	f->loop = loop_new();
	if (!f->loop)
		return false;
	f->near_event = loop_fd_new(f->loop, ipc_fd(f->near), LOOP_READ, on_near, f);
	if (f->listener >= 0)
		f->door = loop_fd_new(f->loop, f->listener, LOOP_READ, on_door, f);
	for (i = 0; i < f->count; i++) {
		f->vantages[i].again = loop_timer_new(f->loop, call, &f->vantages[i]);
		if (!f->vantages[i].again)
			return false;
		loop_timer_set(f->vantages[i].again, 0);
	}
	return f->near_event && (f->listener < 0 || f->door);
}

static bool said(int rc, const char *missing)
{
	char text[CAGE_TEXT_MAX];

	if (cage_text(rc, missing, text))
		log_say(rc ? LOG_ERROR : LOG_WARNING, "%s", text);
	return !rc;
}

static bool enter_cage(const struct conf *conf)
{
	struct cage cage = { .user = conf->user,
			     .tcp = true,
			     .best_effort = conf_is_best_effort(conf) };
	const char *missing;
	int rc = cage_enter(&cage, &missing);

	return said(rc, missing);
}

static bool seal_cage(const struct conf *conf)
{
	const char *missing;
	int rc = cage_seal(CAGE_FAR, conf_is_best_effort(conf), &missing);

	return said(rc, missing);
}

static void free_all(struct far *f)
{
	int i;

	for (i = 0; i < GUESTS; i++)
		peer_free(f->guests[i]);
	for (i = 0; i < f->count; i++) {
		peer_free(f->vantages[i].peer);
		loop_event_free(f->vantages[i].again);
	}
	loop_event_free(f->near_event);
	loop_event_free(f->door);
	loop_free(f->loop);
	tlslink_keys_free(f->keys);
	if (f->listener >= 0)
		close(f->listener);
	ipc_free(f->near);
}

int verify_far_run(const struct conf *conf, struct ipc *near)
{
	struct far f = { .conf = conf, .near = near, .listener = -1, .status = 1 };

	if (open_all(&f) && enter_cage(conf) && open_loop(&f) && seal_cage(conf)) {
		ipc_send(near, IPC_HELLO, NULL);
		ipc_flush(near);
		f.status = 0;
		loop_run(f.loop);
	}
	if (f.nonsense > 1)
		log_info("hung up on nonsense %llu times", (unsigned long long)f.nonsense);
	free_all(&f);
	return f.status;
}
