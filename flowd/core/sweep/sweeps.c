/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/sweep/sweeps.h"

#include "base/err.h"
#include "flowd/core/deceptive.h"
#include "store/probing/sweeps.h"

#include <sys/random.h>

static void tell(struct sweeps *s, const struct sweep *row)
{
	store_put_sweep(s->life->store, row);
	announce_sweep(s->announce, row);
}

/* Gives it to verify as it stands. */
static void send(const struct sweeps *s, const struct sweep *row)
{
	struct sweep order = *row;

	order.port_key = store_peer_key(s->life->store);
	ipc_send(s->verify, IPC_SWEEP, &order);
	ipc_flush(s->verify);
}

struct finding_next {
	struct sweep row; /* id 0: none */
	uint8_t state;
};

static int find_state(void *arg, const struct sweep *row)
{
	struct finding_next *f = arg;

	if (row->state != f->state)
		return 0;
	f->row = *row;
	return 1;
}

int sweeps_open(struct sweeps *s)
{
	struct finding_next f = { .state = SWEEP_RUNNING };
	int rc = store_walk_sweeps(s->life->store, find_state, &f);

	if (rc < 0)
		return rc;
	s->look = true;
	s->active = f.row.id;
	/* A verify that has outlived us goes on with it all the same. */
	if (s->active && s->verify)
		send(s, &f.row);
	return conf_sweeps_once(s->conf) ? once_open(s) : 0;
}

int sweeps_restart(struct sweeps *s)
{
	struct sweep row;
	int rc = s->active ? store_get_sweep(s->life->store, s->active, &row) : 0;

	if (rc > 0) {
		row.at = row.position;
		store_put_sweep(s->life->store, &row);
		send(s, &row);
	}
	return rc < 0 ? rc : 0;
}

/* ---- orders ---- */

