/* SPDX-License-Identifier: Apache-2.0 */
#include "web/catalog/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 8		/* results */
#define OLD MONO_SECOND /* a result may be */
#define DIGIT 11	/* bits sorted at once: three times for all 32 */
#define DIGITS (1U << DIGIT)

/* A row with what it is sorted by. */
struct entry {
	uint32_t value, row;
};

struct result {
	struct query query; /* what makes it: all but cursor and limit */
	struct entry *entries;
	uint32_t count;
	uint64_t epoch, generation;
	unsigned apps; /* names there were */
	mono_t made, used;
};

struct order {
	struct catalog *catalog;
	struct result results[KEPT];
};

static uint32_t value_of(struct catalog *c, const struct catalog_row *r, unsigned sort)
{
	switch (sort) {
	case QUERY_BY_PORT:
		return r->service.port;
	case QUERY_BY_APP:
		return catalog_rank(c, r->app);
	case QUERY_BY_STATE:
		return r->state;
	case QUERY_BY_LEVEL:
		return r->level;
	case QUERY_BY_FIRST_SEEN:
		return r->first_s;
	case QUERY_BY_LAST_SEEN:
		return r->last_s;
	case QUERY_BY_HANDSHAKES:
		return r->handshakes;
	case QUERY_BY_PEERS:
		return r->peers;
	default:
		return 0;
	}
}

/* A query whose words are numbers of the catalog. */
struct sieve {
	const struct query *query;
	const struct catalog *catalog;
	struct filter *filter; /* NULL none */
	int app;
};

static bool is_chosen(const struct sieve *s, const struct catalog_row *r)
{
	const struct filter_brief brief = { .service = &r->service,
					    .app = catalog_app(s->catalog, r->app),
					    .state = r->state,
					    .evidence = r->evidence };

	return filter_has_brief(s->filter, &brief);
}

static bool passes(const struct sieve *s, const struct catalog_row *r)
{
	const struct query *q = s->query;

	if (q->given & QUERY_WITH_APP && r->app != s->app)
		return false;
	if (q->given & QUERY_WITH_STATE && r->state != q->state)
		return false;
	if (q->given & QUERY_WITH_LEVEL && r->level != q->level)
		return false;
	if (q->given & QUERY_WITH_PORT && r->service.port != q->port)
		return false;
	if (q->given & QUERY_WITH_SINCE && r->first_s < q->since)
		return false;
	if (q->given & QUERY_WITH_PROTO && r->service.proto != q->proto)
		return false;
	if (q->given & QUERY_WITH_IP && (addr_order(&r->service.host, &q->ip.low) < 0 ||
					 addr_order(&r->service.host, &q->ip.high) > 0))
		return false;
	return !s->filter || is_chosen(s, r);
}

/* ---- sorting ---- */

/* One digit of a radix sort, which keeps the order of equals. */
static void sort_digit(const struct entry *from, struct entry *to, uint32_t count, unsigned shift)
{
	uint32_t at[DIGITS] = { 0 }, i, sum = 0, n;

	for (i = 0; i < count; i++)
		at[from[i].value >> shift & (DIGITS - 1)]++;
	for (i = 0; i < DIGITS; i++) {
		n = at[i];
		at[i] = sum;
		sum += n;
	}
	for (i = 0; i < count; i++)
		to[at[from[i].value >> shift & (DIGITS - 1)]++] = from[i];
}

/* The first `count` by value; entries have room for `room`, then too. 0 or -ENOMEM. */
static int sort_values(struct entry **entries, uint32_t count, uint32_t room)
{
	struct entry *other = malloc(room * sizeof(*other) + 1), *keep;
	unsigned shift;

	if (!other)
		return -ENOMEM;
	for (shift = 0; shift < 32; shift += DIGIT) {
		sort_digit(*entries, other, count, shift);
		keep = *entries;
		*entries = other;
		other = keep;
	}
	free(other);
	return 0;
}

