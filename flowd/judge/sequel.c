/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/judge/sequel.h"

#include "base/conf.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (60 * MONO_SECOND)
#define DAY_MINUTES 1440

enum kind { KIND_JOB = 1, KIND_GROUP, KIND_THROTTLE, KIND_SAID };

/* What is remembered of a job, of a group, of a rule's throttle, or of an alert that was made. */
struct slot {
	uint64_t key;	  /* 0: it is free */
	uint64_t waiting; /* number of what waits for it; 0 none */
	wall_t ends_us;
	uint32_t made;
	uint8_t level;
};

struct candidate {
	uint64_t group, throttle, said; /* keys of slots; 0 none */
	uint64_t job;			/* likewise, while it waits for the verdict */
	const struct rules_actions *actions;
	void *about;
	uint8_t level;
};

struct waiting {
	struct candidate alert;
	uint64_t number; /* 0: it is done */
	wall_t due_us;
	enum alert_wait wait;
};

struct sequel {
	mono_t group_for, verdict_for, repeat;
	uint64_t waiting_limit;
	sequel_fn fn;
	void *arg;
	struct hash_key key;
	wall_t now;
	struct slot *slots; /* open addressing; a power of two */
	size_t room, used;
	struct waiting *list; /* in the order of their numbers */
	size_t count, list_room;
	uint64_t last, forgotten;
	wall_t due_us; /* nothing is due before */
	bool short_of_memory;
};

struct sequel *sequel_new(const struct conf *conf, sequel_fn fn, void *arg)
{
	struct sequel *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->group_for = conf->alert_group;
	s->verdict_for = conf->alert_verdict;
	s->repeat = conf->alert_repeat;
	s->waiting_limit = conf->limit_waiting;
	s->fn = fn;
	s->arg = arg;
	s->key = hash_key_new();
	s->due_us = INT64_MAX;
	return s;
}

void sequel_free(struct sequel *s)
{
	if (!s)
		return;
	free(s->slots);
	free(s->list);
	free(s);
}

uint64_t sequel_forgotten(const struct sequel *s)
{
	return s->forgotten;
}

/* ---- what is remembered ---- */

static struct slot *seek(struct slot *slots, size_t room, uint64_t key)
{
	size_t i = (size_t)key & (room - 1);

	while (slots[i].key && slots[i].key != key)
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static bool grow_slots(struct sequel *s)
{
	size_t room = s->room ? s->room * 2 : 1024, i;
	struct slot *slots;

	if (s->used * 2 < s->room)
		return true;
	slots = calloc(room, sizeof(*slots));
	if (!slots) {
		s->short_of_memory = true;
		return false;
	}
	for (i = 0; i < s->room; i++)
		if (s->slots[i].key)
			*seek(slots, room, s->slots[i].key) = s->slots[i];
	free(s->slots);
	s->slots = slots;
	s->room = room;
	return true;
}

static struct slot *find(struct sequel *s, uint64_t key)
{
	struct slot *slot = key && s->room ? seek(s->slots, s->room, key) : NULL;

	return slot && slot->key ? slot : NULL;
}

/* The one there is or a new one, borrowed until the next; NULL: there is no room for it. */
static struct slot *make(struct sequel *s, uint64_t key)
{
	struct slot *slot = find(s, key);

