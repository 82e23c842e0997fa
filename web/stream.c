/* SPDX-License-Identifier: Apache-2.0 */
#include "web/stream.h"

#include "store/report/report.h"
#include "web/query.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#define RING 2048   /* notes kept for readers that are behind */
#define REPLAY 1000 /* of them, events and alerts each, from before the start */

enum kind { KIND_EVENT, KIND_ALERT, KIND_TRIAGE, KIND_RUN, KIND_SWEEP, KIND_GAP, KIND_PULSE };

/* What readers may choose. */
static const struct {
	const char *name;
	enum kind kind;
} kinds[] = { { "event", KIND_EVENT },	{ "alert", KIND_ALERT }, { "triage", KIND_TRIAGE },
	      { "handover", KIND_RUN }, { "sweep", KIND_SWEEP }, { "health", KIND_PULSE } };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A text that several readers may be in the middle of. */
struct note {
	unsigned references;
	enum kind kind;
	uint8_t level; /* of an alert */
	uint64_t number;
	size_t len;
	char text[];
};

struct reader {
	struct stream *stream;
	struct http_live *live;
	struct query_position last; /* what it had before it came */
	uint64_t next;		    /* number of the note it wants, counted as stream.end */
	uint64_t pulse;		    /* likewise */
	struct note *note;	    /* being sent; a reference */
	size_t sent;		    /* of it */
	bool placed, returns;	    /* returns: `last` is known */
	unsigned kinds;		    /* it wants: bits of enum kind */
	uint8_t level;		    /* of alerts, at least */
	LIST_ENTRY(reader) list;
};

struct stream {
	struct note *ring[RING];     /* note i is at i % RING */
	uint64_t begin, end, public; /* of those kept, and of those that readers may have */
	struct note *pulse;	     /* the latest */
	struct note *alive;	     /* instead of it, for those who do not want health */
	uint64_t pulses;
	struct query_position at;    /* the latest numbers */
	struct query_position floor; /* up to there nothing is kept */
	LIST_HEAD(, reader) readers;
	struct stream_figures figures;
	bool loaded;
};

static struct note *note_new(enum kind kind, uint64_t number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static struct note *note_new(enum kind kind, uint64_t number, const char *format, ...)
{
	struct note *n = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0)
		n = malloc(sizeof(*n) + (size_t)len + 1);
	if (!n)
		return NULL;
	*n = (struct note){ .references = 1, .kind = kind, .number = number, .len = (size_t)len };
	va_start(args, format);
	vsnprintf(n->text, (size_t)len + 1, format, args);
	va_end(args);
	return n;
}

static void note_drop(struct note *n)
{
	if (n && !--n->references)
		free(n);
}

struct stream *stream_new(void)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	LIST_INIT(&s->readers);
	s->alive = note_new(KIND_PULSE, 0, ":\n\n");
	if (s->alive)
		return s;
	free(s);
	return NULL;
}

static void ring_clear(struct stream *s)
{
	for (; s->begin < s->end; s->begin++)
		note_drop(s->ring[s->begin % RING]);
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	ring_clear(s);
	note_drop(s->pulse);
	note_drop(s->alive);
	free(s);
}

/* The oldest goes when there is no room. */
static void ring_put(struct stream *s, struct note *n)
{
	struct note *old;

	if (!n)
		return;
	if (s->end - s->begin == RING) {
		old = s->ring[s->begin++ % RING];
		if (old->kind == KIND_EVENT)
			s->floor.event = old->number;
		if (old->kind == KIND_ALERT)
			s->floor.alert = old->number;
		note_drop(old);
	}
	s->ring[s->end++ % RING] = n;
	/* In a burst nobody is to fall behind who had no chance to read. */
	if (s->end - s->public > RING / 4)
		stream_publish(s);
}

static struct note *gap_new(const struct query_position *at)
{
	return note_new(KIND_GAP, 0, "id: %llu.%llu\nevent: gap\ndata: {}\n\n",
			(unsigned long long)at->event, (unsigned long long)at->alert);
}

struct old {
	wall_t time;
	uint64_t number;
	char *line;
	uint8_t level; /* of an alert */
};

/* Puts the line, which it frees, of the number that follows. */
static void put_line(struct stream *s, enum kind kind, const struct old *row)
{
	uint64_t *at = kind == KIND_EVENT ? &s->at.event : &s->at.alert;
	struct note *n;

	*at = row->number;
	n = row->line ? note_new(kind, row->number, "id: %llu.%llu\nevent: %s\ndata: %s\n\n",
				 (unsigned long long)s->at.event, (unsigned long long)s->at.alert,
				 kind == KIND_EVENT ? "event" : "alert", row->line)
		      : NULL;
	if (n)
		n->level = row->level;
	ring_put(s, n);
	free(row->line);
}

