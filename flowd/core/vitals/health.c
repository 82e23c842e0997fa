/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/vitals/health.h"

#include <stdlib.h>

#define CALM 3			       /* intervals below half the threshold that end trouble */
#define UNMEASURED (600 * MONO_SECOND) /* nothing to measure trouble by, and it is told no more */
#define HEARD (10 * MONO_SECOND)       /* the sensor counts every second */
#define QUIET 6			       /* intervals in which nothing leaves, until nothing can */
#define EXPECTED 100  /* packets that would have come: then silence means something */
#define WHOLE 1000000 /* values are in millionths */

struct meter {
	uint64_t part, whole; /* since the interval began that they are enough for */
	uint64_t limit, value;
	wall_t since;
	unsigned calm;
	wall_t weighed_us; /* when it was last measured */
	bool on;
};

struct source {
	char name[RECORD_SOURCE_MAX]; /* "": this place is free */
	wall_t from;		      /* of the interval */
	wall_t time_us, packet_us;    /* as told last */
	wall_t left_us;		      /* when something of an inside host was seen; 0 never */
	uint64_t in, in_alone;	      /* answers to them in the interval, and without a SYN */
	uint64_t packets;	      /* in the interval */
	double rate;		      /* packets a second, as it used to be */
	bool rated;
	struct meter meters[TROUBLE_END];
};

struct health {
	const struct conf *conf;
	health_fn fn;
	void *arg;
	wall_t heard; /* the latest time a sensor has told */
	wall_t ill;   /* until then, at least, not everything was seen */
	struct source sources[HEALTH_SOURCES];
};

struct health *health_new(const struct conf *conf, health_fn fn, void *arg)
{
	struct health *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->conf = conf;
	h->fn = fn;
	h->arg = arg;
	return h;
}

void health_free(struct health *h)
{
	free(h);
}

static struct trouble_news news_of(const struct source *s, enum trouble kind)
{
	const struct meter *m = &s->meters[kind];
	struct trouble_news news = { .time_us = m->since,
				     .value = m->value,
				     .limit = m->limit,
				     .trouble = (uint8_t)kind,
				     .over = !m->on };

	memcpy(news.source, s->name, sizeof(news.source));
	return news;
}

/* It holds from now on, or no more. */
static void turn(struct health *h, struct source *s, enum trouble kind, bool on)
{
	struct meter *m = &s->meters[kind];
	struct trouble_news news;

	if (s->time_us > h->ill)
		h->ill = s->time_us;
	m->on = on;
	m->calm = 0;
	m->since = s->time_us;
	news = news_of(s, kind);
	h->fn(h->arg, &news);
}

/* A value that was measured: begins at the threshold, passes below half of it only, and then not at
 * once. */
static void weigh(struct health *h, struct source *s, enum trouble kind, uint64_t value)
{
	struct meter *m = &s->meters[kind];

	m->value = value;
	if (value >= m->limit && value) {
		m->calm = 0;
		if (!m->on)
			turn(h, s, kind, true);
	} else if (m->on && (2 * value >= m->limit && value)) {
		m->calm = 0;
	} else if (m->on && ++m->calm == CALM) {
		turn(h, s, kind, false);
	}
}

/* Which part of a whole, once the whole is big enough to say so. */
static void weigh_part(struct health *h, struct source *s, enum trouble kind, uint64_t enough)
{
	struct meter *m = &s->meters[kind];

	if (!m->limit)
		return;
	if (m->whole < enough) {
		/* Nobody can tell any more whether it still holds. */
		if (m->on && s->time_us - m->weighed_us >= UNMEASURED)
			turn(h, s, kind, false);
		return;
	}
	m->weighed_us = s->time_us;
	weigh(h, s, kind, (uint64_t)((double)m->part / (double)m->whole * WHOLE));
	m->part = m->whole = 0;
}

static void weigh_clock(struct health *h, struct source *s)
{
	struct meter *m = &s->meters[TROUBLE_CLOCK];

	if (m->limit)
		weigh(h, s, TROUBLE_CLOCK, m->part);
	m->part = 0;
}

static void add(struct source *s, enum trouble kind, uint64_t part, uint64_t whole)
{
	s->meters[kind].part += part;
	s->meters[kind].whole += whole;
}

/* Handshakes of which one half is missing. Answers that are sent again are none of their own. */
static void add_oneway(struct source *s, const struct tally *t)
{
	uint64_t first =
		t->synacks - (t->synack_repeats < t->synacks ? t->synack_repeats : t->synacks);
	uint64_t alone =
		t->synacks_alone -
		(t->synacks_explained < t->synacks_alone ? t->synacks_explained : t->synacks_alone);

	add(s, TROUBLE_ONEWAY, alone, first);
	s->in += t->synacks_in;
	s->in_alone += t->synacks_in_alone;
	if (t->synacks || t->syns_out || t->duplicates_checked || s->left_us > s->time_us)
		s->left_us = s->time_us;
}

/*
 * Answers to our own hosts count where nothing has left for some intervals: else they are what
 * forged requests elsewhere have brought, and a stranger could make trouble.
 */
static void add_in(const struct health *h, struct source *s)
{
	bool leaves = s->left_us && s->time_us - s->left_us < QUIET * h->conf->health_interval;

	if (s->in == s->in_alone && !leaves)
		add(s, TROUBLE_ONEWAY, s->in, s->in);
	s->in = s->in_alone = 0;
}

