/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/assets/scout.h"

#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "flowd/core/assets/scope.h"
#include "flowd/core/out/tell.h"
#include "store/assets/assets.h"
#include "store/book/trail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LISTS 2 /* that are fetched: of the file and of the API */

/* One list that is fetched. */
struct pull {
	struct scout *scout;
	struct asset_state state;
	struct loop_event *due, *ready;
	struct ipc *errand; /* under way; NULL none */
	bool answered;
};

struct scout {
	struct scout_with with;
	struct pull pulls[LISTS];
};

/* ---- rows ---- */

struct replacing {
	struct store *store;
	enum asset_source source;
};

static int drop_row(void *arg, const struct asset *row)
{
	const struct replacing *r = arg;

	return row->source == r->source && store_delete_asset(r->store, row) < 0 ? ERR_STORE : 0;
}

/* The rows of a source are these from now on. */
static int replace(struct scout *s, enum asset_source source, const struct asset *rows,
		   size_t count)
{
	struct store *store = s->with.life->store;
	wall_t now = mono_wall();
	struct asset row;
	size_t i;
	int rc = store_walk_assets(store, NULL, drop_row, &(struct replacing){ store, source });

	for (i = 0; !rc && i < count; i++) {
		row = rows[i];
		row.source = (uint8_t)source;
		row.changed_us = now;
		if (record_mend_asset(&row, now))
			rc = store_put_asset(store, &row);
	}
	return rc;
}

/* All that was put counts from now on. */
static int settle(struct scout *s)
{
	struct prefix_set targets = { NULL, 0 };
	struct store *store = s->with.life->store;
	int rc = store_commit(store, true);

	if (rc || !s->with.verify)
		return rc;
	rc = scope_read(store, s->with.conf, &targets);
	if (!rc && !scope_is_same(&targets, s->with.targets)) {
		prefix_set_clear(s->with.targets);
		*s->with.targets = targets;
		targets = (struct prefix_set){ NULL, 0 };
		scout_tell(s);
	}
	prefix_set_clear(&targets);
	return rc;
}

void scout_tell(struct scout *s)
{
	const struct prefix_set *targets = s ? s->with.targets : NULL;
	int rc;

	if (!s || !s->with.verify)
		return;
	ipc_flush(s->with.verify);
	rc = ipc_send_bulk(s->with.verify, IPC_SCOPE, targets->ranges,
			   targets->count * sizeof(*targets->ranges));
	/* What cannot be told must not be probed: the role is born again, and told then. */
	if (rc && rc != -EPIPE)
		log_error("verify does not learn what it may probe: %s", err_text(rc));
}

/* ---- lists that are fetched ---- */

static const char *list_name(const struct pull *p)
{
	return p->state.source == ASSET_API ? "assets.url" : "assets.file";
}

static void say_trouble(struct pull *p, bool over)
{
	struct trouble_news news = { .time_us = mono_wall(),
				     .trouble = TROUBLE_ASSETS,
				     .over = over };

	if (p->state.troubled == !over)
		return;
	p->state.troubled = !over;
	record_text_set(news.source, sizeof(news.source), record_source_text(p->state.source));
	tell_trouble(p->scout->with.life, &news);
}

static int fails(struct pull *p, const char *why)
{
	if (strcmp(p->state.error, why))
		log_warning("%s: %s; what was known before holds", list_name(p), why);
	if (!p->state.fails_us)
		p->state.fails_us = mono_wall();
	p->state.failures++;
	record_text_set(p->state.error, sizeof(p->state.error), why);
	say_trouble(p, false);
	store_put_asset_state(p->scout->with.life->store, &p->state);
	return store_commit(p->scout->with.life->store, true);
}

static int succeeds(struct pull *p)
{
	if (p->state.fails_us)
		log_info("%s: is good again", list_name(p));
	p->state.fails_us = 0;
	memset(p->state.error, 0, sizeof(p->state.error));
	p->state.good_us = mono_wall();
	say_trouble(p, true);
	store_put_asset_state(p->scout->with.life->store, &p->state);
	return settle(p->scout);
}

static int take_rows(struct pull *p, const struct asset_outcome *outcome, const char *rows,
		     size_t len)
{
	size_t count = len / sizeof(struct asset);
	struct asset *list;
	int rc;

	if (len % sizeof(*list) || !count || count > p->scout->with.conf->limit_assets)
		return fails(p, "fetch answers nonsense");
	/* Bytes that came are not aligned. */
	list = malloc(len);
	if (!list)
		return -ENOMEM;
	memcpy(list, rows, len);
	rc = replace(p->scout, (enum asset_source)p->state.source, list, count);
	free(list);
	if (rc)
		return rc;
	p->state.rows = count;
	memcpy(p->state.etag, outcome->etag, sizeof(p->state.etag));
	p->state.etag[sizeof(p->state.etag) - 1] = 0;
	log_info("%s: %llu rows", list_name(p), (unsigned long long)count);
	return succeeds(p);
}