/* Is the number news? Says so in the stream when others are missing before it. */
static bool is_next(struct stream *s, uint64_t last, uint64_t number)
{
	if (number <= last)
		return false;
	if (s->loaded && last && number > last + 1) {
		s->figures.lost += number - last - 1;
		ring_put(s, gap_new(&s->at));
	}
	return true;
}

void stream_put_event(struct stream *s, const struct event_row *event)
{
	if (is_next(s, s->at.event, event->number))
		put_line(s, KIND_EVENT,
			 &(struct old){ .number = event->number, .line = report_event(event) });
}

void stream_put_alert(struct stream *s, const struct alert *alert)
{
	if (is_next(s, s->at.alert, alert->number))
		put_line(s, KIND_ALERT,
			 &(struct old){ .number = alert->number,
					.line = report_alert(alert),
					.level = alert->level });
}

void stream_put_passing(struct stream *s, const char *name, char *line)
{
	size_t i;

	for (i = 0; line && i < KINDS; i++)
		if (!strcmp(kinds[i].name, name))
			ring_put(s, note_new(kinds[i].kind, 0,
					     "id: %llu.%llu\nevent: %s\ndata: %s\n\n",
					     (unsigned long long)s->at.event,
					     (unsigned long long)s->at.alert, name, line));
	free(line);
}

static void wake_all(struct stream *s)
{
	struct reader *r;

	LIST_FOREACH(r, &s->readers, list)
	if (r->live)
		http_wake(r->live);
}

void stream_publish(struct stream *s)
{
	s->public = s->end;
	wake_all(s);
}

void stream_pulse(struct stream *s, const char *health)
{
	struct note *n = health ? note_new(KIND_PULSE, 0, "event: health\ndata: %s\n\n", health)
				: note_new(KIND_PULSE, 0, ":\n\n");

	if (!n)
		return;
	note_drop(s->pulse);
	s->pulse = n;
	s->pulses++;
	wake_all(s);
}

/* ---- from the store ---- */

struct load {
	struct old events[REPLAY], alerts[REPLAY];
	size_t event_count, alert_count;
};

static int load_event(void *arg, const struct event_row *row)
{
	struct load *l = arg;

	l->events[l->event_count++] =
		(struct old){ row->time_us, row->number, report_event(row), 0 };
	return l->event_count == REPLAY;
}

static int load_alert(void *arg, const struct alert *row)
{
	struct load *l = arg;

	l->alerts[l->alert_count++] =
		(struct old){ row->time_us, row->number, report_alert(row), row->level };
	return l->alert_count == REPLAY;
}

/* Both are newest first; they go in oldest first, an event before the alert of its time. */
static void merge(struct stream *s, struct load *l)
{
	size_t e = l->event_count, a = l->alert_count;

	s->floor.event = s->at.event = e ? l->events[e - 1].number - 1 : 0;
	s->floor.alert = s->at.alert = a ? l->alerts[a - 1].number - 1 : 0;
	while (e || a) {
		if (e && (!a || l->events[e - 1].time <= l->alerts[a - 1].time)) {
			e--;
			put_line(s, KIND_EVENT, &l->events[e]);
		} else {
			a--;
			put_line(s, KIND_ALERT, &l->alerts[a]);
		}
	}
}

int stream_load(struct stream *s, struct store *store)
{
	struct load *l;
	int rc;

	if (s->loaded)
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	rc = store_walk_events(store, 0, load_event, l);
	if (rc >= 0)
		rc = store_walk_alerts(store, 0, load_alert, l);
	/* What came before the store was open is in it. */
	ring_clear(s);
	s->end = s->begin = 0;
	merge(s, l);
	free(l);
	s->loaded = true;
	stream_publish(s);
	return rc < 0 ? rc : 0;
}

/* ---- readers ---- */

/* Finds where a reader goes on, once it is known what there is. */
static void place(struct reader *r)
{
	struct stream *s = r->stream;

	r->placed = true;
	r->next = r->returns ? s->begin : s->public;
	if (!r->returns)
		return;
	/* It comes from another store, or from too long ago. */
	if (r->last.event > s->at.event || r->last.alert > s->at.alert)
		r->last = (struct query_position){ 0, 0 };
	else if (r->last.event >= s->floor.event && r->last.alert >= s->floor.alert)
		return;
	r->note = gap_new(&r->last);
	r->sent = 0;
}

static bool has_had(const struct reader *r, const struct note *n)
{
	if (!(r->kinds & 1U << n->kind) || (n->kind == KIND_ALERT && n->level < r->level))
		return true;
	return (n->kind == KIND_EVENT && n->number <= r->last.event) ||
	       (n->kind == KIND_ALERT && n->number <= r->last.alert);
}