	if (slot)
		return slot;
	if (s->used >= SEQUEL_SLOTS_MAX) {
		s->forgotten++;
		return NULL;
	}
	if (!grow_slots(s))
		return NULL;
	slot = seek(s->slots, s->room, key);
	slot->key = key;
	s->used++;
	return slot;
}

static uint64_t key_of(const struct sequel *s, enum kind kind, const void *bytes, size_t len)
{
	uint64_t h[2] = { hash_bytes(&s->key, bytes, len), kind }, key;

	key = hash_bytes(&s->key, h, sizeof(h));
	return key ? key : 1;
}

/* ---- what an alert is about ---- */

/* What core's group_name makes a name of. */
static uint64_t group_of(const struct sequel *s, const struct sequel_step *step)
{
	const struct finding *f = &step->row->finding;
	const struct rules_actions *a = step->verdict->actions;
	struct {
		uint64_t rule;
		uint32_t by, number;
		struct addr addr;
		char text[sizeof(((struct alert_policy *)0)->group_of)];
	} said;

	if (!a || !a->group_by)
		return 0;
	memset(&said, 0, sizeof(said));
	said.rule = hash_bytes(&s->key, step->verdict->rule, strlen(step->verdict->rule));
	said.by = a->group_by;
	if (a->group_by == RULES_GROUP_HOST)
		said.addr = f->service.host;
	else if (a->group_by == RULES_GROUP_PEER)
		said.addr = f->peer;
	else if (a->group_by == RULES_GROUP_PORT)
		said.number = (uint32_t)f->service.port << 8 | f->service.proto;
	else if (a->group_by == RULES_GROUP_APP)
		record_text_set(said.text, sizeof(said.text), f->app);
	else if (a->group_by == RULES_GROUP_PRODUCT)
		record_text_set(said.text, sizeof(said.text), f->product);
	else if (step->owner)
		record_text_set(said.text, sizeof(said.text), step->owner);
	return key_of(s, KIND_GROUP, &said, sizeof(said));
}

/* What the alert says: the same as core's casework takes for it, and of whom. */
static uint64_t said_of(const struct sequel *s, const struct sequel_step *step, unsigned level)
{
	const struct finding *f = &step->row->finding;
	struct {
		uint64_t service, rule;
		uint8_t event, state, what, level, exposure, pad[3];
		char app[RECORD_APP_MAX], product[sizeof(f->product)], version[sizeof(f->version)];
		char after[RECORD_CHANGE_MAX];
	} said;
	char rule[ALERT_RULE_MAX] = "";

	if (f->event == EVENT_HEALTH)
		return 0;
	memset(&said, 0, sizeof(said));
	record_text_set(rule, sizeof(rule), step->verdict->rule);
	said.service = hash_bytes(&s->key, &f->service, sizeof(f->service));
	said.rule = hash_bytes(&s->key, rule, sizeof(rule));
	said.event = f->event;
	said.state = f->state;
	said.what = f->what;
	said.level = (uint8_t)level;
	said.exposure = f->exposure;
	memcpy(said.app, f->app, sizeof(said.app));
	memcpy(said.product, f->product, sizeof(said.product));
	memcpy(said.version, f->version, sizeof(said.version));
	memcpy(said.after, f->after, sizeof(said.after));
	return key_of(s, KIND_SAID, &said, sizeof(said));
}

static struct candidate candidate_of(const struct sequel *s, const struct sequel_step *step)
{
	const struct rules_verdict *v = step->verdict;
	struct candidate c = { .actions = v->actions,
			       .about = step->about,
			       .level = (uint8_t)v->level };

	c.group = group_of(s, step);
	c.said = said_of(s, step, v->level);
	if (v->actions && v->actions->throttle)
		c.throttle = key_of(s, KIND_THROTTLE, v->rule, strlen(v->rule));
	return c;
}

/* ---- what waits ---- */

static bool hold(struct sequel *s, const struct candidate *c, enum alert_wait wait, wall_t due)
{
	size_t room = s->list_room ? s->list_room * 2 : 64;
	struct waiting *list;

	if (wait != WAIT_THROTTLE && s->count >= s->waiting_limit)
		return false;
	if (s->count == s->list_room) {
		if (!(list = realloc(s->list, room * sizeof(*list)))) {
			s->short_of_memory = true;
			return false;
		}
		s->list = list;
		s->list_room = room;
	}
	s->list[s->count++] = (struct waiting){ *c, ++s->last, due, wait };
	if (due < s->due_us)
		s->due_us = due;
	return true;
}

static struct waiting *find_waiting(struct sequel *s, uint64_t number)
{
	size_t low = 0, high = s->count, at;

