/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/core.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "base/loop.h"
#include "flowd/core/announce.h"
#include "flowd/core/book/learning.h"
#include "flowd/core/deceptive.h"
#include "flowd/core/geo/origins.h"
#include "flowd/core/greet.h"
#include "flowd/core/listing.h"
#include "flowd/core/out/courier.h"
#include "flowd/core/out/outbox.h"
#include "flowd/core/place.h"
#include "flowd/core/verdict/early.h"
#include "flowd/core/vitals/trim.h"
#include "flowd/core/vitals/vitals.h"
#include "flowd/core/wish/tokens.h"
#include "flowd/core/wish/wishes.h"
#include "flowd/role.h"
#include "flowd/rulefile.h"
#include "store/hints.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TURN 512	    /* messages between two commits */
#define TICK (50 * MONO_MS) /* how often deadlines are looked at */

struct core {
	const struct conf *conf;
	struct ipc *sensor, *verify, *web; /* the last two may be NULL */
	struct loop *loop;
	struct loop_event *sensor_event, *verify_event, *web_event, *tick, *term;
	struct store *store;
	struct rules *rules;
	struct outbox outbox;
	struct courier *courier;
	struct prefix_set targets;
	struct lifecycle life;
	bool replay, ended;  /* ended: the sensor said so, or there is none */
	bool finite, failed; /* finite: a replay, or a sweep and then the end */
	struct announce *announce;
	struct backlog backlog;
	struct greet greet;
	struct sweeps sweeps;
	struct trim trim;
	mono_t clock, end; /* of mono_set_back; of the wait for verdicts after a replay */
	struct vitals *vitals;
	struct origins *origins;
	struct ipc *parent, *relay; /* until crew and courier have them */
	struct crew *crew;
	struct wishes wishes;
	struct scout *scout;
};

static void fail(struct core *c, const char *what, int rc)
{
	log_error("%s: %s", what, err_text(rc));
	c->failed = true;
	loop_stop(c->loop);
}

static void act(void *arg, const struct lifecycle_act *a)
{
	struct core *c = arg;

	announce_event(c->announce, a->event);
	announce_alert(c->announce, a->alert);
	announce_triage(c->announce, a->triage);
	if (a->name && c->verify)
		ipc_send(c->verify, IPC_NAME, a->name);
}

/* Commits the batch, then does what follows from it. */
static void end_turn(struct core *c)
{
	bool news = announce_has_news(c->announce);
	int rc = store_commit(c->store, news && c->conf->store_sync);

	if (rc) {
		fail(c, "commit", rc);
		return;
	}
	announce_say(c->announce);
	if (announce_is_stuck(c->announce))
		log_warning("nobody reads standard output: lines are dropped");
	if ((rc = greet_pump(&c->greet)))
		fail(c, "known services", rc);
	rc = outbox_pump(&c->outbox, news);
	if (rc > 0)
		log_warning("%s: %s; %s", c->conf->alert_file, err_text(c->outbox.refused),
			    outbox_word(rc));
	else if (rc || (rc = courier_pump(c->courier, news)))
		fail(c, "outbox", rc);
	if (c->verify && (rc = backlog_pump(&c->backlog)))
		fail(c, "jobs", rc);
}

/* No record can be of later than this; a replay's clock is the capture's. */
static wall_t latest(const struct core *c)
{
	return c->replay ? INT64_MAX / 2 : mono_wall() + MONO_SECOND;
}

static int take_sighting(struct core *c, const struct sighting *said)
{
	struct sighting s = *said;
	int rc = 0;

	record_mend_sighting(&s, latest(c));
	/* Packet time rules in a replay; but verdicts come in their own time. */
	if (c->replay && !c->verify)
		rc = lifecycle_tick(&c->life, s.last_us);
	return rc ? rc : lifecycle_sighting(&c->life, &s);
}

static int take_probe(struct core *c, const struct probe *said)
{
	struct probe p = *said;

	record_mend_probe(&p, latest(c));
	if (p.partial)
		return early_take(&c->life, &p);
	return vantage_is_far(&c->life.vantages, p.vantage) || backlog_done(&c->backlog, &p) > 0
		       ? lifecycle_probe(&c->life, &p)
		       : 0;
}