/* The rows that entries are about. */
static int compare_entries(const void *a, const void *b, void *rows)
{
	const struct entry *one = a, *two = b;
	const struct catalog_row *all = rows;

	if (one->value != two->value)
		return one->value < two->value ? -1 : 1;
	return catalog_compare(&all[one->row].service, &all[two->row].service);
}

/*
 * Puts the last of `count` entries, from `sorted` on, where they belong among those before, which
 * are in order. They are few. 0 or -ENOMEM.
 */
static int insert_rest(struct entry *entries, uint32_t count, uint32_t sorted,
		       const struct catalog_row *rows)
{
	size_t size = (count - sorted) * sizeof(*entries);
	uint32_t end = sorted, left = count - sorted, low, high, middle;
	struct entry *rest;

	if (!size)
		return 0;
	rest = malloc(size);
	if (!rest)
		return -ENOMEM;
	memcpy(rest, entries + sorted, size);
	qsort_r(rest, left, sizeof(*rest), compare_entries, (void *)rows);
	for (; left; left--) {
		for (low = 0, high = end; low < high;) {
			middle = low + (high - low) / 2;
			if (compare_entries(&entries[middle], &rest[left - 1], (void *)rows) <= 0)
				low = middle + 1;
			else
				high = middle;
		}
		memmove(entries + low + left, entries + low, (end - low) * sizeof(*entries));
		entries[low + left - 1] = rest[left - 1];
		end = low;
	}
	free(rest);
	return 0;
}

/* ---- results ---- */

static struct sieve sieve_of(const struct order *o, const struct result *r, struct filter *filter)
{
	bool app = r->query.given & QUERY_WITH_APP;

	return (struct sieve){ &r->query, o->catalog, filter,
			       app ? catalog_find_app(o->catalog, r->query.app) : 0 };
}

/* Adds the row if it passes; there is room. */
static void take(struct order *o, struct result *r, const struct sieve *sieve,
		 const struct catalog_row *rows, uint32_t row)
{
	uint32_t value;

	if (!passes(sieve, &rows[row]))
		return;
	value = value_of(o->catalog, &rows[row], r->query.sort);
	r->entries[r->count++] = (struct entry){ r->query.descending ? ~value : value, row };
}

/* From all rows. 0 or -ENOMEM. */
static int fill(struct order *o, const struct catalog_view *v, struct filter *filter,
		struct result *r)
{
	const struct sieve sieve = sieve_of(o, r, filter);
	uint32_t i, sorted;
	int rc = 0;

	r->count = 0;
	r->entries = malloc(v->count * sizeof(*r->entries) + 1);
	if (!r->entries)
		return -ENOMEM;
	for (i = 0; i < v->sorted; i++)
		take(o, r, &sieve, v->rows, i);
	if (r->query.sort != QUERY_BY_ADDRESS)
		rc = sort_values(&r->entries, r->count, v->count);
	sorted = r->count;
	for (; i < v->count; i++)
		take(o, r, &sieve, v->rows, i);
	return rc ? rc : insert_rest(r->entries, r->count, sorted, v->rows);
}

static bool is_marked(const uint8_t *marks, uint32_t row)
{
	return marks[row / 8] >> row % 8 & 1;
}

/* Rows that have been written since are taken out and put where they belong now. 0 or -ENOMEM. */
static int renew(struct order *o, const struct catalog_view *v, struct filter *filter,
		 struct result *r)
{
	const struct sieve sieve = sieve_of(o, r, filter);
	uint64_t news = v->generation - r->generation, i;
	uint8_t *marks = calloc(v->count / 8 + 1, 1);
	struct entry *entries =
		marks ? realloc(r->entries, (r->count + news) * sizeof(*entries) + 1) : NULL;
	uint32_t count = 0, row;
	int rc = -ENOMEM;

