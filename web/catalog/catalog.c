/* SPDX-License-Identifier: Apache-2.0 */
#include "web/catalog/catalog.h"

#include "base/loop.h"
#include "web/view.h"

#include <stdlib.h>

#define PIECE 400		/* rows read before others have their turn */
#define NOTES_PIECE 64		/* the same, one by one */
#define LEAST (5 * MONO_SECOND) /* between two readings ... */
#define SHARE 50		/* ... or so many times what the last one took */
#define NOTES 4096		/* services to read again; more are left to the next reading */
#define LATER (1500 * MONO_MS)	/* when they are read once more */
#define APP_SLOTS (2 * CATALOG_APPS)
#define BUCKETS_LEAST 1024

/* A table of rows and where each service is in it. */
struct table {
	struct catalog_row *rows;
	uint32_t count, room, sorted;
	uint32_t *buckets; /* row + 1; 0 free */
	uint32_t mask;
};

struct note {
	struct service service;
	bool last; /* it has been read once since its news */
};

/* What has been read, to be read once more: a ring in the order of its times. */
struct later {
	struct {
		struct service service;
		mono_t due;
	} slots[NOTES];
	unsigned first, count;
};

struct catalog {
	struct view *view;
	struct loop_event *timer, *later_timer;
	struct hash_key key;
	struct table now, next; /* next: being read */
	struct service at;	/* the last one read */
	bool reading, ready;
	mono_t began;
	uint64_t epoch, generation;
	uint32_t changed[CATALOG_CHANGES]; /* a ring of rows */
	struct note notes[NOTES];
	unsigned note_count,
		note_done; /* while all is read they are kept, to be read again after it */
	struct later later;
	char apps[CATALOG_APPS][RECORD_APP_MAX];
	uint16_t app_slots[APP_SLOTS]; /* app + 1 */
	unsigned app_count, ranked;    /* ranked: of so many the ranks are known */
	uint16_t ranks[CATALOG_APPS];
};

int catalog_compare(const struct service *a, const struct service *b)
{
	int rc;

	if (a->zone != b->zone)
		return a->zone < b->zone ? -1 : 1;
	if ((rc = addr_order(&a->host, &b->host)))
		return rc;
	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	return (int)a->port - (int)b->port;
}

/* ---- names ---- */

static unsigned app_slot(const struct catalog *c, const char *app)
{
	unsigned slot =
		(unsigned)(hash_bytes(&c->key, app, strnlen(app, RECORD_APP_MAX)) % APP_SLOTS);

	while (c->app_slots[slot] && strncmp(c->apps[c->app_slots[slot] - 1], app, RECORD_APP_MAX))
		slot = (slot + 1) % APP_SLOTS;
	return slot;
}

static uint16_t app_of(struct catalog *c, const char *app)
{
	unsigned slot = app_slot(c, *app ? app : "unknown");

	if (c->app_slots[slot])
		return (uint16_t)(c->app_slots[slot] - 1);
	if (c->app_count == CATALOG_APPS)
		return CATALOG_APPS - 1;
	record_text_set(c->apps[c->app_count], RECORD_APP_MAX,
			c->app_count == CATALOG_APPS - 1 ? "other"
			: *app				 ? app
							 : "unknown");
	c->app_slots[slot] = (uint16_t)(c->app_count + 1);
	return (uint16_t)c->app_count++;
}

const char *catalog_app(const struct catalog *c, unsigned app)
{
	return app < c->app_count ? c->apps[app] : "unknown";
}

int catalog_find_app(const struct catalog *c, const char *app)
{
	return (int)c->app_slots[app_slot(c, app)] - 1;
}

static int compare_apps(const void *a, const void *b, void *apps)
{
	const char(*names)[RECORD_APP_MAX] = apps;

	return strncmp(names[*(const uint16_t *)a], names[*(const uint16_t *)b], RECORD_APP_MAX);
}