static int take_message(struct core *c, const struct ipc_message *m)
{
	switch (m->kind) {
	case IPC_HELLO:
		/* Its first word; a later hello is the same sensor asking again. */
		if (!m->sequence)
			vitals_restart(c->vitals);
		c->greet.due = true;
		return 0;
	case IPC_SIGHTING:
		return take_sighting(c, m->record);
	case IPC_HOST:
		return deceptive_take(&c->life, m->record, latest(c));
	case IPC_END:
		c->ended = true;
		return 0;
	case IPC_HINT:
		return store_take_hint(c->store, m->record, latest(c));
	case IPC_TALLY:
		vitals_take(c->vitals, m->origin, m->record, latest(c), c->replay);
		return 0;
	default:
		return 1;
	}
}

static int take_verify(struct core *c, const struct ipc_message *m)
{
	switch (m->kind) {
	case IPC_HELLO:
		scout_tell(c->scout);
		backlog_restart(&c->backlog);
		return sweeps_restart(&c->sweeps);
	case IPC_PROBE:
		return take_probe(c, m->record);
	case IPC_TROUBLE:
		return vantage_trouble(&c->life, m->record);
	default:
		return sweeps_take(&c->sweeps, m, latest(c));
	}
}

static const char *name_of(const struct core *c, const struct ipc *ipc)
{
	return ipc == c->sensor ? "sensor" : ipc == c->verify ? "verify" : "web";
}

/* The other end is gone; who has said its last word may go. */
static void miss(struct core *c, const struct ipc *ipc)
{
	if (ipc != c->sensor || !c->ended)
		fail(c, name_of(c, ipc), -EPIPE);
}

/* Whoever says it may have been taken over: it is counted, and no reason to fall. */
static void refuse(struct core *c, const struct ipc *ipc, const char *why)
{
	uint64_t count;

	if (vitals_refuse(c->vitals, &count))
		log_warning("thrown away what %s said: %s; %llu records until now", name_of(c, ipc),
			    why, (unsigned long long)count);
}

/* Takes what waits, about a turn's worth; false when nothing did. `take`: 1 it makes no sense. */
static bool drain(struct core *c, struct ipc *ipc,
		  int (*take)(struct core *c, const struct ipc_message *m))
{
	struct ipc_message m;
	int i, rc;

	for (i = 0; (i < TURN || ipc_has_more(ipc)) && !c->failed; i++) {
		rc = ipc_recv(ipc, false, &m);
		if (rc == -EPIPE)
			miss(c, ipc);
		if (!rc || rc == -EPIPE)
			break;
		if (rc < 0) {
			refuse(c, ipc, err_text(rc));
			continue;
		}
		if ((rc = take(c, &m)) < 0)
			fail(c, "record", rc);
		else if (rc)
			refuse(c, ipc, "it makes no sense");
		if (m.fd >= 0)
			close(m.fd);
	}
	return i > 0;
}

static int take_web(struct core *c, const struct ipc_message *m)
{
	return wishes_take(&c->wishes, m);
}

static bool has_undecided(const struct core *c)
{
	return c->verify && c->life.next_deadline && mono_now() < c->end;
}

static void sensor_ready(void *arg, int what)
{
	struct core *c = arg;

	(void)what;
	drain(c, c->sensor, take_message);
	end_turn(c);
	/* Live the next sensor follows, or SIGTERM. */
	if (!c->ended || !c->replay)
		return;
	loop_event_free(c->sensor_event);
	c->sensor_event = NULL;
	c->end = mono_now() + c->conf->alert_deadline;
	if (!has_undecided(c))
		loop_stop(c->loop);
}

static void others_ready(void *arg, int what)
{
	struct core *c = arg;

	(void)what;
	if (c->verify)
		drain(c, c->verify, take_verify);
	if (c->web)
		drain(c, c->web, take_web);
	end_turn(c);
}

static void tick(void *arg, int what)
{
	struct core *c = arg;
	mono_t back = c->replay ? 0 : mono_set_back(&c->clock);
	int rc = back ? lifecycle_set_back(&c->life, mono_wall(), back) : 0;

	(void)what;
	if (back)
		log_warning("the clock was set back by %lld ms", (long long)(back / MONO_MS));
	if (!rc && !c->replay)
		rc = lifecycle_tick(&c->life, mono_wall());
	if (!rc && !c->replay)
		rc = sweeps_tick(&c->sweeps, mono_wall());
	if (rc)
		fail(c, "deadlines", rc);
	end_turn(c);
	if (!c->finite && (rc = trim_tick(&c->trim, c->store, c->conf, c->life.now)))
		log_warning("the store stays too large: %s", trim_text(rc));
	if (c->sweeps.once.over && !c->end)
		c->end = mono_now() + c->conf->alert_deadline;
	if ((c->sweeps.once.over || (c->replay && c->ended)) &&
	    (!has_undecided(c) || (!backlog_under_way(&c->backlog) && !c->backlog.held)))
		loop_stop(c->loop);
	loop_timer_set(c->tick, TICK);
}