	if (entries) {
		r->entries = entries;
		for (i = 1; i <= news; i++) {
			row = catalog_changed(o->catalog, r->generation + i);
			marks[row / 8] |= (uint8_t)(1 << row % 8);
		}
		for (i = 0; i < r->count; i++)
			if (!is_marked(marks, entries[i].row))
				entries[count++] = entries[i];
		r->count = count;
		for (i = 1; i <= news; i++) {
			row = catalog_changed(o->catalog, r->generation + i);
			if (is_marked(marks, row))
				take(o, r, &sieve, v->rows, row);
			marks[row / 8] &= (uint8_t) ~(1 << row % 8); /* it may be there twice */
		}
		rc = insert_rest(r->entries, r->count, count, v->rows);
	}
	free(marks);
	return rc;
}

/* What the result depends on. */
static struct query essence(const struct query *q)
{
	struct query out = *q;

	out.allowed = 0;
	out.given &= ~(unsigned)(QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_SKIP);
	out.limit = 0;
	out.skip = 0;
	memset(&out.place, 0, sizeof(out.place));
	return out;
}

/* The place of a query's result, or for it. */
static struct result *place_of(struct order *o, const struct query *want)
{
	struct result *r, *oldest = o->results;

	for (r = o->results; r < o->results + KEPT; r++) {
		if (r->entries && query_is_same(&r->query, want))
			return r;
		if (r->used < oldest->used)
			oldest = r;
	}
	free(oldest->entries);
	*oldest = (struct result){ .query = *want };
	return oldest;
}

/* Rows stay where they are until all is read anew, and values what they are until there is another
 * name to sort by. */
static bool is_of(const struct result *r, const struct catalog_view *v)
{
	return r->entries && r->epoch == v->epoch &&
	       (r->apps == v->apps || r->query.sort != QUERY_BY_APP);
}

static struct result *result_of(struct order *o, const struct query *query, struct filter *filter)
{
	struct catalog_view v = catalog_look(o->catalog);
	struct query want = essence(query);
	struct result *r = place_of(o, &want);
	mono_t now = mono_now();
	int rc = 0;

	r->used = now;
	if (is_of(r, &v) && (r->generation == v.generation || now - r->made < OLD))
		return r;
	if (is_of(r, &v) && v.generation - r->generation <= CATALOG_CHANGES) {
		rc = renew(o, &v, filter, r);
	} else {
		free(r->entries);
		rc = fill(o, &v, filter, r);
	}
	r->epoch = v.epoch;
	r->generation = v.generation;
	r->apps = v.apps;
	r->made = now;
	if (!rc)
		return r;
	free(r->entries);
	*r = (struct result){ .entries = NULL };
	return NULL;
}

/* ---- pages ---- */

/* Is an entry behind the place where the page before ended? */
static bool is_behind(const struct entry *e, const struct catalog_row *rows,
		      const struct query_place *place)
{
	if (e->value != place->value)
		return e->value > place->value;
	return catalog_compare(&rows[e->row].service, &place->service) > 0;
}

int order_find(struct order *o, const struct query *query, struct filter *filter,
	       struct order_page *out)
{
	const struct catalog_row *rows = catalog_look(o->catalog).rows;
	struct result *r = result_of(o, query, filter);
	uint32_t low = 0, high, middle, i;
	int count = 0;

	if (!r)
		return -ENOMEM;
	high = query->given & QUERY_WITH_CURSOR ? r->count : 0;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (is_behind(&r->entries[middle], rows, &query->place))
			high = middle;
		else
			low = middle + 1;
	}
	if (query->given & QUERY_WITH_SKIP)
		low = query->skip < r->count ? query->skip : r->count;
	out->total = r->count;
	for (i = low; i < r->count && count < (int)query->limit; i++) {
		out->services[count++] = rows[r->entries[i].row].service;
		out->next.value = r->entries[i].value;
		out->next.service = rows[r->entries[i].row].service;
	}
	out->more = i < r->count;
	return count;
}

struct order *order_new(struct catalog *catalog)
{
	struct order *o = calloc(1, sizeof(*o));

	if (o)
		o->catalog = catalog;
	return o;
}

void order_free(struct order *o)
{
	struct result *r;

	if (!o)
		return;
	for (r = o->results; r < o->results + KEPT; r++)
		free(r->entries);
	free(o);
}
