/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/relay.h"

#include "base/cage.h"
#include "base/client/client.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "base/loop.h"
#include "relay/lane.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define COLLECT 64		   /* receipts at a time */
#define PATIENCE (3 * MONO_SECOND) /* with tries that are under way when we are to end */
#define LOOK (20 * MONO_MS)

struct relay {
	const struct conf *conf;
	struct ipc *core;
	struct loop *loop;
	struct loop_event *core_event, *wake_event, *term, *end;
	struct sinks sinks;
	struct lane *lanes[SINKS_MAX];
	bool down[SINKS_MAX]; /* that it takes nothing was said */
	int wake;
	uint64_t life;
	mono_t until; /* we end; 0 not yet */
	int status;
};

/* ---- to core ---- */

static void to_core(struct relay *r, enum ipc_kind kind, const void *record)
{
	if (ipc_send(r->core, kind, record) == -EPIPE)
		loop_stop(r->loop);
}

static void say_life(struct relay *r)
{
	to_core(r, IPC_LIFE, &(struct outbox_life){ r->life });
	ipc_flush(r->core);
}

static void say_news(struct relay *r, size_t i)
{
	struct outbox_news news;
	bool down;

	if (!lane_news(r->lanes[i], &news))
		return;
	to_core(r, IPC_SINK, &news);
	down = news.down_us != 0;
	if (down == r->down[i])
		return;
	r->down[i] = down;
	if (down)
		log_warning("%s: %s; alerts wait", r->sinks.list[i].name, news.error);
	else
		log_info("%s takes alerts again", r->sinks.list[i].name);
}

static void collect(struct relay *r)
{
	struct outbox_receipt receipts[COLLECT];
	size_t i, k, count;

	for (i = 0; i < r->sinks.count; i++) {
		say_news(r, i);
		while ((count = lane_collect(r->lanes[i], receipts, COLLECT)))
			for (k = 0; k < count; k++)
				to_core(r, IPC_RECEIPT, &receipts[k]);
	}
	ipc_flush(r->core);
}

static void on_wake(void *arg, int what)
{
	struct relay *r = arg;
	uint64_t times;

	(void)what;
	if (read(r->wake, &times, sizeof(times)) < 0)
		return;
	collect(r);
}

/* ---- from core ---- */

static struct lane *find(struct relay *r, const char *sink)
{
	char name[OUTBOX_SINK_MAX];
	int i;

	memcpy(name, sink, sizeof(name));
	name[sizeof(name) - 1] = 0;
	i = sinks_find(&r->sinks, name);
	return i < 0 ? NULL : r->lanes[i];
}

static void take_parcel(struct relay *r, const struct outbox_parcel *parcel)
{
	struct lane *lane = find(r, parcel->sink);

	/* One of another life of ours comes again in its place. */
	if (lane && parcel->life == r->life)
		lane_put(lane, parcel);
}

static void take(struct relay *r, const struct ipc_message *m)
{
	const struct outbox_receipt *settled = m->record;
	struct lane *lane;
	size_t i;

	switch (m->kind) {
	case IPC_PARCEL:
		take_parcel(r, m->record);
		break;
	case IPC_RECEIPT:
		lane = find(r, settled->sink);
		if (lane)
			lane_settle(lane, settled);
		break;
	case IPC_LIFE:
		for (i = 0; i < r->sinks.count; i++)
			lane_restart(r->lanes[i]);
		say_life(r);
		break;
	default:
		log_warning("unexpected message %d from core", m->kind);
	}
}

static void on_core(void *arg, int what)
{
	struct relay *r = arg;
	struct ipc_message m;
	int rc;

	(void)what;
	while ((rc = ipc_recv(r->core, false, &m))) {
		if (rc == -EPIPE) {
			loop_stop(r->loop);
			return;
		}
		if (rc < 0)
			continue;
		take(r, &m);
		if (m.fd >= 0)
			close(m.fd);
	}
}

/* ---- beginning and end ---- */