static void stop_asked(void *arg, int what)
{
	struct core *c = arg;

	(void)what;
	loop_stop(c->loop);
}

static bool open_store(struct core *c, const char *state)
{
	char error[STORE_ERROR_MAX], token[TOKEN_TEXT_MAX];
	int rc;

	if (store_open(state, &c->store, error)) {
		log_error("%s: %s", state ? state : "store in memory", error);
		return false;
	}
	c->life = (struct lifecycle){ .store = c->store,
				      .rules = c->rules,
				      .home = &c->conf->home,
				      .targets = &c->targets,
				      .origins = c->origins,
				      .alert_deadline = c->conf->alert_deadline,
				      .alert_repeat = c->finite ? 0 : c->conf->alert_repeat,
				      .host_keep = c->conf->deceptive_keep,
				      .host_limit = c->conf->limit_hosts,
				      .health = vitals_health(c->vitals),
				      .receiver = c->outbox.file ? OUTBOX_FILE : NULL,
				      .fleeting = { .keep = c->conf->ephemeral_keep,
						    .limit = c->conf->limit_ephemeral },
				      .room = room_of(c->conf),
				      .agenda = agenda_of(c->conf, c->replay),
				      .vantages = vantages_of(c->conf),
				      .policy = policy_of(c->conf),
				      .act = act,
				      .arg = c };
	c->greet = (struct greet){ .store = c->store, .sensor = c->sensor };
	c->backlog = (struct backlog){ .verify = c->verify, .web = c->web };
	c->sweeps = (struct sweeps){
		.conf = c->conf, .life = &c->life, .verify = c->verify, .announce = c->announce
	};
	rc = c->finite ? 0 : learning_begin(&c->life, c->conf, mono_wall());
	if (!rc)
		rc = outbox_open(&c->outbox, c->store, c->conf->limit_outbox, &c->life.undelivered);
	if (!rc && !(rc = backlog_open(&c->backlog, c->store, c->conf)))
		rc = lifecycle_open(&c->life);
	if (!rc)
		rc = sweeps_open(&c->sweeps);
	if (!rc && c->web)
		rc = tokens_open(c->store, c->web, token);
	if (!rc && c->web && *token)
		log_info("a token of an admin, said this once: %s", token);
	if (rc)
		log_error("%s: %s", state ? state : "store in memory", err_text(rc));
	return !rc;
}

/* What must be opened before the cage closes. */
static bool open_files(struct core *c, const char *state)
{
	char error[RULEFILE_ERROR_MAX];
	int rc;

	if (rulefile_read(c->conf->rules, &c->rules, error)) {
		log_error("%s", error);
		return false;
	}
	if (*c->conf->alert_file && (rc = alertfile_open(c->conf->alert_file, &c->outbox.file))) {
		log_error("%s: %s", c->conf->alert_file, err_text(rc));
		return false;
	}
	if (!place_make(c->conf, state))
		return false;
	if (c->verify && (rc = conf_targets(c->conf, &c->targets))) {
		log_error("targets: %s", err_text(rc));
		return false;
	}
	c->announce = announce_new(c->web, c->finite ? 0 : c->conf->limit_output);
	c->origins = origins_new(c->conf);
	c->vitals = vitals_new(c->conf, &c->life, c->announce, c->web);
	return c->announce && c->origins && c->vitals;
}

