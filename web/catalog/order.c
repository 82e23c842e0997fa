/* SPDX-License-Identifier: Apache-2.0 */
#include "web/catalog/order.h"

#include <errno.h>
#include <stdlib.h>

#define KEPT 8		      /* results */
#define OLD (2 * MONO_SECOND) /* a result may be */
#define DIGIT 11	      /* bits sorted at once: three times for all 32 */
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

/* By value, in place. 0 or -ENOMEM. */
static int sort_values(struct entry **entries, uint32_t count)
{
	struct entry *other = malloc(count * sizeof(*other) + 1), *keep;
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

static int compare_rows(const void *a, const void *b, void *rows)
{
	const struct catalog_row *all = rows;

	return catalog_compare(&all[((const struct entry *)a)->row].service,
			       &all[((const struct entry *)b)->row].service);
}

/* The first `sorted` are in the order of their services, the rest are put where they belong. */
static int merge_rest(struct entry **entries, uint32_t count, uint32_t sorted,
		      const struct catalog_row *rows)
{
	struct entry *in = *entries, *out;
	uint32_t a = 0, b = sorted, i;

	if (sorted == count)
		return 0;
	qsort_r(in + sorted, count - sorted, sizeof(*in), compare_rows, (void *)rows);
	out = malloc(count * sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		out[i] = b == count || (a < sorted &&
					compare_rows(&in[a], &in[b], (void *)rows) <= 0)
				 ? in[a++]
				 : in[b++];
	free(in);
	*entries = out;
	return 0;
}

/* ---- results ---- */

static int fill(struct order *o, const struct catalog_view *v, struct filter *filter,
		struct result *r)
{
	struct catalog *c = o->catalog;
	struct sieve sieve = { &r->query, c, filter,
			       r->query.given & QUERY_WITH_APP ? catalog_find_app(c, r->query.app)
							       : 0 };
	uint32_t i, sorted = 0, value;
	int rc;

	r->entries = malloc(v->count * sizeof(*r->entries) + 1);
	r->count = 0;
	if (!r->entries)
		return -ENOMEM;
	for (i = 0; i < v->count; i++) {
		if (i == v->sorted)
			sorted = r->count;
		if (!passes(&sieve, &v->rows[i]))
			continue;
		value = value_of(c, &v->rows[i], r->query.sort);
		r->entries[r->count++] = (struct entry){ r->query.descending ? ~value : value, i };
	}
	if (v->sorted >= v->count)
		sorted = r->count;
	rc = merge_rest(&r->entries, r->count, sorted, v->rows);
	if (!rc && (r->query.sort != QUERY_BY_ADDRESS))
		rc = sort_values(&r->entries, r->count);
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

static struct result *result_of(struct order *o, const struct query *query, struct filter *filter)
{
	struct catalog_view v = catalog_look(o->catalog);
	struct query want = essence(query);
	struct result *r, *oldest = o->results;
	mono_t now = mono_now();

	for (r = o->results; r < o->results + KEPT; r++) {
		if (r->entries && query_is_same(&r->query, &want))
			break;
		if (r->used < oldest->used)
			oldest = r;
	}
	r = r < o->results + KEPT ? r : oldest;
	/* Rows stay where they are until all is read anew: a result that is a little old still
	 * fits. */
	if (r->entries && query_is_same(&r->query, &want) && r->epoch == v.epoch &&
	    (r->generation == v.generation || now - r->made < OLD)) {
		r->used = now;
		return r;
	}
	free(r->entries);
	*r = (struct result){ .query = want,
			      .epoch = v.epoch,
			      .generation = v.generation,
			      .made = now,
			      .used = now };
	if (fill(o, &v, filter, r)) {
		free(r->entries);
		*r = (struct result){ .entries = NULL };
		return NULL;
	}
	return r;
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