/* Gives the reader its next note: 1; 0 there is none; -1 it is too far behind. */
static int next_note(struct reader *r)
{
	struct stream *s = r->stream;

	if (r->next < s->begin)
		return -1;
	while (r->next < s->public && has_had(r, s->ring[r->next % RING]))
		r->next++;
	if (r->next < s->public) {
		r->note = s->ring[r->next++ % RING];
	} else if (r->pulse < s->pulses) {
		r->pulse = s->pulses;
		r->note = r->kinds & 1U << KIND_PULSE ? s->pulse : s->alive;
	} else {
		return 0;
	}
	r->note->references++;
	r->sent = 0;
	return 1;
}

static ssize_t reader_read(void *arg, char *out, size_t size)
{
	struct reader *r = arg;
	size_t filled = 0, part;
	int rc;

	if (!r->stream->loaded)
		return 0;
	if (!r->placed)
		place(r);
	while (filled < size) {
		rc = r->note ? 1 : next_note(r);
		if (rc < 0)
			r->stream->figures.dropped++;
		if (rc < 0 && !filled)
			return -1;
		if (rc <= 0)
			break;
		part = r->note->len - r->sent;
		part = part < size - filled ? part : size - filled;
		memcpy(out + filled, r->note->text + r->sent, part);
		filled += part;
		r->sent += part;
		if (r->sent == r->note->len) {
			note_drop(r->note);
			r->note = NULL;
		}
	}
	return (ssize_t)filled;
}

static void reader_end(void *arg)
{
	struct reader *r = arg;

	LIST_REMOVE(r, list);
	r->stream->figures.readers--;
	note_drop(r->note);
	free(r);
}

/* Reads what a reader wants; the name of the parameter that is wrong, NULL none. */
static const char *read_wish(const struct http_request *request, unsigned *wanted, uint8_t *level)
{
	const struct http_parameter *p;
	size_t at, len, i;
	int word;

	*wanted = ~0U;
	*level = LEVEL_NONE;
	for (p = request->parameters; p < request->parameters + request->count; p++) {
		word = !strcmp(p->name, "level") ? record_level_parse(p->value, p->len) : 0;
		if (word < 0 || (strcmp(p->name, "only") && strcmp(p->name, "level")))
			return p->name;
		*level = word > *level ? (uint8_t)word : *level;
		if (strcmp(p->name, "only"))
			continue;
		*wanted = 1U << KIND_GAP;
		for (at = 0; at <= p->len; at += len + 1) {
			len = strcspn(p->value + at, ",");
			for (i = 0; i < KINDS; i++)
				if (strlen(kinds[i].name) == len &&
				    !strncmp(kinds[i].name, p->value + at, len))
					break;
			if (i == KINDS)
				return p->name;
			*wanted |= 1U << kinds[i].kind;
		}
	}
	return NULL;
}

static struct reader *reader_new(struct stream *s, const struct query_position *last)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->stream = s;
	r->returns = last;
	r->pulse = s->pulses ? s->pulses - 1 : 0;
	if (last)
		r->last = *last;
	if (s->loaded)
		place(r);
	LIST_INSERT_HEAD(&s->readers, r, list);
	s->figures.readers++;
	s->figures.joined++;
	return r;
}

void stream_join(struct stream *s, const struct http_request *request, struct http_answer *answer)
{
	const char *id = request->last_event_id;
	struct query_position last;
	const char *wrong;
	struct reader *r;
	unsigned wanted;
	uint8_t level;

	wrong = read_wish(request, &wanted, &level);
	if (wrong) {
		http_answer_problem(answer, 400,
				    "only= takes kinds of events, level= a level; there is no more",
				    wrong);
		return;
	}
	if (id && query_parse_position(id, strlen(id), &last)) {
		http_answer_problem(answer, 400, "no such place in the stream", "Last-Event-ID");
		return;
	}
	if (s->figures.readers >= STREAM_READERS) {
		http_answer_problem(answer, 503, "too many readers of the stream", NULL);
		return;
	}
	answer->status = 200;
	answer->type = HTTP_EVENTS;
	if (request->bare)
		return;
	r = reader_new(s, id ? &last : NULL);
	if (!r) {
		answer->status = 0;
		return;
	}
	r->kinds = wanted;
	r->level = level;
	answer->source = (struct http_source){ reader_read, reader_end, r, &r->live };
}

void stream_count(const struct stream *s, struct stream_figures *out)
{
	*out = s->figures;
	out->event = s->at.event;
	out->alert = s->at.alert;
}
