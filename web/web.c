/* SPDX-License-Identifier: Apache-2.0 */
#include "web/web.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/conf/hours.h"
#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "base/loop.h"
#include "store/report/report.h"
#include "web/access/access.h"
#include "web/api.h"
#include "web/backup/backups.h"
#include "web/book/alerts.h"
#include "web/handover/runs.h"
#include "web/http/doors.h"
#include "web/routes.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define TURN 256			/* messages of core between two looks at the readers */
#define SIGN_OF_LIFE (15 * MONO_SECOND) /* for readers, where nothing else is said */
#define FILES_BESIDE 1024 /* descriptors that are not connections: those of the store */

struct web {
	const struct conf *conf;
	struct ipc *core;
	struct loop *loop;
	struct loop_event *core_event, *term, *pulse;
	struct doors doors;
	char scratch[PATH_MAX];
	struct http_site site;
	struct gauge gauge;
	struct api api;
	int status;
};

static void stop(struct web *w, int status)
{
	w->status = status;
	loop_stop(w->loop);
}

static void say_health(struct web *w)
{
	char *line = api_health(&w->api);

	stream_pulse(w->api.stream, line);
	free(line);
	loop_timer_set(w->pulse, SIGN_OF_LIFE);
}

static void on_pulse(void *arg, int what)
{
	struct web *w = arg;

	(void)what;
	stream_pulse(w->api.stream, NULL);
	loop_timer_set(w->pulse, SIGN_OF_LIFE);
}

static void note(struct web *w, const struct event_row *event)
{
	if (event->finding.event != EVENT_HEALTH)
		catalog_note(w->api.catalog, &event->finding.service);
}

static void take(struct web *w, const struct ipc_message *m)
{
	switch (m->kind) {
	case IPC_EVENT:
		stream_put_event(w->api.stream, m->record);
		note(w, m->record);
		view_expect(w->api.view);
		break;
	case IPC_ALERT:
		stream_put_alert(w->api.stream, m->record);
		view_expect(w->api.view);
		break;
	case IPC_TALLY:
		gauge_take(&w->gauge, m->record);
		say_health(w);
		break;
	case IPC_ROLE:
		gauge_take_role(&w->gauge, m->record);
		say_health(w);
		break;
	case IPC_PROBING:
		w->gauge.probing = *(const struct probing *)m->record;
		say_health(w);
		break;
	case IPC_RULES:
		w->gauge.rules = *(const struct rules_news *)m->record;
		say_health(w);
		break;
	case IPC_BACKUP:
		backups_take(&w->api, m->record);
		break;
	case IPC_TOKEN:
		keys_take(&w->api.desk->keys, m->record);
		break;
	case IPC_TRIAGE:
		stream_put_passing(w->api.stream, "triage", alerts_line(m->record));
		view_expect(w->api.view);
		break;
	case IPC_RUN:
		stream_put_passing(w->api.stream, "handover", runs_line(m->record));
		view_expect(w->api.view);
		break;
	case IPC_SWEEP:
		stream_put_passing(w->api.stream, "sweep", report_sweep(m->record));
		view_expect(w->api.view);
		break;
	case IPC_TROUBLE:
		gauge_take_trouble(&w->gauge, m->record);
		say_health(w);
		break;
	default:
		log_warning("unexpected message %d from core", m->kind);
	}
	if (m->fd >= 0)
		close(m->fd);
}

static void on_core(void *arg, int what)
{
	struct web *w = arg;
	struct ipc_message m;
	int i, rc;

	(void)what;
	for (i = 0; i < TURN || ipc_has_more(w->core); i++) {
		rc = ipc_recv(w->core, false, &m);
		if (!rc)
			break;
		if (rc == ERR_VERSION || rc == ERR_SHORT || rc == ERR_UNKNOWN) {
			log_warning("message thrown away: %s", err_text(rc));
			continue;
		}
		if (rc < 0) {
			stop(w, rc != -EPIPE);
			return;
		}
		take(w, &m);
	}
	ipc_flush(w->core);
}

static void on_term(void *arg, int what)
{
	(void)what;
	stop(arg, 0);
}

static void on_opened(void *arg)
{
	struct web *w = arg;
	struct store *store = view_store(w->api.view);
	const char *six = strchr(w->conf->web_address, ':');
	int rc = stream_load(w->api.stream, store);

	if (!rc && store)
		rc = keys_load(&w->api.desk->keys, store);
	catalog_begin(w->api.catalog);
	if (rc)
		log_warning("the store is not read: %s", err_text(rc));
	log_info("%s://%s%s%s:%llu/", w->doors.certificate ? "https" : "http", six ? "[" : "",
		 w->conf->web_address, six ? "]" : "", (unsigned long long)w->conf->web_port);
	if (w->doors.certificate)
		log_info("certificate, SHA-256: %s", w->doors.print);
}

static unsigned admit(void *arg, const struct head *head, bool acts, struct http_who *who,
		      const char **wrong)
{
	const struct api *api = arg;

	return access_admit(api->desk, head, acts, who, wrong);
}

/* What acts is noted, with the id that its answer had; the rest only when more is wanted. */
static void note_request(void *arg, const struct http_done *done)
{
	bool admitted = done->status != 401 && done->status != 403 && done->status != 429;
	char client[ADDR_TEXT_MAX], status[12], took[24];
	const struct log_field fields[] = {
		{ "request_id", done->id },
		{ "method", done->method },
		{ "path", done->path },
		{ "status", status },
		{ "by", *done->who->name ? done->who->name : NULL },
		{ "client", done->head->local ? "local" : addr_text(&done->head->client, client) },
		{ "took_us", took },
		{ NULL, NULL }
	};

	(void)arg;
	snprintf(status, sizeof(status), "%u", done->status);
	snprintf(took, sizeof(took), "%lld", (long long)(done->took));
	/* That something is not there yet (503) is no fault. */
	log_with(done->status == 500 || (done->status > 500 && done->acts) ? LOG_WARNING
		 : done->acts && admitted				   ? LOG_INFO
									   : LOG_DEBUG,
		 fields, "request");
}

