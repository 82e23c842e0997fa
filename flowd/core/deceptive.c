/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/deceptive.h"

#define COUNT_EVERY (60 * MONO_SECOND)

/*
 * The host's row, unless it was too old to mean anything when the answers told now began. 1, 0 or
 * an error of the store.
 */
static int find(struct lifecycle *l, const struct service *service, wall_t from,
		struct store_host *row)
{
	int rc = store_get_host(l->store, service, row);

	return rc > 0 && from - row->last_us > l->host_keep ? 0 : rc;
}

static void widen(struct store_host *row, wall_t first, wall_t last)
{
	if (!row->first_us || first < row->first_us)
		row->first_us = first;
	if (last > row->last_us)
		row->last_us = last;
}

/* True: it answers in a way that was not known of it. */
static bool merge(struct store_host *row, const struct host_sighting *h)
{
	widen(row, h->first_us, h->last_us);
	row->ttl = h->ttl;
	row->window = h->window;
	memcpy(row->options, h->options, sizeof(row->options));
	row->peer = h->peer;
	row->answers += h->answers;
	if (h->evidence > row->evidence)
		row->evidence = h->evidence;
	hash_sketch_merge(&row->ports, &h->ports);
	if (store_host_has(row, h->print))
		return false;
	row->prints[row->print_count % STORE_HOST_PRINTS] = h->print;
	row->print_count = (uint8_t)(row->print_count % STORE_HOST_PRINTS + 1);
	return true;
}

/* As the sensor counts it: see flow/host.c there. */
static void add_port(const struct lifecycle *l, struct store_host *row, uint16_t port)
{
	const struct hash_key key = store_peer_key(l->store);

	hash_sketch_add(&row->ports, hash_bytes(&key, &port, sizeof(port)));
}

struct folding {
	struct lifecycle *l;
	const struct service *host;
	struct store_host *row;
	uint32_t print;
};

/* Takes a service back that has never said anything. */
static int fold(void *arg, const struct store_service *s)
{
	struct folding *f = arg;
	struct store_job job;
	int rc;

	if (s->service.zone != f->host->zone || !addr_is_same(&s->service.host, &f->host->host))
		return 1;
	if (s->service.proto != f->host->proto || s->print != f->print || s->delivered ||
	    s->state == STATE_EPHEMERAL)
		return 0;
	rc = s->job ? store_get_job(f->l->store, s->job, &job) : 0;
	if (rc < 0)
		return rc;
	if (rc)
		store_delete_job(f->l->store, s->job);
	store_delete_service(f->l->store, &s->service);
	add_port(f->l, f->row, s->service.port);
	f->row->folded++;
	return 0;
}

/* What was taken for services of the host, and answers in this way, goes. */
static int fold_all(struct lifecycle *l, struct store_host *row, uint32_t print)
{
	const struct service host = { .host = row->host, .zone = row->zone, .proto = row->proto };
	struct folding f = { l, &host, row, print };
	int rc = store_commit(l->store, false);

	if (!rc)
		rc = store_walk_services(l->store, &host, fold, &f);
	return rc < 0 ? rc : 0;
}

static void tell(struct lifecycle *l, const struct store_host *row)
{
	struct store_service face = {
		.service = { .host = row->host, .zone = row->zone, .proto = row->proto },
		.peer = row->peer,
		.evidence = row->evidence,
	};

	lifecycle_tell(l, &face, EVENT_DECEPTIVE);
}

static int count_host(void *arg, const struct store_host *row)
{
	(void)row;
	++*(uint64_t *)arg;
	return 0;
}

/* Is there room for one more? What has gone for its age is seen at the next count. 1, 0 or an error
 * of the store. */
static int has_room(struct lifecycle *l)
{
	int rc;

	if (!l->host_limit)
		return 1;
	if (!l->hosts_counted || (l->hosts >= l->host_limit && l->now >= l->hosts_counted)) {
		l->hosts = 0;
		l->hosts_counted = l->now + COUNT_EVERY;
		rc = store_walk_hosts(l->store, NULL, count_host, &l->hosts);
		if (rc < 0)
			return rc;
	}
	l->hosts_refused += l->hosts >= l->host_limit;
	return l->hosts < l->host_limit;
}

int deceptive_take(struct lifecycle *l, const struct host_sighting *said, wall_t latest)
{
	struct host_sighting h = *said;
	const struct service key = { .host = h.host, .zone = h.zone, .proto = h.proto };
	struct store_host row;
	int rc = 0, known;

	record_mend_host(&h, latest);
	if (h.last_us > l->now)
		l->now = h.last_us;
	/* Its last words about what has ended meanwhile. */
	if (l->now - h.last_us > l->host_keep)
		return 0;
	known = find(l, &key, h.first_us, &row);
	if (known < 0)
		return known;
	if (!known && (rc = has_room(l)) <= 0)
		return rc;
	rc = 0;
	l->hosts += !known;
	if (!known)
		row = (struct store_host){ .host = h.host, .zone = h.zone, .proto = h.proto };
	if (merge(&row, &h))
		rc = fold_all(l, &row, h.print);
	if (!known)
		tell(l, &row);
	store_put_host(l->store, &row);
	return rc;
}

int deceptive_covers(struct lifecycle *l, const struct sighting *s)
{
	struct store_host row;
	int rc = find(l, &s->service, s->first_us, &row);

	if (rc <= 0 || !store_host_has(&row, s->print))
		return rc < 0 ? rc : 0;
	widen(&row, s->first_us, s->last_us);
	row.peer = s->peer;
	row.answers += s->handshakes;
	add_port(l, &row, s->service.port);
	store_put_host(l->store, &row);
	return 1;
}
