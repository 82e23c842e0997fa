/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "base/err.h"
#include "store/backup/restore.h"
#include "store/hints.h"
#include "store/inside.h"
#include "store/key.h"
#include "store/known.h"
#include "store/schema/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SCHEMA 12 /* of keys and rows; RECORD_VERSION goes with it */

_Static_assert(sizeof(struct store_service) == 472, "layout");
_Static_assert(sizeof(struct store_job) == 216, "layout");

struct version {
	uint32_t schema, record;
};

static int meta_get(struct store *s, const char *name, void *value, size_t size)
{
	return rocks_get(s->rocks, ROCKS_META, (struct rocks_key){ name, strlen(name) }, value,
			 size);
}

static void meta_put(struct store *s, const char *name, const void *value, size_t size)
{
	rocks_put(s->rocks, ROCKS_META, (struct rocks_key){ name, strlen(name) }, value, size);
}

static int check_version(struct store *s, bool writer, bool memory, char *error)
{
	struct version version, ours = { SCHEMA, RECORD_VERSION };
	int rc = meta_get(s, "version", &version, sizeof(version));

	if (rc < 0) {
		snprintf(error, STORE_ERROR_MAX, "version: %s", err_text(rc));
		return rc;
	}
	if (rc && memcmp(&version, &ours, sizeof(ours)) &&
	    !rows_may_be_of(version.schema, version.record)) {
		snprintf(error, STORE_ERROR_MAX, "schema %u.%u, this flowd reads %u.%u",
			 version.schema, version.record, ours.schema, ours.record);
		return ERR_VERSION;
	}
	if (rc && (!writer || !memcmp(&version, &ours, sizeof(ours))))
		return 0;
	if (rc) {
		meta_put(s, "version", &ours, sizeof(ours));
		return store_commit(s, true);
	}
	if (!writer) {
		snprintf(error, STORE_ERROR_MAX, "there is no store yet");
		return ERR_STORE;
	}
	if (!memory)
		s->peer_key = hash_key_new();
	meta_put(s, "version", &ours, sizeof(ours));
	meta_put(s, "peer_key", &s->peer_key, sizeof(s->peer_key));
	return store_commit(s, true);
}

/* Reads the store's own facts; a writer makes them where there are none. */
static int open_facts(struct store *s, bool writer, bool memory, char *error)
{
	int rc = check_version(s, writer, memory, error);

	if (!rc && (meta_get(s, "peer_key", &s->peer_key, sizeof(s->peer_key)) < 0 ||
		    meta_get(s, "numbers", &s->numbers, sizeof(s->numbers)) < 0)) {
		snprintf(error, STORE_ERROR_MAX, "its own facts are damaged");
		rc = ERR_CORRUPT;
	}
	s->stored = s->numbers;
	return rc;
}

static int count_job(void *arg, const struct store_job *row)
{
	(void)row;
	++*(uint64_t *)arg;
	return 0;
}

static int count_known(void *arg, const struct service *service, const struct store_known *known)
{
	(void)service;
	(void)known;
	++*(uint64_t *)arg;
	return 0;
}

/* A store of an earlier flowd does not say how many services it has. */
static int open_counts(struct store *s, char *error)
{
	int rc = meta_get(s, "services", &s->services, sizeof(s->services));

	s->services_stored = s->services;
	if (!rc)
		rc = store_walk_known(s, count_known, &s->services);
	if (rc >= 0)
		rc = store_walk_jobs(s, 0, count_job, &s->jobs);
	if (rc < 0)
		snprintf(error, STORE_ERROR_MAX, "%s", err_text(rc));
	return rc;
}

static int open_either(const char *path, const char *scratch, struct store **out, char *error)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	if (!s) {
		snprintf(error, STORE_ERROR_MAX, "out of memory");
		return ERR_STORE;
	}
	rc = scratch ? rocks_open_reader(path, scratch, &s->rocks, error)
		     : rocks_open(path, &s->rocks, error);
	s->memory = !path;
	s->path = path ? strdup(path) : NULL;
	if (!rc)
		rc = open_facts(s, !scratch, !path, error);
	if (!rc && path && !scratch)
		rc = open_counts(s, error);
	if (rc)
		store_close(s);
	else
		*out = s;
	return rc;
}

int store_open(const char *path, struct store **out, char *error)
{
	if (path && restore_is_cut(path)) {
		snprintf(error, STORE_ERROR_MAX, "flowd --restore was cut short there: once more");
		return ERR_STORE;
	}
	return open_either(path, NULL, out, error);
}

int store_open_reader(const char *path, const char *scratch, struct store **out, char *error)
{
	return open_either(path, scratch, out, error);
}

int store_catch_up(struct store *s)
{
	return rocks_catch_up(s->rocks);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	rocks_close(s->rocks);
	free(s->path);
	free(s);
}

bool store_may_be(const char *path)
{
	return restore_is_cut(path) || rocks_may_be(path);
}