unsigned catalog_rank(struct catalog *c, unsigned app)
{
	uint16_t order[CATALOG_APPS];
	unsigned i;

	if (c->ranked != c->app_count) {
		for (i = 0; i < c->app_count; i++)
			order[i] = (uint16_t)i;
		qsort_r(order, c->app_count, sizeof(order[0]), compare_apps, c->apps);
		for (i = 0; i < c->app_count; i++)
			c->ranks[order[i]] = (uint16_t)i;
		c->ranked = c->app_count;
	}
	return app < c->app_count ? c->ranks[app] : 0;
}

/* ---- tables ---- */

static void table_clear(struct table *t)
{
	free(t->rows);
	free(t->buckets);
	*t = (struct table){ .rows = NULL };
}

static uint32_t *find_bucket(const struct catalog *c, const struct table *t,
			     const struct service *service)
{
	uint32_t slot = (uint32_t)hash_bytes(&c->key, service, sizeof(*service)) & t->mask;

	while (t->buckets[slot] &&
	       !service_is_same(&t->rows[t->buckets[slot] - 1].service, service))
		slot = (slot + 1) & t->mask;
	return &t->buckets[slot];
}

/* Room for one more; false: memory is short. */
static bool table_grow(const struct catalog *c, struct table *t)
{
	uint32_t room = t->room ? t->room * 2 : BUCKETS_LEAST / 2, i;
	struct catalog_row *rows;
	uint32_t *buckets;

	if (t->count < t->room)
		return true;
	buckets = calloc((size_t)room * 2, sizeof(*buckets));
	rows = buckets ? realloc(t->rows, room * sizeof(*rows)) : NULL;
	if (!rows) {
		free(buckets);
		return false;
	}
	free(t->buckets);
	t->rows = rows;
	t->room = room;
	t->buckets = buckets;
	t->mask = room * 2 - 1;
	for (i = 0; i < t->count; i++)
		*find_bucket(c, t, &rows[i].service) = i + 1;
	return true;
}

static uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static uint32_t seconds_of(wall_t time)
{
	return time < 0 ? 0 : least((uint64_t)(time / MONO_SECOND), UINT32_MAX);
}

static struct catalog_row row_of(struct catalog *c, const struct store_service *s)
{
	return (struct catalog_row){
		.service = s->service,
		.first_s = seconds_of(s->first_us),
		.last_s = seconds_of(s->last_us),
		.handshakes = least(s->handshakes, UINT32_MAX),
		.peers = least(hash_sketch_count(&s->peers), UINT32_MAX),
		.app = app_of(c, store_app(s)),
		.state = (uint8_t)store_state(s),
		.level = s->level,
		.evidence = s->evidence,
		.exposure = s->exposure,
		.country = { s->origin.country[0], s->origin.country[1] },
	};
}

/* Adds a row or takes the place of the one it was: its number, + 1; 0: memory is short. */
static uint32_t table_put(struct catalog *c, struct table *t, const struct store_service *s)
{
	uint32_t *bucket;

	if (!table_grow(c, t))
		return 0;
	bucket = find_bucket(c, t, &s->service);
	if (!*bucket)
		*bucket = ++t->count;
	t->rows[*bucket - 1] = row_of(c, s);
	return *bucket;
}

/* ---- reading ---- */

struct piece {
	struct catalog *catalog;
	unsigned rows;
	bool failed;
};

static int take_row(void *arg, const struct store_service *row)
{
	struct piece *p = arg;

	/* The piece before ended with it. */
	if (p->catalog->next.count && service_is_same(&row->service, &p->catalog->at))
		return 0;
	p->failed = !table_put(p->catalog, &p->catalog->next, row);
	p->catalog->at = row->service;
	return p->failed || ++p->rows == PIECE;
}

/* What waits is read at once if it can be, what has been read once more when it is due. */
static void set_later(struct catalog *c)
{
	const struct later *l = &c->later;
	mono_t now = mono_now(), due = l->count ? l->slots[l->first].due : now + LATER;

	if (c->note_done < c->note_count && view_peek(c->view))
		due = now;
	if (l->count || c->note_done < c->note_count)
		loop_timer_set(c->later_timer, due > now ? due - now : 0);
}

static void put_later(struct catalog *c, const struct service *service)
{
	struct later *l = &c->later;
	unsigned slot = (l->first + l->count) % NOTES;

	if (l->count == NOTES)
		return;
	l->slots[slot].service = *service;
	l->slots[slot].due = mono_now() + LATER;
	l->count++;
}

