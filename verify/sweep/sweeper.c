/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/sweeper.h"

#include "verify/sweep/found.h"
#include "verify/sweep/pace.h"
#include "verify/sweep/plan.h"

#include <errno.h>
#include <stdlib.h>

#define SLICE 256		 /* packets before others get a turn */
#define PASSED 4096		 /* steps that send nothing, likewise */
#define HEARD 512		 /* answers, likewise */
#define DEFERRED 16384		 /* steps that wait for a neighbour */
#define SHUT_WAIT (50 * MONO_MS) /* between looks whether anything may be sent again */
#define SETTLE (1 * MONO_SECOND) /* for answers after the last packet */
#define DEFER_EVERY (2 * MONO_MS)
#define SECONDS 8     /* of history */
#define SETTLED 3     /* seconds: by then all answers have come and core has been told */
#define RATE_LEAST 50 /* that lost answers make it slow down to */

enum phase { IDLE, RUNNING, SETTLING, ENDING };

struct sweeper {
	struct sweeper_setup with;
	struct hops *hops;
	struct found *found;
	struct loop_event *turn, *second, *ears[GEAR_EARS];
	enum phase phase;
	struct sweep sweep; /* order and counts */
	struct plan plan;
	struct pace pace;
	uint64_t at;	      /* the next step */
	uint64_t rate, most;  /* at present, at most */
	uint64_t sent_before; /* packets until the latest second */
	mono_t settled, deferred_run;
	uint64_t late;		   /* answers lost that on_second has not seen */
	bool failed;		   /* a batch did not leave */
	uint64_t history[SECONDS]; /* where it was, a second each, the latest first */
	uint64_t deferred[DEFERRED];
	size_t deferred_first, deferred_count;
};

static void on_turn(void *arg, int what);
static void on_second(void *arg, int what);
static void on_ear(void *arg, int what);

struct sweeper *sweeper_new(const struct sweeper_setup *setup)
{
	const struct found_setup found = { .ports = setup->conf->deceptive_ports,
					   .key = hash_key_new() };
	struct sweeper *s = calloc(1, sizeof(*s));
	unsigned i;

	if (!s)
		return NULL;
	s->with = *setup;
	s->hops = hops_new(gear_route(setup->gear), setup->source);
	s->found = found_new(&found);
	s->turn = loop_timer_new(setup->loop, on_turn, s);
	s->second = loop_timer_new(setup->loop, on_second, s);
	for (i = 0; i < GEAR_EARS; i++)
		s->ears[i] =
			loop_fd_new(setup->loop, gear_ear(setup->gear, i), LOOP_READ, on_ear, s);
	if (s->hops && s->found && s->turn && s->second && s->ears[0] && s->ears[1])
		return s;
	sweeper_free(s);
	return NULL;
}

void sweeper_free(struct sweeper *s)
{
	unsigned i;

	if (!s)
		return;
	for (i = 0; i < GEAR_EARS; i++)
		loop_event_free(s->ears[i]);
	loop_event_free(s->turn);
	loop_event_free(s->second);
	found_free(s->found);
	hops_free(s->hops);
	free(s);
}

/* ---- steps ---- */

static void defer(struct sweeper *s, uint64_t step)
{
	s->deferred[(s->deferred_first + s->deferred_count++) % DEFERRED] = step;
}

static bool may_touch(const struct sweeper *s, const struct addr *host, uint16_t port)
{
	const struct service service = { .host = *host, .port = port, .proto = PROTO_TCP };

	return budget_may(s->with.budget, host) &&
	       (!s->with.may || s->with.may(s->with.rules, &service));
}

/* One target. True: a packet of it is in the batch, or gone. */
static bool touch(struct sweeper *s, uint64_t step, mono_t now)
{
	struct addr host;
	struct hop hop;
	uint16_t port;

	plan_at(&s->plan, step, &host, &port);
	if (!may_touch(s, &host, port)) {
		s->sweep.skipped++;
		return false;
	}
	if (rest_is_dead(&s->with.budget->rest, &host, now)) {
		s->sweep.unreachable++;
		return false;
	}
	switch (hop_find(s->hops, &host, now, &hop)) {
	case HOP_FRAME:
		gear_add(s->with.gear, &hop, &host, port);
		return true;
	case HOP_KERNEL:
		switch (gear_send(s->with.gear, &hop, &host, port)) {
		case 0:
			s->sweep.sent++;
			return true;
		case -EAGAIN:
			defer(s, step);
			return false;
		default:
			s->sweep.unreachable++;
			return false;
		}
	case HOP_WAIT:
		defer(s, step);
		return false;
	case HOP_NOBODY:
		break;
	}
	s->sweep.unreachable++;
	return false;
}

/* Sends the batch. False: not all of it has left. */
static bool flush(struct sweeper *s)
{
	int n = gear_flush(s->with.gear);

	if (n > 0)
		s->sweep.sent += (uint64_t)n;
	s->failed |= n < 0;
	return !gear_waiting(s->with.gear) && n >= 0;
}

