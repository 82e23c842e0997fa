/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/far.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "base/record.h"
#include "verify/far/halt.h"
#include "verify/far/nat.h"
#include "verify/far/peer.h"
#include "verify/far/place.h"
#include "verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DELAY_FIRST (500 * MONO_MS)
#define DELAY_MOST (30 * MONO_SECOND)
#define GUESTS 8 /* connections that have not shown a certificate yet, and one that has */
#define COME_WAIT (10 * MONO_SECOND) /* then one who should have called is missed */

struct far;

/* A vantage elsewhere; for a prober that calls, who gives it orders. */
struct vantage {
	struct far *far;
	struct place place;
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
	struct halt halt;    /* of a prober that is alone */
	struct probing word; /* of the kill switch, for the vantages */
	struct nat nat;
	bool obeys;   /* it stands in core's place: orders come from elsewhere */
	int listener; /* -1: nobody calls */
	struct vantage vantages[PLACE_MOST];
	int count;
	struct peer *guests[GUESTS], *host; /* host: who gives orders */
	unsigned next_guest;		    /* to be put out when there is no room */
	uint64_t nonsense;
	int status;
};

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

	if (v->told == !over || v->far->obeys)
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
static void take_probe(struct vantage *v, enum ipc_kind kind, const void *record)
{
	struct probe p;

	if (kind != IPC_PROBE)
		return;
	memcpy(&p, record, sizeof(p));
	record_mend_probe(&p, mono_wall() + MONO_SECOND);
	record_text_set(p.vantage, sizeof(p.vantage), v->place.name);
	nat_turn_probe(&v->far->nat, &p);
	to_near(v->far, IPC_PROBE, &p);
}

static void take_job(struct far *f, struct peer *peer, enum ipc_kind kind, const void *record)
{
	struct job job;

	if (peer != f->host || kind == IPC_HELLO)
		return;
	if (kind == IPC_PROBING) {
		halt_hear(&f->halt, record);
		return;
	}
	memcpy(&job, record, sizeof(job));
	job.app[sizeof(job.app) - 1] = job.app_guess[sizeof(job.app_guess) - 1] = 0;
	job.sni[sizeof(job.sni) - 1] = 0;
	to_near(f, kind, &job);
}

/* Who was called says something. */
static void take_called(void *arg, struct peer *peer, enum ipc_kind kind, const void *record)
{
	struct vantage *v = arg;

	if (v->far->obeys)
		take_job(v->far, peer, kind, record);
	else
		take_probe(v, kind, record);
}

static void greet_host(struct far *f, struct peer *peer)
{
	log_info("somebody who may give orders is there");
	f->host = peer;
}

/* Jobs that wait there would else be probed though the kill switch is pulled here. */
static void vantage_up(struct vantage *v)
{
	log_info("vantage %s is there", v->place.name);
	peer_send(v->peer, IPC_PROBING, &v->far->word, sizeof(v->far->word));
	tell_trouble(v, true);
}

static void vantage_news(void *arg, struct peer *peer, enum peer_news news)
{
	struct vantage *v = arg;

	if (news == PEER_NONSENSE) {
		note_nonsense(v->far, v->place.name);
		return;
	}
	if (news == PEER_UP) {
		if (v->far->obeys)
			greet_host(v->far, peer);
		else
			vantage_up(v);
		v->delay = DELAY_FIRST;
		return;
	}
	if (v->delay == DELAY_FIRST)
		log_warning("%s is not there", v->place.name);
	tell_trouble(v, false);
	v->far->host = v->far->host == peer ? NULL : v->far->host;
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
					  .obeys = v->far->obeys,
					  .name = v->place.name,
					  .arg = v,
					  .news = vantage_news,
					  .take = take_called };
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

/* The vantage that a guest turned out to be; NULL: none. */
static struct vantage *vantage_of(struct far *f, const struct peer *peer)
{
	int i;

	for (i = 0; i < f->count; i++)
		if (f->vantages[i].peer == peer)
			return &f->vantages[i];
	return NULL;
}

static void take_guest(void *arg, struct peer *peer, enum ipc_kind kind, const void *record)
{
	struct far *f = arg;
	struct vantage *v = f->obeys ? NULL : vantage_of(f, peer);

	if (f->obeys)
		take_job(f, peer, kind, record);
	else if (v)
		take_probe(v, kind, record);
}

static void forget_guest(struct far *f, const struct peer *peer)
{
	int i;

	for (i = 0; i < GUESTS; i++)
		if (f->guests[i] == peer)
			f->guests[i] = NULL;
}

/* One that was awaited has called; it may have been cut off from an earlier call. False: nobody
 * awaits it. */
static bool adopt(struct far *f, struct peer *peer)
{
	struct vantage *v;

	for (v = f->vantages; v < f->vantages + f->count; v++)
		if (!v->place.port && peer_is_named(peer, v->place.name)) {
			forget_guest(f, peer);
			peer_free(v->peer);
			v->peer = peer;
			vantage_up(v);
			return true;
		}
	return false;
}