	while (low < high) {
		at = low + (high - low) / 2;
		if (s->list[at].number == number)
			return &s->list[at];
		if (s->list[at].number < number)
			low = at + 1;
		else
			high = at;
	}
	return NULL;
}

static void drop(struct sequel *s, const struct waiting *w)
{
	size_t at = (size_t)(w - s->list);

	memmove(s->list + at, s->list + at + 1, (s->count - at - 1) * sizeof(*w));
	s->count--;
}

/* ---- what is done with it, as policy_takes and policy_made do ---- */

static bool is_grouped(struct sequel *s, const struct candidate *c)
{
	const struct slot *group = find(s, c->group);

	return group && s->now < group->ends_us;
}

static wall_t quiet_end(const struct rules_actions *a, wall_t now)
{
	unsigned minute = (unsigned)(now / MINUTE % DAY_MINUTES), since, length;

	if (!a || !a->has_quiet)
		return 0;
	since = (minute + DAY_MINUTES - a->quiet_from) % DAY_MINUTES;
	length = (a->quiet_to + DAY_MINUTES - a->quiet_from) % DAY_MINUTES;
	return since < length ? (now / MINUTE + length - since) * MINUTE : 0;
}

/* The latest of those that are too many takes the place of the one that waits. */
static bool is_throttled(struct sequel *s, const struct candidate *c)
{
	struct slot *window = find(s, c->throttle);
	struct waiting *w;

	if (!window || s->now >= window->ends_us || window->made < c->actions->throttle)
		return false;
	w = window->waiting ? find_waiting(s, window->waiting) : NULL;
	if (w)
		w->alert = *c;
	else if (hold(s, c, WAIT_THROTTLE, window->ends_us))
		window->waiting = s->last;
	return true;
}

static bool is_kept(struct sequel *s, const struct candidate *c, enum alert_wait after)
{
	wall_t morning;

	if (is_grouped(s, c))
		return true;
	morning = after < WAIT_QUIET ? quiet_end(c->actions, s->now) : 0;
	if (morning && hold(s, c, WAIT_QUIET, morning))
		return true;
	return after < WAIT_THROTTLE && is_throttled(s, c);
}

static void count_made(struct sequel *s, const struct candidate *c)
{
	struct slot *slot;

	if (c->group && (slot = make(s, c->group)))
		slot->ends_us = s->now + s->group_for;
	if (c->throttle && (slot = make(s, c->throttle))) {
		if (s->now >= slot->ends_us) {
			slot->ends_us = s->now + c->actions->throttle_s * MONO_SECOND;
			slot->made = 0;
			slot->waiting = 0;
		}
		slot->made++;
	}
	if (c->said && s->repeat && (slot = make(s, c->said)))
		slot->ends_us = s->now + s->repeat;
}

static void offer(struct sequel *s, const struct candidate *c, enum alert_wait after)
{
	const struct slot *said = find(s, c->said);

	if ((said && s->now < said->ends_us) || is_kept(s, c, after))
		return;
	count_made(s, c);
	s->fn(s->arg, c->about, c->level);
}

static void release(struct sequel *s, struct waiting *w)
{
	struct waiting done = *w;
	struct slot *job;

	drop(s, w);
	if (done.wait == WAIT_VERDICT && (job = find(s, done.alert.job)) &&
	    job->level < done.alert.level)
		job->level = done.alert.level;
	offer(s, &done.alert, done.wait);
}

/* The one that is due first, of several the one that came first. */
static struct waiting *first_due(struct sequel *s, wall_t time)
{
	struct waiting *first = NULL;
	size_t i;

	s->due_us = INT64_MAX;
	for (i = 0; i < s->count; i++) {
		if (s->list[i].due_us < s->due_us)
			s->due_us = s->list[i].due_us;
		if (s->list[i].due_us <= time && (!first || s->list[i].due_us < first->due_us))
			first = &s->list[i];
	}
	return first;
}

int sequel_until(struct sequel *s, wall_t time)
{
	struct waiting *w;

	while (time >= s->due_us && (w = first_due(s, time))) {
		if (w->due_us > s->now)
			s->now = w->due_us;
		release(s, w);
	}
	if (time > s->now)
		s->now = time;
	return s->short_of_memory ? -ENOMEM : 0;
}

int sequel_finish(struct sequel *s)
{
	/* Each waits once for each reason: it comes to an end. */
	while (s->count)
		release(s, s->list);
	return s->short_of_memory ? -ENOMEM : 0;
}

static void settle(struct sequel *s, struct slot *job)
{
	struct waiting *w = job && job->waiting ? find_waiting(s, job->waiting) : NULL;

	if (w)
		drop(s, w);
	if (job)
		job->waiting = 0;
}

int sequel_take(struct sequel *s, const struct sequel_step *step, unsigned *chosen)
{
	const struct store_judgement *row = step->row;
	const struct rules_verdict *v = step->verdict;
	uint64_t key = row->job ? key_of(s, KIND_JOB, &row->job, sizeof(row->job)) : 0;
	struct slot *job = key ? make(s, key) : NULL;
	bool probed = *row->finding.vantage;
	struct candidate c;

	*chosen = LEVEL_NONE;
	if (probed)
		settle(s, job);
	if (v->level <= (job ? job->level : LEVEL_NONE) || (v->level < LEVEL_HIGH && row->quiet))
		return s->short_of_memory ? -ENOMEM : 0;
	*chosen = v->level;
	c = candidate_of(s, step);
	c.job = key;
	if (v->actions && v->actions->delay && !probed && row->awaited && job &&
	    hold(s, &c, WAIT_VERDICT, row->time_us + s->verdict_for)) {
		job->waiting = s->last;
		return 0;
	}
	if (job)
		job->level = (uint8_t)v->level;
	offer(s, &c, WAIT_NONE);
	return s->short_of_memory ? -ENOMEM : 0;
}