static int take_outcome(struct pull *p, int fd)
{
	size_t most = sizeof(struct asset_outcome) +
		      p->scout->with.conf->limit_assets * sizeof(struct asset);
	struct asset_outcome outcome;
	char *bytes;
	size_t len;
	int rc = ipc_read_bulk(fd, most, &bytes, &len);

	if (rc)
		return fails(p, err_text(rc));
	if (len < sizeof(outcome)) {
		free(bytes);
		return fails(p, "fetch answers nonsense");
	}
	memcpy(&outcome, bytes, sizeof(outcome));
	outcome.error[sizeof(outcome.error) - 1] = 0;
	if (outcome.how == ASSETS_TAKEN)
		rc = take_rows(p, &outcome, bytes + sizeof(outcome), len - sizeof(outcome));
	else if (outcome.how == ASSETS_SAME)
		rc = succeeds(p);
	else
		rc = fails(p, outcome.error);
	free(bytes);
	return rc;
}

static void end_errand(struct pull *p)
{
	loop_event_free(p->ready);
	p->ready = NULL;
	ipc_free(p->errand);
	p->errand = NULL;
	loop_timer_set(p->due, p->scout->with.conf->assets_poll);
}

static void on_errand(void *arg, int what)
{
	struct pull *p = arg;
	struct ipc_message m;
	int rc, result = 0;

	(void)what;
	while ((rc = ipc_recv(p->errand, false, &m)) > 0) {
		if (m.kind == IPC_ASSETS && !p->answered) {
			p->answered = true;
			result = take_outcome(p, m.fd);
		}
		if (m.fd >= 0)
			close(m.fd);
	}
	if (rc == -EPIPE || rc < 0) {
		if (!p->answered)
			result = fails(p, "no answer");
		end_errand(p);
	}
	if (result)
		log_error("%s: %s", list_name(p), err_text(result));
}

static void on_due(void *arg, int what)
{
	struct pull *p = arg;
	struct asset_query query = { .source = p->state.source };

	(void)what;
	p->answered = false;
	p->state.tried_us = mono_wall();
	memcpy(query.etag, p->state.etag, sizeof(query.etag));
	p->errand = crew_errand(p->scout->with.crew, IPC_FETCH);
	if (p->errand && !ipc_send(p->errand, IPC_ASSET_QUERY, &query) && !ipc_flush(p->errand))
		p->ready = loop_fd_new(p->scout->with.loop, ipc_fd(p->errand), LOOP_READ, on_errand,
				       p);
	if (!p->ready)
		end_errand(p);
}

static int open_pull(struct scout *s, struct pull *p, enum asset_source source, const char *where)
{
	int rc = store_get_asset_state(s->with.life->store, source, &p->state);

	p->scout = s;
	p->state.source = (uint8_t)source;
	if (rc < 0)
		return rc;
	if (!*where) {
		/* A list that is not asked for any more is nobody's word. */
		rc = rc ? replace(s, source, NULL, 0) : 0;
		p->state = (struct asset_state){ .source = (uint8_t)source };
		store_put_asset_state(s->with.life->store, &p->state);
		return rc;
	}
	if (!conf_lives(s->with.conf))
		return 0;
	p->due = loop_timer_new(s->with.loop, on_due, p);
	if (!p->due)
		return -ENOMEM;
	loop_timer_set(p->due, 0);
	return 0;
}

static int take_conf(struct scout *s)
{
	const char *text = s->with.conf->assets_list;
	struct asset_state state = { .source = ASSET_CONF, .good_us = mono_wall() };
	struct asset row;
	int rc = replace(s, ASSET_CONF, NULL, 0);

	while (!rc && (rc = record_asset_next(&text, &row)) > 0) {
		row.changed_us = state.good_us;
		state.rows++;
		rc = store_put_asset(s->with.life->store, &row);
	}
	store_put_asset_state(s->with.life->store, &state);
	return rc;
}

int scout_new(const struct scout_with *with, struct scout **out)
{
	struct scout *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->with = *with;
	rc = take_conf(s);
	if (!rc)
		rc = open_pull(s, &s->pulls[0], ASSET_FILE, with->conf->assets_file);
	if (!rc)
		rc = open_pull(s, &s->pulls[1], ASSET_API, with->conf->assets_url);
	if (!rc)
		rc = settle(s);
	if (rc) {
		scout_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void scout_free(struct scout *s)
{
	size_t i;

	for (i = 0; s && i < LISTS; i++) {
		loop_event_free(s->pulls[i].ready);
		loop_event_free(s->pulls[i].due);
		ipc_free(s->pulls[i].errand);
	}
	free(s);
}

/* ---- what people say ---- */

int scout_order(struct scout *s, const struct asset_order *order)
{
	struct trail_row row = { .time_us = mono_wall() };
	struct store *store = s ? s->with.life->store : NULL;
	struct asset asset = order->asset;
	char text[ASSET_TEXT_MAX];
	int rc;

	asset.source = ASSET_PERSON;
	asset.changed_us = row.time_us;
	if (!s || !record_mend_asset(&asset, row.time_us))
		return 1;
	rc = order->removed ? store_delete_asset(store, &asset) : store_put_asset(store, &asset);
	if (rc < 0)
		return rc;
	memcpy(row.by, order->by, sizeof(row.by));
	row.by[sizeof(row.by) - 1] = 0;
	record_text_set(row.what, sizeof(row.what),
			order->removed ? "asset removed" : "asset changed");
	record_text_set(row.about, sizeof(row.about), record_asset_text(&asset, text));
	store_put_trail(store, &row);
	return settle(s);
}