/* Another packet may be put into the batch. */
static bool has_room(struct sweeper *s)
{
	return !gear_is_full(s->with.gear) || flush(s);
}

/* The steps that wait for a neighbour, each once. How many packets. */
static uint64_t touch_deferred(struct sweeper *s, uint64_t most, mono_t now)
{
	size_t left = s->deferred_count;
	uint64_t packets = 0, step;

	if (now - s->deferred_run < DEFER_EVERY)
		return 0;
	s->deferred_run = now;
	for (; left && packets < most && has_room(s); left--) {
		step = s->deferred[s->deferred_first];
		s->deferred_first = (s->deferred_first + 1) % DEFERRED;
		s->deferred_count--;
		packets += touch(s, step, now);
	}
	return packets;
}

static uint64_t touch_next(struct sweeper *s, uint64_t most, mono_t now)
{
	uint64_t packets = 0;
	int passed = 0;

	while (s->at < s->plan.steps && packets < most && passed < PASSED &&
	       s->deferred_count < DEFERRED && has_room(s)) {
		if (touch(s, s->at++, now))
			packets++;
		else
			passed++;
	}
	return packets;
}

/* ---- what is heard ---- */

/* Tells core what may be told; false: it has no room. */
static bool hand_over(struct sweeper *s, mono_t now)
{
	struct sighting sighting;
	int left;

	for (left = HEARD; left && found_next(s->found, now, s->phase == ENDING, &sighting);
	     left--) {
		if (s->with.say(s->with.arg, IPC_SIGHTING, &sighting))
			return false;
		found_pass(s->found);
	}
	return true;
}

static void hand_over_hosts(struct sweeper *s)
{
	struct host_sighting host;

	while (found_next_host(s->found, &host) && !s->with.say(s->with.arg, IPC_HOST, &host))
		found_pass_host(s->found);
}

static void hear(struct sweeper *s, mono_t now)
{
	uint64_t asked = plan_asked(&s->plan, s->at);
	struct inlet_answer answer;
	unsigned i, left;

	for (i = 0; i < GEAR_EARS; i++)
		for (left = HEARD;
		     left && !found_is_full(s->found) && gear_hear(s->with.gear, i, &answer);
		     left--) {
			s->sweep.found++;
			found_take(s->found, &answer, asked, now);
		}
}

static void on_ear(void *arg, int what)
{
	struct sweeper *s = arg;

	(void)what;
	/* Otherwise it is asked again and again, and cannot help it. */
	if (found_is_full(s->found))
		hand_over(s, mono_now());
	hear(s, mono_now());
}

/* ---- the clock ---- */

/* Up to here all is done and told. */
static uint64_t settled(const struct sweeper *s)
{
	return s->history[SETTLED - 1];
}

/* The first step that is not done. */
static uint64_t lowest(const struct sweeper *s)
{
	uint64_t least = s->at, step;
	size_t i;

	for (i = 0; i < s->deferred_count; i++) {
		step = s->deferred[(s->deferred_first + i) % DEFERRED];
		least = step < least ? step : least;
	}
	return least;
}

static int say(struct sweeper *s, enum sweep_state state)
{
	struct sweep news = s->sweep;

	news.state = (uint8_t)state;
	news.position = state == SWEEP_DONE ? s->plan.steps : settled(s);
	news.total = s->plan.steps;
	news.at = s->at;
	news.time_us = mono_wall();
	news.rate_now = (uint32_t)(s->sweep.sent - s->sent_before);
	return s->with.say(s->with.arg, IPC_SWEEP, &news);
}

static void go_idle(struct sweeper *s)
{
	s->phase = IDLE;
	loop_timer_stop(s->turn);
	loop_timer_stop(s->second);
	gear_listen(s->with.gear, false);
	/* A batch that was not sent is none of another sweep's. */
	gear_drop(s->with.gear);
}

/* No more answers are waited for: what is left is told, and that it was all. */
static void end(struct sweeper *s, mono_t now)
{
	/* Unless the last ones found no room: the next second asks for them again. */
	if (s->phase == SETTLING && (s->late = gear_lost(s->with.gear)))
		s->settled = now + 2 * MONO_SECOND;
	else
		s->phase = ENDING;
	if (s->phase != ENDING || !hand_over(s, now))
		return;
	hand_over_hosts(s);
	if (!say(s, SWEEP_DONE))
		go_idle(s);
}

static void set_turn(struct sweeper *s, bool more)
{
	mono_t wait = pace_wait(&s->pace);

	if (more)
		wait = 0;
	else if (s->phase != RUNNING || wait < MONO_MS)
		wait = MONO_MS;
	if (s->with.budget->shut)
		wait = SHUT_WAIT;
	loop_timer_set(s->turn, wait);
}