static void on_fresh(void *arg)
{
	struct web *w = arg;

	catalog_catch_up(w->api.catalog);
	stream_publish(w->api.stream);
}

/* A connection is a descriptor. */
static void raise_files(void)
{
	const rlim_t most = HTTP_CONNECTIONS + FILES_BESIDE;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= most)
		return;
	files.rlim_cur = most;
	if (files.rlim_max < most)
		files.rlim_max = most;
	if (!setrlimit(RLIMIT_NOFILE, &files))
		return;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	log_warning("the limit of open files is %llu: not all readers may find room",
		    (unsigned long long)files.rlim_cur);
}

/* The store's directory and the one in it that RocksDB's own log is kept in. */
static int open_folders(struct web *w, const char *state)
{
	int len = snprintf(w->scratch, sizeof(w->scratch), "%s/web", state), rc;

	if (len < 0 || (size_t)len >= sizeof(w->scratch))
		return -ENAMETOOLONG;
	if ((mkdir(state, 0750) && errno != EEXIST) || (mkdir(w->scratch, 0750) && errno != EEXIST))
		return -errno;
	/* Core gives the first, too; whoever of us is there first. */
	rc = cage_give(w->conf->user, state);
	return rc ? rc : cage_give(w->conf->user, w->scratch);
}

static bool open_outside(struct web *w, const char *state)
{
	char error[DOORS_ERROR_MAX];
	int rc;

	/* Times of day in filters; the zone is read now. */
	hours_open();
	raise_files();
	rc = open_folders(w, state);
	if (rc) {
		log_error("%s: %s", w->scratch, err_text(rc));
		return false;
	}
	if (!doors_open(&w->doors, w->conf, w->scratch, error))
		return true;
	log_error("%s", error);
	return false;
}

/* Says how closing a wall went; true: go on. */
static bool is_closed(int rc, const char *missing)
{
	char text[CAGE_TEXT_MAX];

	if (cage_text(rc, missing, text))
		log_say(rc ? LOG_ERROR : LOG_WARNING, "%s", text);
	return !rc;
}

static bool enter_cage(const struct web *w, const char *state)
{
	const struct cage cage = { .user = w->conf->user,
				   .read_only = { state },
				   .writable = { w->scratch },
				   .best_effort = conf_is_best_effort(w->conf) };
	const char *missing;
	int rc = cage_enter(&cage, &missing);

	return is_closed(rc, missing);
}

/* The store may still be opened after it: its calls are in the table. */
static bool seal_cage(const struct web *w)
{
	const char *missing;
	int rc = cage_seal(CAGE_WEB, conf_is_best_effort(w->conf), &missing);

	return is_closed(rc, missing);
}

static bool open_inside(struct web *w, const char *state)
{
	gauge_open(&w->gauge);
	w->loop = loop_new();
	w->api.stream = stream_new();
	if (!w->loop || !w->api.stream)
		return false;
	w->api.core = w->core;
	w->api.loop = w->loop;
	w->api.conf = w->conf;
	w->api.gauge = &w->gauge;
	w->api.host_keep = w->conf->deceptive_keep;
	w->api.view = view_new(w->loop, state, w->scratch);
	w->api.desk = access_new(w->conf);
	w->api.catalog = w->api.view ? catalog_new(w->loop, w->api.view) : NULL;
	w->api.order = w->api.catalog ? order_new(w->api.catalog) : NULL;
	w->site = (struct http_site){ .routes = routes,
				      .origins = w->conf->web_cors,
				      .connections = w->conf->web_connections,
				      .admit = admit,
				      .done = note_request,
				      .arg = &w->api };
	w->api.http = http_new(w->loop, &w->site);
	w->core_event = loop_fd_new(w->loop, ipc_fd(w->core), LOOP_READ, on_core, w);
	w->term = loop_signal_new(w->loop, SIGTERM, on_term, w);
	w->pulse = loop_timer_new(w->loop, on_pulse, w);
	if (!w->api.view || !w->api.desk || !w->api.order || !w->api.http || !w->core_event ||
	    !w->term || !w->pulse)
		return false;
	if (!doors_serve(&w->doors, w->api.http))
		return false;
	view_tell(w->api.view, on_opened, on_fresh, w);
	loop_timer_set(w->pulse, SIGN_OF_LIFE);
	return true;
}

static void web_free(struct web *w)
{
	/* Readers end with their connections. */
	http_free(w->api.http);
	stream_free(w->api.stream);
	order_free(w->api.order);
	catalog_free(w->api.catalog);
	view_free(w->api.view);
	loop_event_free(w->core_event);
	loop_event_free(w->term);
	loop_event_free(w->pulse);
	loop_free(w->loop);
	doors_close(&w->doors);
	free(w->api.desk);
	free(w->api.overview);
	ipc_free(w->core);
}

int web_run(const struct conf *conf, struct ipc *core)
{
	struct web w = {
		.conf = conf, .core = core, .doors = { -1, -1, NULL, NULL, "" }, .status = 1
	};
	const char *state = conf_state(conf);

	if (open_outside(&w, state) && enter_cage(&w, state)) {
		if (!open_inside(&w, state)) {
			log_error("the server does not start");
		} else if (seal_cage(&w)) {
			ipc_send(core, IPC_HELLO, NULL);
			ipc_flush(core);
			loop_run(w.loop);
		}
	}
	web_free(&w);
	return w.status;
}