/* Shards of one sweep are ordered in several places, which have to agree on the order. */
static uint64_t seed_of(const struct sweep *order)
{
	static const struct hash_key key = { { 0x73776565700a, 1 } };
	uint64_t seed;

	if (order->seed)
		return order->seed;
	if (order->shards > 1)
		return hash_bytes(&key, order->prefixes,
				  sizeof(order->prefixes) + sizeof(order->ports)) |
		       1;
	while (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		;
	return seed | 1;
}

static int take_new(struct sweeps *s, const struct sweep *order)
{
	uint64_t most = s->conf->sweep_rate;
	struct sweep row = *order;
	int rc;

	if (!s->verify)
		return 1;
	rc = store_room_for_sweep(s->life->store);
	if (rc)
		return rc == ERR_FULL ? 1 : rc;
	row.seed = seed_of(order);
	if (!row.rate || row.rate > most)
		row.rate = (uint32_t)most;
	row.position = row.at = row.sent = row.found = row.skipped = 0;
	row.unreachable = row.lost = 0;
	row.rate_now = 0;
	row.started_us = row.finished_us = 0;
	row.made_us = row.time_us = s->life->now;
	tell(s, &row);
	s->look = true;
	return 0;
}

static int change(struct sweeps *s, struct sweep *row, enum sweep_state state)
{
	bool active = row->id == s->active;

	if (store_sweep_is_over(row) || row->state == state ||
	    (state == SWEEP_WAITING && row->state != SWEEP_PAUSED))
		return 0;
	row->state = (uint8_t)state;
	if (state == SWEEP_CANCELLED)
		row->finished_us = s->life->now;
	tell(s, row);
	s->look = true;
	if (!active)
		return 0;
	s->active = 0;
	if (s->verify)
		send(s, row);
	return 0;
}

int sweeps_order(struct sweeps *s, const struct sweep *said)
{
	struct sweep order = *said, row;
	int rc = store_get_sweep(s->life->store, order.id, &row);

	if (rc < 0)
		return rc;
	if (order.state != SWEEP_WAITING && order.state != SWEEP_PAUSED &&
	    order.state != SWEEP_CANCELLED)
		return 1;
	if (rc)
		return change(s, &row, order.state);
	if (order.state != SWEEP_WAITING || !record_mend_sweep(&order, s->life->now))
		return 1;
	return take_new(s, &order);
}

/* ---- news ---- */

/* What was sent since the row was written, by a sweep that has been told to stop, too. */
static void log_second(struct sweeps *s, const struct sweep *row, const struct sweep *news)
{
	const struct store_sweep_second second = { .time_us = news->time_us,
						   .sweep = row->id,
						   .seed = row->seed,
						   .from = row->at,
						   .to = news->at,
						   .sent = news->sent - row->sent };

	if (news->sent > row->sent)
		store_put_sweep_second(s->life->store, &second);
}

static int take_news(struct sweeps *s, const struct sweep *said)
{
	struct sweep news = *said, row;
	int rc = store_get_sweep(s->life->store, news.id, &row);

	if (rc < 0)
		return rc;
	if (!rc || !record_mend_sweep(&news, s->life->now + MONO_SECOND) ||
	    (store_sweep_is_over(&row) && row.state != SWEEP_CANCELLED))
		return !rc;
	log_second(s, &row, &news);
	row.position = news.position < row.total ? news.position : row.total;
	row.at = news.at;
	row.sent = news.sent;
	row.found = news.found;
	row.skipped = news.skipped;
	row.unreachable = news.unreachable;
	row.lost = news.lost;
	row.rate_now = news.rate_now;
	row.time_us = news.time_us;
	/* What was paused or cancelled meanwhile stays so; only its counts are the last ones. */
	if (row.state != SWEEP_RUNNING ||
	    (news.state != SWEEP_DONE && news.state != SWEEP_FAILED)) {
		store_put_sweep(s->life->store, &row);
		announce_progress(s->announce, &row);
		return 0;
	}
	row.state = news.state;
	row.finished_us = news.time_us;
	s->active = 0;
	s->look = true;
	tell(s, &row);
	return 0;
}

static int take_found(struct sweeps *s, const struct sighting *said)
{
	struct sighting found = { .service = said->service,
				  .peer = said->peer,
				  .first_us = said->first_us,
				  .last_us = said->last_us,
				  .evidence = EVIDENCE_PROBE,
				  .print = said->print };
	struct store_service row;
	int rc;

	if (found.service.proto != PROTO_TCP || !found.service.port || found.service.zone ||
	    found.service.pad || !prefix_set_has(s->life->targets, &found.service.host))
		return 1;
	record_mend_sighting(&found, s->life->now + MONO_SECOND);
	rc = store_get_service(s->life->store, &found.service, &row);
	if (rc < 0)
		return rc;
	if (!rc || (!row.announced && !row.ephemeral))
		return lifecycle_sighting(s->life, &found);
	/* It was shut and is open now. */
	if (row.state == STATE_GONE) {
		found.handshakes = 1;
		found.peer = row.peer;
		found.vlan = row.vlan;
		found.tunnel = row.tunnel;
		found.tunnel_id = row.tunnel_id;
		return lifecycle_sighting(s->life, &found);
	}
	if (row.state == STATE_CLOSED || row.state == STATE_SILENT)
		return lifecycle_ask(s->life, &found.service);
	return 0;
}

int sweeps_take(struct sweeps *s, const struct ipc_message *m, wall_t latest)
{
	switch (m->kind) {
	case IPC_SWEEP:
		return take_news(s, m->record);
	case IPC_SIGHTING:
		return take_found(s, m->record);
	case IPC_HOST:
		return deceptive_take(s->life, m->record, latest);
	default:
		return 1;
	}
}

/* ---- the clock ---- */

static int order_by_schedule(struct sweeps *s, wall_t now)
{
	const struct conf *conf = s->conf;
	const struct prefix_set *from =
		conf->sweep_prefixes.count ? &conf->sweep_prefixes : s->life->targets;
	struct sweep order = { .id = (uint64_t)now,
			       .state = SWEEP_WAITING,
			       .origin = SWEEP_BY_SCHEDULE,
			       .tries = (uint8_t)conf->sweep_tries,
			       .shard = 1,
			       .shards = 1 };
	size_t i;

	for (i = 0; i < from->count; i++) {
		const struct sweep_prefix p = { from->ranges[i].low, from->ranges[i].high };

		if (record_sweep_add_prefix(&order, &p))
			return 1;
	}
	return record_sweep_parse_ports(&order, conf->sweep_ports) ? 1 : sweeps_order(s, &order);
}

static int run_schedule(struct sweeps *s, wall_t now)
{
	wall_t last = 0;
	int rc;

	if (!s->conf->sweep_every || !s->verify || s->active)
		return 0;
	rc = store_get_time(s->life->store, "sweep_scheduled", &last);
	if (rc < 0 || (rc && now - last < s->conf->sweep_every && last <= now))
		return rc < 0 ? rc : 0;
	store_put_time(s->life->store, "sweep_scheduled", now);
	rc = order_by_schedule(s, now);
	return rc < 0 ? rc : 0;
}

int sweeps_tick(struct sweeps *s, wall_t now)
{
	struct finding_next f = { .state = SWEEP_WAITING };
	int rc = s->once.id ? once_tick(s) : run_schedule(s, now);

	if (rc || !s->look || s->active || !s->verify)
		return rc;
	s->look = false;
	if ((rc = store_commit(s->life->store, false)))
		return rc;
	rc = store_walk_sweeps(s->life->store, find_state, &f);
	if (rc <= 0)
		return rc;
	f.row.state = SWEEP_RUNNING;
	if (!f.row.started_us)
		f.row.started_us = now;
	s->active = f.row.id;
	f.row.at = f.row.position; /* what is after it is done again */
	tell(s, &f.row);
	send(s, &f.row);
	return 0;
}
