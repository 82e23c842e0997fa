/* SPDX-License-Identifier: Apache-2.0 */
#include "web/backup/backups.h"

#include "base/conf.h"
#include "base/ipc.h"
#include "base/loop.h"
#include "store/backup/backup.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PATIENCE (60 * MONO_SECOND) /* until core is taken for gone */

/* The order that is being carried out, and who waits for it. */
struct backups_asked {
	struct api *api;
	struct backup order;
	struct loop_event *timer;
	struct http_live *live;
};

/* ---- what there is ---- */

/* The folder of a copy as everybody may name it, in `out`. */
static void path_of(const struct api *api, const char *name, char out[PATH_MAX])
{
	const char *state = conf_state(api->conf);
	char whole[PATH_MAX];
	int len = snprintf(out, PATH_MAX, "%s/" STORE_BACKUPS "/%s",
			   realpath(state, whole) ? whole : state, name);

	if (len < 0 || len >= PATH_MAX)
		*out = '\0';
}

static struct report *row_report(const struct api *api, const struct store_backup_row *row)
{
	struct report *r = report_new();
	char path[PATH_MAX];

	path_of(api, row->name, path);
	report_set_text(r, "name", row->name);
	report_set_text(r, "path", path);
	report_set_time(r, "made", row->made_us);
	report_set_number(r, "files", row->files);
	report_set_number(r, "bytes", row->bytes);
	return r;
}

struct list {
	const struct api *api;
	struct report *report, *one;
	const char *name; /* the one that is wanted; NULL all */
};

static int add_row(void *arg, const struct store_backup_row *row)
{
	struct list *l = arg;

	if (!l->name)
		report_add(l->report, "backups", row_report(l->api, row));
	else if (!strcmp(l->name, row->name))
		l->one = row_report(l->api, row);
	return l->one != NULL;
}

void backups_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct list list = { .api = arg, .report = report_new() };

	(void)request;
	report_list(list.report, "backups");
	store_walk_backups(conf_state(list.api->conf), add_row, &list);
	api_answer_report(answer, list.report);
}

/* ---- orders ---- */

static void asked_free(void *arg)
{
	struct backups_asked *a = arg;

	if (a->api->backup == a)
		a->api->backup = NULL;
	loop_event_free(a->timer);
	free(a);
}

static void on_patience(void *arg, int what)
{
	struct backups_asked *a = arg;

	(void)what;
	http_wake(a->live);
}

void backups_take(struct api *api, const struct backup *done)
{
	struct backups_asked *a = api->backup;

	if (!a || a->order.id != done->id)
		return;
	a->order = *done;
	http_wake(a->live);
}

static void answer_done(struct api *api, const struct backup *done, struct http_answer *answer)
{
	struct list list = { .api = api, .name = done->name };

	if (!done->remove)
		store_walk_backups(conf_state(api->conf), add_row, &list);
	if (!list.one) {
		list.one = report_new();
		report_set_text(list.one, "name", done->name);
	}
	api_answer_report(answer, list.one);
	if (answer->status && !done->remove)
		answer->status = 201;
}

static void give(struct api *api, const struct backup *done, struct http_answer *answer)
{
	switch (done->result) {
	case BACKUP_DONE:
		answer_done(api, done, answer);
		return;
	case BACKUP_TAKEN:
		http_answer_problem(answer, 409, "there is a backup of this name", NULL);
		return;
	case BACKUP_FULL:
		http_answer_problem(answer, 409, "there are too many backups: remove one", NULL);
		return;
	case BACKUP_ABSENT:
		http_answer_problem(answer, 404, "there is no such backup", NULL);
		return;
	case BACKUP_FAILED:
		http_answer_problem(answer, 500, done->error, NULL);
		return;
	default:
		http_answer_problem(answer, 503, "core does not answer", NULL);
	}
}

static void order(struct api *api, const struct http_request *request, const struct backup *wish,
		  struct http_answer *answer)
{
	static uint64_t last;
	struct backups_asked *a;

	if (api->backup) {
		http_answer_problem(answer, 409, "another order about backups is under way", NULL);
		return;
	}
	a = calloc(1, sizeof(*a));
	if (!a || !(a->timer = loop_timer_new(api->loop, on_patience, a))) {
		free(a);
		http_answer_problem(answer, 503, "out of memory", NULL);
		return;
	}
	a->api = api;
	a->order = *wish;
	/* One of an earlier life of web must not be taken for its answer. */
	last = last ? last + 1 : (uint64_t)mono_wall();
	a->order.id = last;
	memcpy(a->order.by, request->who->name, sizeof(a->order.by));
	if (ipc_flush(api->core) || ipc_send(api->core, IPC_BACKUP, &a->order) ||
	    ipc_flush(api->core)) {
		asked_free(a);
		http_answer_problem(answer, 503, "core is behind", NULL);
		return;
	}
	api->backup = a;
	loop_timer_set(a->timer, PATIENCE);
	answer->source = (struct http_source){ .end = asked_free, .arg = a, .live = &a->live };
}

/* The time, which sorts. */
static void name_by_time(char *out, size_t size)
{
	wall_t now = mono_wall();
	time_t seconds = (time_t)(now / MONO_SECOND);
	struct tm tm;
	size_t len = strftime(out, size, "%Y%m%dT%H%M%S", gmtime_r(&seconds, &tm));

	snprintf(out + len, size - len, ".%03dZ", (int)(now % MONO_SECOND / MONO_MS));
}

/* Reads {"name": ...}, or nothing; the pointer to what is wrong with it (RFC 6901), NULL nothing.
 */
static const char *read_wish(const struct http_request *request, struct backup *out)
{
	static const char *const keys[] = { "name", NULL };
	struct reading *doc =
		request->body_len ? reading_new(request->body, request->body_len) : NULL;
	const char *name = reading_text(reading_child(doc, "name")), *wrong = NULL;

	name_by_time(out->name, sizeof(out->name));
	if (request->body_len &&
	    (reading_kind(doc) != READING_OBJECT || reading_stranger(doc, keys)))
		wrong = "";
	else if (request->body_len && reading_child(doc, "name") &&
		 (!name || !store_backup_is_name(name)))
		wrong = "/name";
	else if (name)
		record_text_set(out->name, sizeof(out->name), name);
	reading_free(doc);
	return wrong;
}

void backups_make(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const struct backups_asked *a = request->waiting;
	struct backup wish = { .remove = 0 };
	const char *wrong;

	if (a) {
		give(arg, &a->order, answer);
		return;
	}
	wrong = read_wish(request, &wish);
	if (wrong)
		http_answer_wrong(
			answer, "expected {\"name\": up to 31 letters, digits, - _ and .}", wrong);
	else
		order(arg, request, &wish, answer);
}

void backups_remove(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const struct backups_asked *a = request->waiting;
	struct backup wish = { .remove = 1 };

	if (a) {
		give(arg, &a->order, answer);
		return;
	}
	if (request->name_len < sizeof(wish.name))
		memcpy(wish.name, request->name, request->name_len);
	if (store_backup_is_name(wish.name))
		order(arg, request, &wish, answer);
	else
		http_answer_problem(answer, 404, "there is no such backup", NULL);
}