static void on_turn(void *arg, int what)
{
	struct sweeper *s = arg;
	mono_t now = mono_now();
	uint64_t leave = pace_leave(&s->pace, now), packets = 0;
	bool told = hand_over(s, now), more = false;

	(void)what;
	/* The switch, or quiet hours: it stands still, and there is nothing to be made up for. */
	if (s->with.budget->shut) {
		pace_open(&s->pace, s->rate, now);
		leave = 0;
	}
	leave = leave < SLICE ? leave : SLICE;
	if (s->phase == RUNNING && told && leave && !s->with.budget->shut) {
		packets = touch_deferred(s, leave, now);
		packets += touch_next(s, leave - packets, now);
		pace_spend(&s->pace, packets);
		more = flush(s) && (packets == SLICE || (!packets && s->at < s->plan.steps &&
							 s->deferred_count < DEFERRED));
	}
	if (s->phase == RUNNING && s->at == s->plan.steps && !s->deferred_count &&
	    !gear_waiting(s->with.gear) && !s->failed) {
		s->phase = SETTLING;
		s->settled = now + SETTLE;
	}
	hear(s, now);
	if (s->phase == ENDING || (s->phase == SETTLING && now >= s->settled))
		end(s, now);
	if (s->phase != IDLE)
		set_turn(s, more);
}

/* Answers were lost, or packets did not leave: what was asked in the last seconds is asked again,
 * and slower. */
static void fall_back(struct sweeper *s, uint64_t lost, mono_t now)
{
	s->sweep.lost += lost;
	s->at = s->history[1] < s->at ? s->history[1] : s->at;
	s->rate = s->rate * 3 / 4;
	if (s->rate < RATE_LEAST)
		s->rate = s->most < RATE_LEAST ? s->most : RATE_LEAST;
	pace_set(&s->pace, s->rate, now);
	s->failed = false;
	if (s->phase == SETTLING)
		s->phase = RUNNING;
}

static void recover(struct sweeper *s, mono_t now)
{
	if (s->rate == s->most)
		return;
	s->rate += s->rate / 10 + 1;
	s->rate = s->rate < s->most ? s->rate : s->most;
	pace_set(&s->pace, s->rate, now);
}

static void on_second(void *arg, int what)
{
	struct sweeper *s = arg;
	mono_t now = mono_now();
	uint64_t lost = gear_lost(s->with.gear) + s->late;

	(void)what;
	s->late = 0;
	loop_timer_set(s->second, MONO_SECOND);
	if (lost || s->failed)
		fall_back(s, lost, now);
	else
		recover(s, now);
	memmove(s->history + 1, s->history, sizeof(s->history) - sizeof(s->history[0]));
	s->history[0] = lowest(s);
	hand_over_hosts(s);
	say(s, SWEEP_RUNNING);
	s->sent_before = s->sweep.sent;
}

/* ---- orders ---- */

/* Likewise for networks: the one that has most of the targets gets most of the packets. */
static void slow_down(uint64_t *most, uint64_t prefix_rate, const struct plan *p)
{
	double all = (double)prefix_rate * (double)p->hosts / (double)p->densest;

	if (prefix_rate && all < (double)*most)
		*most = all < 1 ? 1 : (uint64_t)all;
}

static bool begin(struct sweeper *s, const struct sweep *order)
{
	const struct conf *conf = s->with.conf;
	uint64_t hosts;
	unsigned i;

	s->sweep = *order;
	if (plan_open(&s->plan, order) || gear_listen(s->with.gear, true))
		return false;
	gear_lost(s->with.gear);
	hosts = s->plan.hosts;
	s->most = order->rate && order->rate < conf->sweep_rate ? order->rate : conf->sweep_rate;
	/* The order is random over hosts and ports: each host gets its part of the rate. */
	if (conf->sweep_host_rate && hosts < s->most / conf->sweep_host_rate + 1 &&
	    hosts * conf->sweep_host_rate < s->most)
		s->most = hosts * conf->sweep_host_rate;
	slow_down(&s->most, conf->sweep_prefix_rate, &s->plan);
	s->rate = s->most;
	s->at = order->position < s->plan.steps ? order->position : s->plan.steps;
	for (i = 0; i < SECONDS; i++)
		s->history[i] = s->at;
	s->deferred_first = s->deferred_count = 0;
	s->failed = false;
	s->sent_before = s->sweep.sent;
	found_clear(s->found, &order->port_key);
	pace_open(&s->pace, s->rate, mono_now());
	s->phase = RUNNING;
	loop_timer_set(s->second, MONO_SECOND);
	loop_timer_set(s->turn, 0);
	return true;
}

void sweeper_order(struct sweeper *s, const struct sweep *order)
{
	bool is_same = s->phase != IDLE && s->sweep.id == order->id;

	if (order->state == SWEEP_RUNNING) {
		if (is_same)
			return;
		if (s->phase != IDLE)
			go_idle(s);
		if (!begin(s, order))
			say(s, SWEEP_FAILED);
		return;
	}
	if (!is_same)
		return;
	hand_over_hosts(s);
	say(s, (enum sweep_state)order->state);
	go_idle(s);
}