static void on_end(void *arg, int what)
{
	struct relay *r = arg;
	bool ended = true;
	size_t i;

	(void)what;
	for (i = 0; i < r->sinks.count; i++)
		ended &= lane_has_ended(r->lanes[i]);
	if (ended || mono_now() > r->until)
		loop_stop(r->loop);
	else
		loop_timer_set(r->end, LOOK);
}

static void on_term(void *arg, int what)
{
	struct relay *r = arg;
	size_t i;

	(void)what;
	r->until = mono_now() + PATIENCE;
	for (i = 0; i < r->sinks.count; i++)
		lane_stop(r->lanes[i]);
	loop_timer_set(r->end, 0);
}

/* Files and sockets that the cage will not let us have. */
static bool open_files(struct relay *r)
{
	struct hash_key key = hash_key_new();
	struct addrinfo *list = NULL;
	char error[SINKS_ERROR_MAX] = "";
	size_t i;

	r->life = key.k[0] | 1;
	r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->wake < 0 || sinks_parse(r->conf->sinks, &r->sinks, error)) {
		log_error("sinks: %s", error);
		return false;
	}
	client_start();
	/* Whatever looks names up is loaded now: later no code comes in. */
	if (!getaddrinfo("localhost", "1", NULL, &list))
		freeaddrinfo(list);
	for (i = 0; i < r->sinks.count; i++) {
		r->lanes[i] = lane_new(&r->sinks.list[i], r->wake, error);
		if (!r->lanes[i]) {
			log_error("sink %s: %s", r->sinks.list[i].name, error);
			return false;
		}
	}
	return true;
}

static bool said(int rc, const char *missing)
{
	char text[CAGE_TEXT_MAX];

	if (cage_text(rc, missing, text))
		log_say(rc ? LOG_ERROR : LOG_WARNING, "%s", text);
	return !rc;
}

/* Names are looked up by the C library's own ways, and whom to trust is a file of the system. */
static bool enter_cage(const struct relay *r)
{
	struct cage cage = { .user = r->conf->user,
			     .read_only = { "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
					    "/etc/host.conf", "/etc/gai.conf", "/etc/services",
					    "/etc/ssl/certs", "/usr/share/ca-certificates",
					    "/etc/ssl/openssl.cnf", "/etc/localtime" },
			     .tcp = true,
			     .best_effort = conf_is_best_effort(r->conf) };
	char folders[SINKS_MAX][PATH_MAX];
	const char *missing;
	size_t i, n = 0;
	int rc;

	/* Files begin anew, in their folders. */
	for (i = 0; i < r->sinks.count; i++)
		if (r->sinks.list[i].kind == SINK_FILE) {
			snprintf(folders[n], PATH_MAX, "%s", sinks_file(&r->sinks.list[i]));
			cage.writable[n] = dirname(folders[n]);
			n++;
		}
	rc = cage_enter(&cage, &missing);
	return said(rc, missing);
}

static bool start(struct relay *r)
{
	const char *missing;
	size_t i;
	int rc = 0;

	r->loop = loop_new();
	if (!r->loop)
		return false;
	r->core_event = loop_fd_new(r->loop, ipc_fd(r->core), LOOP_READ, on_core, r);
	r->wake_event = loop_fd_new(r->loop, r->wake, LOOP_READ, on_wake, r);
	r->term = loop_signal_new(r->loop, SIGTERM, on_term, r);
	r->end = loop_timer_new(r->loop, on_end, r);
	if (!r->core_event || !r->wake_event || !r->term || !r->end)
		return false;
	for (i = 0; i < r->sinks.count && !rc; i++)
		rc = lane_start(r->lanes[i]);
	if (rc) {
		log_error("thread: %s", err_text(rc));
		return false;
	}
	rc = cage_seal(CAGE_RELAY, conf_is_best_effort(r->conf), &missing);
	return said(rc, missing);
}

int relay_run(const struct conf *conf, struct ipc *core)
{
	struct relay r = { .conf = conf, .core = core, .wake = -1, .status = 1 };

	if (open_files(&r) && enter_cage(&r) && start(&r)) {
		say_life(&r);
		r.status = 0;
		loop_run(r.loop);
		collect(&r);
	}
	/* Threads may still wait for a receiver that does not answer: nothing they use is freed. */
	_exit(r.status);
}