static bool open_loop(struct core *c)
{
	int rc;

	c->loop = loop_new();
	if (!c->loop)
		return false;
	if (!c->ended)
		c->sensor_event =
			loop_fd_new(c->loop, ipc_fd(c->sensor), LOOP_READ, sensor_ready, c);
	if (c->verify)
		c->verify_event =
			loop_fd_new(c->loop, ipc_fd(c->verify), LOOP_READ, others_ready, c);
	c->tick = loop_timer_new(c->loop, tick, c);
	c->term = loop_signal_new(c->loop, SIGTERM, stop_asked, c);
	if (c->web)
		c->web_event = loop_fd_new(c->loop, ipc_fd(c->web), LOOP_READ, others_ready, c);
	c->crew = crew_new(c->loop, c->parent, c->announce, &c->backlog);
	rc = courier_new(c->loop, c->relay, c->conf, &c->life, &c->courier);
	c->parent = c->relay = NULL;
	rc = rc ? rc
		: scout_new(&(struct scout_with){ c->conf, c->loop, &c->life, c->crew, c->verify,
						  &c->targets },
			    &c->scout);
	c->wishes = (struct wishes){ c->store,	c->web,	 &c->life,   &c->backlog, &c->sweeps,
				     c->vitals, c->crew, c->courier, c->scout,	  { "" } };
	handovers_new(c->conf, c->loop, c->announce, &c->wishes);
	if ((!c->ended && !c->sensor_event) || (c->verify && !c->verify_event) ||
	    (c->web && !c->web_event) || !c->tick || !c->term)
		return false;
	loop_timer_set(c->tick, 0);
	return !rc && !origins_open(c->origins, c->store, c->replay ? NULL : c->loop);
}

/* Takes what is still queued, decides and prints the rest. */
static void finish(struct core *c)
{
	int rc;

	/* In a replay the sensor is gone when it has ended. */
	while (!c->failed && !(c->finite && c->ended) && drain(c, c->sensor, take_message))
		end_turn(c);
	if (c->replay && !c->failed)
		vitals_finish(c->vitals);
	if (c->finite && !c->failed && (rc = lifecycle_finish(&c->life)))
		fail(c, "last decisions", rc);
	origins_save(c->origins);
	if (!c->failed)
		end_turn(c);
	if (c->finite && !c->failed && (rc = listing_print(&c->life)))
		fail(c, "services", rc);
	if (!c->failed) {
		vitals_say(c->vitals);
		end_turn(c);
	}
	if ((rc = announce_end(c->announce)) && !c->failed)
		fail(c, "standard output", rc);
	/* Live it would be the next verify that finds it in the socket. */
	if (c->verify && c->finite)
		ipc_send(c->verify, IPC_STOP, NULL);
}

static void core_free(struct core *c)
{
	loop_event_free(c->sensor_event);
	loop_event_free(c->verify_event);
	loop_event_free(c->web_event);
	loop_event_free(c->tick);
	loop_event_free(c->term);
	handovers_free(c->life.handovers);
	crew_free(c->crew);
	courier_free(c->courier);
	scout_free(c->scout);
	origins_free(c->origins);
	loop_free(c->loop);
	lifecycle_close(&c->life);
	store_close(c->store);
	rules_free(c->rules);
	alertfile_close(c->outbox.file);
	prefix_set_clear(&c->targets);
	vitals_free(c->vitals);
	announce_free(c->announce);
	if (c->verify)
		ipc_flush(c->verify);
	ipc_free(c->verify);
	ipc_free(c->web);
	ipc_free(c->sensor);
	ipc_free(c->parent);
	ipc_free(c->relay);
}

int core_run(const struct conf *conf, const struct core_ends *ends)
{
	struct core c = { .conf = conf,
			  .sensor = ends->sensor,
			  .verify = ends->verify,
			  .web = ends->web,
			  .parent = ends->parent,
			  .relay = ends->relay,
			  .failed = true };
	const char *state = conf_state(conf);

	if (!conf_probes(conf)) {
		ipc_free(c.verify);
		c.verify = NULL;
	}
	if (!conf_serves(conf)) {
		ipc_free(c.web);
		c.web = NULL;
	}
	c.replay = *conf->read;
	c.ended = conf_sweeps_once(conf);
	c.finite = c.replay || c.ended;
	if (open_files(&c, state) && role_cage_reading(conf, state, origins_folders(c.origins)) &&
	    open_store(&c, state) && open_loop(&c) && role_seal(conf, CAGE_CORE)) {
		c.failed = false;
		/* A sensor that outlived another core says again what may not have been kept. */
		ipc_send(c.sensor, IPC_HELLO, NULL);
		ipc_flush(c.sensor);
		loop_run(c.loop);
		finish(&c);
	}
	core_free(&c);
	return c.failed || c.sweeps.once.failed;
}
