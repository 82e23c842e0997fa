/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/datagram/rounds.h"

#include "base/conf.h"
#include "base/wire.h"
#include "flowd/core/lifecycle.h"
#include "flowd/watched.h"

#define TURN 8 /* ordered in a tick, when a round is late */

struct rounds rounds_of(const struct conf *conf, bool replay)
{
	struct rounds r = { .every = replay ? 0 : conf->watch_udp_every };

	/* What is wrong with it was said when the configuration was checked. */
	if (watched_list(conf, &r.list))
		r.list.total = 0;
	return r;
}

static uint64_t hash_of(struct lifecycle *l, const void *bytes, size_t len)
{
	const struct hash_key key = store_peer_key(l->store);

	return hash_bytes(&key, bytes, len);
}

/* Another list is another round. */
static wall_t shape_of(struct lifecycle *l)
{
	return (wall_t)(hash_of(l, &l->agenda.rounds.list, sizeof(struct sweep)) >> 2);
}

static void keep(struct lifecycle *l)
{
	store_put_time(l->store, "watch_udp_place", (wall_t)l->agenda.rounds.place);
}

static void begin(struct lifecycle *l)
{
	struct rounds *r = &l->agenda.rounds;

	r->started_us = l->now;
	r->place = 0;
	store_put_time(l->store, "watch_udp_started", r->started_us);
	store_put_time(l->store, "watch_udp_shape", shape_of(l));
	keep(l);
}

/* Goes on where an earlier life was. */
static int load(struct lifecycle *l)
{
	struct rounds *r = &l->agenda.rounds;
	wall_t shape = 0, place = 0;
	int rc;

	r->loaded = true;
	if ((rc = store_get_time(l->store, "watch_udp_shape", &shape)) < 0 ||
	    (rc = store_get_time(l->store, "watch_udp_started", &r->started_us)) < 0 ||
	    (rc = store_get_time(l->store, "watch_udp_place", &place)) < 0)
		return rc;
	r->place = (uint64_t)place;
	if (!rc || shape != shape_of(l) || r->started_us > l->now || place < 0)
		begin(l);
	return 0;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	uint64_t rest;

	for (; b; a = b, b = rest)
		rest = a % b;
	return a;
}

/* Steps of nearly the golden section, from another beginning in each round: neighbours in time are
 * far from each other, and each number comes once. */
static uint64_t number_at(struct lifecycle *l, uint64_t place)
{
	const struct rounds *r = &l->agenda.rounds;
	uint64_t total = r->list.total, step = total * 618 / 1000 | 1;

	while (common_divisor(step, total) != 1)
		step += 2;
	return (hash_of(l, &r->started_us, sizeof(r->started_us)) % total + place * step) % total;
}

/* The host of a number below the number of hosts. There are few enough for the lower half. */
static struct addr host_at(const struct sweep *list, uint64_t number)
{
	const struct sweep_prefix *p = list->prefixes;
	struct addr host;
	uint64_t low, count;

	for (;; p++) {
		low = wire_be64_at(p->low.b + 8);
		count = wire_be64_at(p->high.b + 8) - low + 1;
		if (number < count)
			break;
		number -= count;
	}
	host = p->low;
	wire_put_be64(host.b + 8, low + number);
	return host;
}

static uint16_t port_at(const struct sweep *list, uint64_t number)
{
	const struct sweep_ports *p = list->ports;

	for (; number > (uint64_t)(p->high - p->low); p++)
		number -= (uint64_t)(p->high - p->low) + 1;
	return (uint16_t)(p->low + number);
}

/* All of a network's hosts may listen to it, and would answer at once. */
static bool may_be_broadcast(const struct addr *host)
{
	return addr_is_group(host) || (addr_is_v4(host) && (!host->b[15] || host->b[15] == 255));
}

/* 1: a job was made. */
static int order(struct lifecycle *l, uint64_t number)
{
	const struct sweep *list = &l->agenda.rounds.list;
	uint64_t hosts = record_sweep_hosts(list);
	struct store_job j = { .job = { .made_us = l->now, .deadline_us = l->now, .named = 1 },
			       .allowed = 1,
			       .judged = 1 };
	struct service *s = &j.job.service;
	struct store_service row;
	int rc;

	s->host = host_at(list, number % hosts);
	s->port = port_at(list, number / hosts);
	s->proto = PROTO_UDP;
	if (may_be_broadcast(&s->host) || !lifecycle_may_probe(l, s))
		return 0;
	rc = store_get_service(l->store, s, &row);
	if (rc < 0)
		return rc;
	/* What is known is looked at in its own time, unless nobody expects it to answer. */
	if (rc && row.state != STATE_CLOSED && row.state != STATE_SILENT && row.state != STATE_GONE)
		return 0;
	if (rc)
		return lifecycle_look(l, &row);
	if (!room_for_job(&l->room))
		return 0;
	store_put_job(l->store, &j);
	l->jobs_made++;
	return 1;
}

/* How many of a round should have been asked by now. */
static uint64_t due_by_now(const struct rounds *r, wall_t now)
{
	mono_t each = r->every / (mono_t)r->list.total;
	uint64_t due = (uint64_t)(now - r->started_us) / (uint64_t)(each ? each : 1) + 1;

	return due < r->list.total ? due : r->list.total;
}

int rounds_tick(struct lifecycle *l, unsigned room)
{
	struct rounds *r = &l->agenda.rounds;
	uint64_t due, first;
	unsigned turn;
	int rc;

	if (!r->every || !r->list.total)
		return 0;
	if (!r->loaded && (rc = load(l)))
		return rc;
	/* The clock was set back, or a round is over. */
	if (r->started_us > l->now ||
	    (r->place >= r->list.total && l->now >= r->started_us + r->every))
		begin(l);
	due = due_by_now(r, l->now);
	first = r->place;
	for (turn = 0; r->place < due && turn < TURN && room; turn++) {
		rc = order(l, number_at(l, r->place));
		if (rc < 0)
			return rc;
		room -= rc > 0;
		r->place++;
	}
	if (r->place != first)
		keep(l);
	return 0;
}

int rounds_take(struct lifecycle *l, const struct store_job *job, const struct probe *probe)
{
	struct sighting found = { .service = job->job.service,
				  .peer = job->job.service.host,
				  .evidence = EVIDENCE_PROBE };

	store_delete_job(l->store, job->job.id);
	if (job->job.service.proto != PROTO_UDP || job->job.event != EVENT_NONE ||
	    probe->state != STATE_OPEN)
		return 0;
	if (probe->finished_us > l->now)
		l->now = probe->finished_us;
	found.first_us = found.last_us = l->now;
	return lifecycle_sighting(l, &found);
}