static void add_all(struct source *s, const struct tally *t)
{
	uint64_t drops = t->kernel_drops + t->interface_drops;

	add(s, TROUBLE_DROPS, drops, t->packets + drops);
	add(s, TROUBLE_LOSS, t->gap_bytes, t->acked_bytes);
	add(s, TROUBLE_DUPLICATES, t->duplicates, t->duplicates_checked);
	add(s, TROUBLE_CUT, t->truncated, t->packets);
	add(s, TROUBLE_CLOCK, t->clock_step_us, t->clock_steps);
	add_oneway(s, t);
	s->packets += t->packets;
}

static void judge(struct health *h, struct source *s)
{
	add_in(h, s);
	weigh_part(h, s, TROUBLE_DROPS, 10);
	weigh_part(h, s, TROUBLE_LOSS, 10000);
	weigh_part(h, s, TROUBLE_DUPLICATES, 20);
	weigh_part(h, s, TROUBLE_ONEWAY, 10);
	weigh_part(h, s, TROUBLE_CUT, 20);
	weigh_clock(h, s);
}

/* No packets for long, where many would have come in that time. */
static void listen(struct health *h, struct source *s, bool stepped)
{
	struct meter *m = &s->meters[TROUBLE_SILENCE];
	wall_t quiet = s->time_us - s->packet_us;

	if (!m->limit || !s->packet_us || stepped)
		return;
	if (quiet < (wall_t)m->limit) {
		if (m->on)
			turn(h, s, TROUBLE_SILENCE, false);
		return;
	}
	m->value = (uint64_t)quiet;
	if (!m->on && s->rate * (double)m->limit / MONO_SECOND >= EXPECTED)
		turn(h, s, TROUBLE_SILENCE, true);
}

/* The rate as it used to be follows slowly, and not into silence. */
static void rate(struct source *s)
{
	wall_t time = s->time_us - s->from;
	double now = time > 0 ? (double)s->packets * MONO_SECOND / (double)time : 0;

	if (time > 0 && !s->meters[TROUBLE_SILENCE].on) {
		s->rate = s->rated ? 0.8 * s->rate + 0.2 * now : now;
		s->rated = true;
	}
	s->packets = 0;
	s->from = s->time_us;
}

static void set_limits(const struct health *h, struct source *s)
{
	const struct conf *c = h->conf;

	s->meters[TROUBLE_DROPS].limit = c->health_drops;
	s->meters[TROUBLE_LOSS].limit = c->health_loss;
	s->meters[TROUBLE_DUPLICATES].limit = c->health_duplicates;
	s->meters[TROUBLE_ONEWAY].limit = c->health_oneway;
	s->meters[TROUBLE_CUT].limit = c->health_cut;
	s->meters[TROUBLE_SILENCE].limit = (uint64_t)c->health_silence;
	s->meters[TROUBLE_CLOCK].limit = (uint64_t)c->health_clock;
}

/* The source of this name, new if it was not there; NULL: no room. */
static struct source *find(struct health *h, const struct tally *t)
{
	struct source *s = h->sources, *end = s + HEALTH_SOURCES;

	while (s < end && *s->name && memcmp(s->name, t->source, sizeof(s->name)) != 0)
		s++;
	if (s == end || !*t->source)
		return NULL;
	if (*s->name)
		return s;
	memcpy(s->name, t->source, sizeof(s->name));
	s->from = t->time_us;
	set_limits(h, s);
	/* Nobody listened there before. */
	if (t->time_us > h->ill)
		h->ill = t->time_us;
	return s;
}

void health_take(struct health *h, const struct tally *grown)
{
	struct source *s = find(h, grown);

	/* Nor all that time. */
	if (grown->time_us - h->heard > HEARD && grown->time_us > h->ill)
		h->ill = grown->time_us;
	if (grown->time_us > h->heard || grown->clock_steps)
		h->heard = grown->time_us;
	/* Times of another clock say nothing any more. */
	if (grown->clock_steps)
		h->ill = grown->time_us;
	if (!s)
		return;
	/* A clock that was set back makes an interval of its own. */
	if (grown->time_us < s->from)
		s->from = grown->time_us;
	s->time_us = grown->time_us;
	if (grown->packet_us > s->packet_us || grown->clock_steps)
		s->packet_us = grown->packet_us;
	add_all(s, grown);
	listen(h, s, grown->clock_steps);
	if (s->time_us - s->from < h->conf->health_interval)
		return;
	judge(h, s);
	rate(s);
}

void health_restart(struct health *h)
{
	struct source *s;
	unsigned kind;

	if (h->heard > h->ill)
		h->ill = h->heard;
	h->heard = 0;
	for (s = h->sources; s < h->sources + HEALTH_SOURCES && *s->name; s++) {
		for (kind = 0; kind < TROUBLE_END; kind++)
			if (s->meters[kind].on)
				turn(h, s, kind, false);
		memset(s, 0, sizeof(*s));
	}
}

void health_finish(struct health *h)
{
	struct source *s;

	for (s = h->sources; s < h->sources + HEALTH_SOURCES && *s->name; s++)
		judge(h, s);
}

size_t health_list(const struct health *h, struct trouble_news *out, size_t most)
{
	const struct source *s;
	size_t count = 0;
	unsigned kind;

	for (s = h->sources; s < h->sources + HEALTH_SOURCES && *s->name; s++)
		for (kind = 0; kind < TROUBLE_END; kind++) {
			if (!s->meters[kind].on)
				continue;
			if (count < most)
				out[count] = news_of(s, kind);
			count++;
		}
	return count;
}

bool health_was_well(const struct health *h, wall_t from, wall_t now)
{
	return h->heard && now - h->heard < HEARD && from > h->ill && !health_list(h, NULL, 0);
}