struct hash_key store_peer_key(const struct store *s)
{
	return s->peer_key;
}

int store_get_service(struct store *s, const struct service *service, struct store_service *out)
{
	uint8_t key[KEY_SERVICE];

	key_service(service, key);
	return rocks_get(s->rocks, ROCKS_SERVICES, KEY(key), out, sizeof(*out));
}

int store_get_job(struct store *s, uint64_t id, struct store_job *out)
{
	uint8_t key[KEY_NUMBER];

	key_number(id, key);
	return rocks_get(s->rocks, ROCKS_JOBS, KEY(key), out, sizeof(*out));
}

int store_get_probe(struct store *s, const struct service *service, const char *vantage,
		    struct probe *out)
{
	uint8_t key[KEY_PROBE];

	key_probe(service, vantage, key);
	return rocks_get(s->rocks, ROCKS_PROBES, KEY(key), out, sizeof(*out));
}

int store_get_time(struct store *s, const char *name, wall_t *out)
{
	return meta_get(s, name, out, sizeof(*out));
}

int store_get_countries(struct store *s, struct countries *out)
{
	int rc = meta_get(s, "countries", out, sizeof(*out));

	if (rc > 0 && (out->count > COUNTRIES_MAX || out->source_count > COUNTRIES_SOURCES))
		return ERR_CORRUPT;
	return rc;
}

void store_put_service(struct store *s, const struct store_service *row)
{
	uint8_t key[KEY_SERVICE];

	key_service(&row->service, key);
	rocks_put(s->rocks, ROCKS_SERVICES, KEY(key), row, sizeof(*row));
	known_put(s, &KEY(key), row);
}

void store_delete_service(struct store *s, const struct service *service)
{
	uint8_t key[KEY_SERVICE];

	store_delete_hints(s, service);
	key_service(service, key);
	rocks_delete(s->rocks, ROCKS_SERVICES, KEY(key));
	known_delete(s, &KEY(key));
	tags_delete(s, &KEY(key));
	s->services -= s->services > 0;
}

void store_count_service(struct store *s)
{
	s->services++;
}

uint64_t store_count_services(const struct store *s)
{
	return s->services;
}

uint64_t store_last_alert(const struct store *s)
{
	return s->numbers.alert;
}

uint64_t store_count_jobs(const struct store *s)
{
	return s->jobs;
}

void store_put_event(struct store *s, struct event_row *row, struct store_service *service)
{
	uint8_t key[KEY_NUMBERED];

	if (!row->number)
		row->number = ++s->numbers.event;
	if (service) {
		row->previous_us = service->event_us;
		row->previous = service->event;
		service->event_us = row->time_us;
		service->event = row->number;
	}
	if (s->memory)
		return; /* nobody can read what was said by a store that is thrown away */
	key_numbered(row->time_us, row->number, key);
	rocks_put(s->rocks, ROCKS_EVENTS, KEY(key), row, sizeof(*row));
}

void store_put_job(struct store *s, struct store_job *row)
{
	uint8_t key[KEY_NUMBER];

	if (!row->job.id) {
		row->job.id = ++s->numbers.job;
		s->jobs++;
	}
	key_number(row->job.id, key);
	rocks_put(s->rocks, ROCKS_JOBS, KEY(key), row, sizeof(*row));
}

void store_delete_job(struct store *s, uint64_t id)
{
	uint8_t key[KEY_NUMBER];
	struct store_job row;

	key_number(id, key);
	if (rocks_get(s->rocks, ROCKS_JOBS, KEY(key), &row, sizeof(row)) > 0)
		s->jobs--;
	rocks_delete(s->rocks, ROCKS_JOBS, KEY(key));
}

void store_put_probe(struct store *s, const struct probe *row, wall_t told_us)
{
	uint8_t key[KEY_PROBE], log[KEY_LOG];

	key_probe(&row->service, row->vantage, key);
	rocks_put(s->rocks, ROCKS_PROBES, KEY(key), row, sizeof(*row));
	if (s->memory || !told_us)
		return;
	key_log(&row->service, told_us, log);
	rocks_put(s->rocks, ROCKS_PROBE_LOG, KEY(log), row, sizeof(*row));
}

void store_put_alert(struct store *s, struct alert *row)
{
	uint8_t key[KEY_NUMBERED];

	if (!row->number)
		row->number = ++s->numbers.alert;
	if (s->memory)
		return;
	key_numbered(row->time_us, row->number, key);
	rocks_put(s->rocks, ROCKS_ALERTS, KEY(key), row, sizeof(*row));
}

void store_put_time(struct store *s, const char *name, wall_t time)
{
	meta_put(s, name, &time, sizeof(time));
}

void store_put_countries(struct store *s, const struct countries *row)
{
	meta_put(s, "countries", row, sizeof(*row));
}