static void guest_news(void *arg, struct peer *peer, enum peer_news news)
{
	struct far *f = arg;
	struct vantage *v = vantage_of(f, peer);

	if (news == PEER_NONSENSE)
		note_nonsense(f, v ? v->place.name : "who called");
	if (news == PEER_UP && f->obeys)
		greet_host(f, peer);
	else if (news == PEER_UP && !adopt(f, peer))
		note_nonsense(f, "a certificate with a name that is no vantage's");
	if (news != PEER_DOWN)
		return;
	forget_guest(f, peer);
	f->host = f->host == peer ? NULL : f->host;
	if (v) {
		log_warning("%s is not there", v->place.name);
		v->peer = NULL;
		tell_trouble(v, false);
	}
	peer_free(peer);
}

/* Who should have called. */
static void on_missed(void *arg, int what)
{
	struct vantage *v = arg;

	(void)what;
	if (!v->peer)
		tell_trouble(v, false);
}

/* A place for a guest; who has shown no certificate makes room when there is none. */
static struct peer **place_for_guest(struct far *f)
{
	struct peer **place;
	unsigned i;

	for (i = 0; i < GUESTS; i++)
		if (!f->guests[i])
			return &f->guests[i];
	for (i = 0; i < GUESTS; i++) {
		place = &f->guests[f->next_guest++ % GUESTS];
		if (*place == f->host)
			continue;
		peer_free(*place);
		*place = NULL;
		return place;
	}
	return NULL;
}

static void on_door(void *arg, int what)
{
	struct far *f = arg;
	const struct peer_setup setup = { .loop = f->loop,
					  .keys = f->keys,
					  .server = true,
					  .obeys = f->obeys,
					  .name = f->obeys ? f->conf->link_peer : NULL,
					  .arg = f,
					  .news = guest_news,
					  .take = take_guest };
	int fd = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct peer **place;

	(void)what;
	if (fd < 0)
		return;
	place = place_for_guest(f);
	if (place)
		*place = peer_new(&setup, fd);
	else
		close(fd);
}

static void to_vantages(struct far *f, enum ipc_kind kind, const void *record, size_t size)
{
	int i;

	for (i = 0; i < f->count; i++)
		if (f->vantages[i].peer)
			peer_send(f->vantages[i].peer, kind, record, size);
}

/* Jobs go to all vantages, probes to who ordered them. */
static void spread(struct far *f, const struct ipc_message *m)
{
	struct job job;

	if (m->kind == IPC_JOB || m->kind == IPC_NAME) {
		memcpy(&job, m->record, sizeof(job));
		nat_turn_job(&f->nat, &job);
		to_vantages(f, m->kind, &job, sizeof(job));
	}
	if (m->kind == IPC_OUTSIDE)
		nat_hear(&f->nat, m->record);
	if (m->kind == IPC_PROBING)
		to_vantages(f, m->kind, &f->word, sizeof(f->word));
	if (m->kind == IPC_PROBE && f->host && !((const struct probe *)m->record)->partial)
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
		if (m.kind == IPC_PROBING)
			f->word = *(const struct probing *)m.record;
		if (m.kind == IPC_HELLO && f->obeys)
			halt_tell(&f->halt);
		spread(f, &m);
		if (m.fd >= 0)
			close(m.fd);
	}
}

/* What needs privilege and files. */
static bool open_all(struct far *f)
{
	const char *const files[3] = { f->conf->link_ca, f->conf->link_certificate,
				       f->conf->link_key };
	struct place places[PLACE_MOST];
	const char *bad;
	int rc = tlslink_keys_new(files, &f->keys, &bad), i;

	if (rc) {
		log_error("%s: %s", bad ? bad : "TLS", bad ? "not to be used" : err_text(rc));
		return false;
	}
	if (*f->conf->listen && (f->listener = place_listen(f->conf->listen, GUESTS)) < 0) {
		log_error("%s: %s", f->conf->listen, err_text(f->listener));
		return false;
	}
	f->count = place_of_conf(f->conf, places);
	if (f->count < 0) {
		log_error("vantages, or connect: %s", err_text(f->count));
		return false;
	}
	for (i = 0; i < f->count; i++)
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
		struct vantage *v = &f->vantages[i];

		v->again = loop_timer_new(f->loop, v->place.port ? call : on_missed, v);
		if (!v->again)
			return false;
		loop_timer_set(v->again, v->place.port ? 0 : COME_WAIT);
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
	halt_close(&f->halt);
	nat_free(&f->nat);
	loop_event_free(f->near_event);
	loop_event_free(f->door);
	loop_free(f->loop);
	tlslink_keys_free(f->keys);
	if (f->listener >= 0)
		close(f->listener);
	ipc_free(f->near);
}

int verify_far_run(const struct conf *conf, struct ipc *near, struct ipc *parent)
{
	struct far f = { .conf = conf,
			 .near = near,
			 .obeys = conf_is_prober(conf),
			 .listener = -1,
			 .word = { .enabled = 1 },
			 .status = 1 };

	if (open_all(&f) && enter_cage(conf) && open_loop(&f) &&
	    halt_open(&f.halt, f.loop, near, f.obeys ? parent : NULL) && seal_cage(conf)) {
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