static void read_note(struct catalog *c, struct store *store, const struct note *note)
{
	struct store_service row;
	uint32_t number;

	if (store_get_service(store, &note->service, &row) > 0 &&
	    (number = table_put(c, &c->now, &row)))
		c->changed[++c->generation % CATALOG_CHANGES] = number - 1;
	if (!note->last)
		put_later(c, &note->service);
}

/* So many that nobody waits for long; the others when the loop comes round again. */
static void read_notes(struct catalog *c)
{
	struct store *store = view_peek(c->view);
	unsigned i;

	for (i = 0; store && i < NOTES_PIECE && c->note_done < c->note_count; i++)
		read_note(c, store, &c->notes[c->note_done++]);
	if (!c->reading && c->note_done == c->note_count)
		c->note_count = c->note_done = 0;
	set_later(c);
}

static void end_reading(struct catalog *c, bool good)
{
	mono_t took = mono_now() - c->began;

	c->reading = false;
	if (good) {
		table_clear(&c->now);
		c->now = c->next;
		c->now.sorted = c->now.count;
		c->next = (struct table){ .rows = NULL };
		c->ready = true;
		c->epoch++;
		c->note_done = 0;
		read_notes(c);
	} else {
		table_clear(&c->next);
	}
	loop_timer_set(c->timer, took * SHARE > LEAST ? took * SHARE : LEAST);
}

static void on_time(void *arg, int what)
{
	struct catalog *c = arg;
	struct piece piece = { .catalog = c };
	struct store *store = view_store(c->view);
	int rc;

	(void)what;
	if (!c->reading) {
		c->reading = true;
		c->began = mono_now();
		memset(&c->at, 0, sizeof(c->at));
	}
	rc = store ? store_walk_services(store, &c->at, take_row, &piece) : -1;
	if (rc < 0 || piece.failed)
		end_reading(c, false);
	else if (piece.rows < PIECE)
		end_reading(c, true);
	else
		loop_timer_set(c->timer, 0);
}

void catalog_begin(struct catalog *c)
{
	table_clear(&c->next);
	c->reading = false;
	loop_timer_set(c->timer, 0);
}

static void note(struct catalog *c, const struct service *service, bool last)
{
	/* More is for the next reading. */
	if (c->note_count < NOTES)
		c->notes[c->note_count++] = (struct note){ *service, last };
}

void catalog_note(struct catalog *c, const struct service *service)
{
	note(c, service, false);
}

void catalog_catch_up(struct catalog *c)
{
	if (c->ready && c->note_done < c->note_count)
		read_notes(c);
}

static void on_later(void *arg, int what)
{
	struct catalog *c = arg;
	struct later *l = &c->later;
	mono_t now = mono_now();

	(void)what;
	for (; l->count && l->slots[l->first].due <= now; l->count--) {
		note(c, &l->slots[l->first].service, true);
		l->first = (l->first + 1) % NOTES;
	}
	/* It follows the store if it has not for a second, so that it sees what was committed then.
	 */
	view_store(c->view);
	if (c->ready)
		read_notes(c);
}

uint32_t catalog_changed(const struct catalog *c, uint64_t change)
{
	return c->changed[change % CATALOG_CHANGES];
}

bool catalog_is_ready(const struct catalog *c)
{
	return c->ready;
}

struct catalog_view catalog_look(const struct catalog *c)
{
	return (struct catalog_view){ c->now.rows, c->now.count,  c->now.sorted,
				      c->epoch,	   c->generation, c->app_count };
}

struct catalog *catalog_new(struct loop *loop, struct view *view)
{
	struct catalog *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->view = view;
	c->key = hash_key_new();
	c->timer = loop_timer_new(loop, on_time, c);
	c->later_timer = loop_timer_new(loop, on_later, c);
	if (c->timer && c->later_timer)
		return c;
	catalog_free(c);
	return NULL;
}

void catalog_free(struct catalog *c)
{
	if (!c)
		return;
	loop_event_free(c->timer);
	loop_event_free(c->later_timer);
	table_clear(&c->now);
	table_clear(&c->next);
	free(c);
}