void store_put_outbox(struct store *s, const char *receiver, const struct alert *alert)
{
	uint8_t key[KEY_OUTBOX];

	key_outbox(receiver, alert->number, key);
	rocks_put(s->rocks, ROCKS_OUTBOX, KEY(key), alert, sizeof(*alert));
}

void store_delete_outbox(struct store *s, const char *receiver, uint64_t number)
{
	uint8_t key[KEY_OUTBOX];

	key_outbox(receiver, number, key);
	rocks_delete(s->rocks, ROCKS_OUTBOX, KEY(key));
}

int store_commit(struct store *s, bool sync)
{
	int rc;

	if (memcmp(&s->numbers, &s->stored, sizeof(s->numbers)))
		meta_put(s, "numbers", &s->numbers, sizeof(s->numbers));
	if (s->services != s->services_stored)
		meta_put(s, "services", &s->services, sizeof(s->services));
	rc = rocks_commit(s->rocks, sync);
	if (rc)
		return rc;
	s->stored = s->numbers;
	s->services_stored = s->services;
	return 0;
}

ROW_CALLER(service, store_service, store_service_fn)
ROW_CALLER(event, event_row, store_event_fn)
ROW_CALLER(job, store_job, store_job_fn)
ROW_CALLER(alert, alert, store_alert_fn)
ROW_CALLER(probe, probe, store_probe_fn)

int store_walk_services(struct store *s, const struct service *from, store_service_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct store_service),
				    .call = call_service,
				    .fn = &fn,
				    .arg = arg };
	uint8_t key[KEY_SERVICE] = { 0 };

	if (from)
		key_service(from, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_SERVICES, KEY(key)));
}

int store_walk_events(struct store *s, uint64_t before, store_event_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct event_row),
				    .before = before,
				    .call = call_event,
				    .fn = &fn,
				    .arg = arg };

	return row_walk(&w, rocks_cursor_new_last(s->rocks, ROCKS_EVENTS));
}

int store_walk_alerts(struct store *s, uint64_t before, store_alert_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct alert),
				    .table = ROCKS_ALERTS,
				    .before = before,
				    .call = call_alert,
				    .fn = &fn,
				    .arg = arg };

	return row_walk(&w, rocks_cursor_new_last(s->rocks, ROCKS_ALERTS));
}

int store_walk_history(struct store *s, const struct store_service *service, store_event_fn fn,
		       void *arg)
{
	struct event_row row = { .previous_us = service->event_us, .previous = service->event };
	uint8_t key[KEY_NUMBERED];
	int rc = 0;

	while (!rc && row.previous) {
		key_numbered(row.previous_us, row.previous, key);
		rc = rocks_get(s->rocks, ROCKS_EVENTS, KEY(key), &row, sizeof(row));
		/* 0: from here on it was too long ago to be kept. */
		if (rc <= 0)
			return rc;
		rc = fn(arg, &row);
	}
	return rc;
}

int store_walk_probes(struct store *s, const struct service *service, store_probe_fn fn, void *arg)
{
	uint8_t key[KEY_SERVICE];
	const struct row_walk w = { .row_size = sizeof(struct probe),
				    .prefix = key,
				    .prefix_len = sizeof(key),
				    .call = call_probe,
				    .fn = &fn,
				    .arg = arg };

	key_service(service, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_PROBES, KEY(key)));
}

int store_get_verdict(struct store *s, const struct service *service, wall_t time,
		      struct probe *out)
{
	uint8_t key[KEY_LOG];

	key_log(service, time, key);
	return rocks_get(s->rocks, ROCKS_PROBE_LOG, KEY(key), out, sizeof(*out));
}

int store_walk_jobs(struct store *s, uint64_t from, store_job_fn fn, void *arg)
{
	const struct row_walk w = {
		.row_size = sizeof(struct store_job), .call = call_job, .fn = &fn, .arg = arg
	};
	uint8_t key[KEY_NUMBER];

	key_number(from, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_JOBS, KEY(key)));
}

int store_walk_outbox(struct store *s, const char *receiver, store_alert_fn fn, void *arg)
{
	uint8_t key[KEY_OUTBOX];
	const struct row_walk w = { .row_size = sizeof(struct alert),
				    .table = ROCKS_ALERTS,
				    .prefix = key,
				    .prefix_len = KEY_RECEIVER,
				    .call = call_alert,
				    .fn = &fn,
				    .arg = arg };

	key_outbox(receiver, 0, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_OUTBOX, KEY(key)));
}

void store_measure(struct store *s, struct store_figures *out)
{
	enum rocks_table table;

	*out = (struct store_figures){ .bytes = rocks_size(s->rocks) };
	for (table = ROCKS_META + 1; table < ROCKS_TABLE_END; table++) {
		out->kinds[out->count].kind = rocks_name(table);
		out->kinds[out->count++].rows = rocks_rows(s->rocks, table);
	}
}
