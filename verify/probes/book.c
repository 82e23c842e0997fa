/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/book.h"

#include "verify/probes/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SOURCES_MOST 8
#define APPS_MOST 8192
#define FOR_APP_MOST 3 /* questions */

/* A pattern that cannot be compiled. */
static char bad_pattern;
#define BAD ((struct pattern *)(void *)&bad_pattern)

struct part {
	struct book_source source;
	struct parse_book parsed;
	uint16_t *apps;		   /* of each match: which of the book's names; owned */
	struct pattern **patterns; /* NULL: not compiled yet; owned */
};

/* Where a question comes from. */
struct origin_of {
	uint32_t part, number;
};

struct book {
	book_fn fault;
	void *arg;
	struct part parts[SOURCES_MOST];
	size_t part_count;
	struct book_question *questions;
	struct origin_of *origins; /* of the questions */
	size_t question_count;
	char (*apps)[RECORD_APP_MAX];
	size_t app_count;
};

struct book *book_new(book_fn fault, void *arg)
{
	struct book *b = calloc(1, sizeof(*b));

	if (b) {
		b->fault = fault;
		b->arg = arg;
	}
	return b;
}

void book_free(struct book *b)
{
	struct part *p;
	size_t i;

	if (!b)
		return;
	for (p = b->parts; p < b->parts + b->part_count; p++) {
		for (i = 0; p->patterns && i < p->parsed.match_count; i++)
			if (p->patterns[i] != BAD)
				pattern_free(p->patterns[i]);
		free(p->patterns);
		free(p->apps);
		parse_free(&p->parsed);
	}
	free(b->questions);
	free(b->origins);
	free(b->apps);
	free(b);
}

struct telling {
	struct book *book;
	const char *source;
};

static void tell(void *arg, uint32_t line, uint32_t column, const char *what)
{
	const struct telling *t = arg;

	if (t->book->fault)
		t->book->fault(t->book->arg, t->source, line, column, what);
}

/* The number of a name, a new one if need be; -ENOMEM. Too many share the last one. */
static int app_number(struct book *b, struct parse_span service)
{
	char name[RECORD_APP_MAX], (*more)[RECORD_APP_MAX];
	size_t i;

	names_app(service.at, service.len, name);
	for (i = 0; i < b->app_count; i++)
		if (!strcmp(b->apps[i], name))
			return (int)i;
	if (b->app_count == APPS_MOST)
		return APPS_MOST - 1;
	more = realloc(b->apps, (b->app_count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	b->apps = more;
	memcpy(b->apps[b->app_count], name, sizeof(name));
	return (int)b->app_count++;
}

static int add_questions(struct book *b, uint32_t part)
{
	const struct parse_book *parsed = &b->parts[part].parsed;
	size_t count = b->question_count + parsed->question_count, i;
	struct book_question *questions = realloc(b->questions, (count + 1) * sizeof(*questions));
	struct origin_of *origins;

	if (!questions)
		return -ENOMEM;
	b->questions = questions;
	origins = realloc(b->origins, (count + 1) * sizeof(*origins));
	if (!origins)
		return -ENOMEM;
	b->origins = origins;
	for (i = 0; i < parsed->question_count; i++) {
		const struct parse_question *from = &parsed->questions[i];
		struct book_question *q = &b->questions[b->question_count];

		*q = (struct book_question){ .proto = from->proto,
					     .rarity = from->rarity,
					     .payload = from->payload,
					     .len = from->len,
					     .wait = from->wait_ms * MONO_MS,
					     .wrapped = from->wrapped_ms * MONO_MS };
		snprintf(q->name, sizeof(q->name), "%.*s", (int)from->name.len, from->name.at);
		b->origins[b->question_count++] = (struct origin_of){ part, (uint32_t)i };
	}
	return 0;
}

int book_add(struct book *b, const struct book_source *source)
{
	struct telling telling = { b, source->name };
	struct part *p = &b->parts[b->part_count];
	size_t i;
	int rc;

	if (b->part_count == SOURCES_MOST)
		return -E2BIG;
	rc = parse_probes(source->text, source->len, tell, &telling, &p->parsed);
	if (rc)
		return rc;
	p->source = *source;
	b->part_count++;
	p->apps = calloc(p->parsed.match_count + 1, sizeof(*p->apps));
	p->patterns = calloc(p->parsed.match_count + 1, sizeof(*p->patterns));
	if (!p->apps || !p->patterns)
		return -ENOMEM;
	for (i = 0; i < p->parsed.match_count; i++) {
		rc = app_number(b, p->parsed.matches[i].service);
		if (rc < 0)
			return rc;
		p->apps[i] = (uint16_t)rc;
	}
	return add_questions(b, (uint32_t)(b->part_count - 1));
}

/* The pattern of a match; NULL: it is none. */
static const struct pattern *pattern_of(struct book *b, struct part *p, size_t i)
{
	const struct parse_match *m = &p->parsed.matches[i];

	if (!p->patterns[i])
		p->patterns[i] = pattern_new(m->pattern.at, m->pattern.len, m->caseless, m->dotall);
	if (!p->patterns[i]) {
		p->patterns[i] = BAD;
		if (b->fault)
			b->fault(b->arg, p->source.name, m->line, 1, "no pattern of PCRE2");
	}
	return p->patterns[i] == BAD ? NULL : p->patterns[i];
}

size_t book_compile(struct book *b)
{
	size_t bad = 0, i;
	struct part *p;

	for (p = b->parts; p < b->parts + b->part_count; p++)
		for (i = 0; i < p->parsed.match_count; i++)
			bad += !pattern_of(b, p, i);
	return bad;
}

size_t book_questions(const struct book *b)
{
	return b->question_count;
}

size_t book_matches(const struct book *b)
{
	size_t count = 0, i;

	for (i = 0; i < b->part_count; i++)
		count += b->parts[i].parsed.match_count;
	return count;
}

static const struct parse_question *parsed_of(const struct book *b, size_t i)
{
	return &b->parts[b->origins[i].part].parsed.questions[b->origins[i].number];
}

/* How many matches of a question tell of an application. */
static size_t count_app(const struct book *b, size_t i, const char *app)
{
	const struct part *p = &b->parts[b->origins[i].part];
	const struct parse_question *q = parsed_of(b, i);
	size_t count = 0, m;

	for (m = q->first_match; m < q->first_match + q->matches; m++)
		count += !strcmp(b->apps[p->apps[m]], app);
	return count;
}

const struct book_question *book_listen(const struct book *b)
{
	size_t i;

	for (i = 0; i < b->question_count; i++)
		if (b->questions[i].proto == PROTO_TCP && !b->questions[i].payload)
			return &b->questions[i];
	return NULL;
}

const struct book_question *book_find(const struct book *b, uint8_t proto, const char *name)
{
	size_t i;

	for (i = 0; i < b->question_count; i++)
		if (b->questions[i].proto == proto && !strcmp(b->questions[i].name, name))
			return &b->questions[i];
	return NULL;
}

bool book_may_ask(const struct book *b, uint8_t proto, uint16_t port)
{
	const struct parse_book *parsed;
	size_t i;

	for (i = 0; i < b->part_count; i++) {
		parsed = &b->parts[i].parsed;
		if (parse_has_port(proto == PROTO_UDP ? &parsed->exclude_udp : &parsed->exclude_tcp,
				   port))
			return false;
	}
	return true;
}

struct choice {
	const struct book *book;
	const struct book_order *order;
	const struct book_question **out;
	size_t count, most;
};

static bool is_same(const struct book_question *a, const struct book_question *b)
{
	return a->len == b->len && !a->payload == !b->payload &&
	       (!a->len || !memcmp(a->payload, b->payload, a->len));
}

/* Adds a question that is not there yet, not even under another name. */
static void choose(struct choice *c, const struct book_question *q)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (is_same(c->out[i], q))
			return;
	if (c->count < c->most)
		c->out[c->count++] = q;
}

/* Those that the application answers to, the one with the most to say about it first. */
static void choose_app(struct choice *c)
{
	const struct book *b = c->book;
	size_t before = SIZE_MAX, best, best_count, i, n, taken;

	for (taken = 0; taken < FOR_APP_MOST; taken++) {
		best_count = 0;
		best = 0;
		for (i = 0; i < b->question_count; i++) {
			const struct book_question *q = &b->questions[i];

			if (q->proto != c->order->proto)
				continue;
			n = count_app(b, i, c->order->app);
			/* Who is spoken to answers; who is listened to may keep silent. */
			if (n < before && (n > best_count || (n && n == best_count && q->payload &&
							      !b->questions[best].payload)))
				best_count = n, best = i;
		}
		if (!best_count)
			return;
		choose(c, &b->questions[best]);
		before = best_count;
	}
}

size_t book_choose(const struct book *b, const struct book_order *order,
		   const struct book_question *out[], size_t most)
{
	struct choice c = { b, order, out, 0, most };
	const struct parse_question *q;
	uint8_t rarity;
	size_t i;

	if (*order->app)
		choose_app(&c);
	if (order->only_app)
		return c.count;
	for (i = 0; i < b->question_count; i++) {
		q = parsed_of(b, i);
		if (q->proto == order->proto && (order->inside || b->questions[i].payload) &&
		    parse_has_port(order->inside ? &q->ssl_ports : &q->ports, order->port))
			choose(&c, &b->questions[i]);
	}
	for (rarity = 1; rarity <= order->rarity; rarity++)
		for (i = 0; i < b->question_count; i++)
			if (b->questions[i].proto == order->proto && b->questions[i].payload &&
			    b->questions[i].rarity == rarity)
				choose(&c, &b->questions[i]);
	return c.count;
}

bool book_speaks(const struct book *b, const char *app)
{
	const struct book_question *first[1];
	const struct book_order order = { .proto = PROTO_TCP, .app = app, .only_app = true };

	return *app && book_choose(b, &order, first, 1) && !first[0]->payload;
}

/* A match that fits. */
struct found {
	struct part *part;
	size_t match; /* in the part's list */
	const struct book_question *question;
	struct pattern_hit hit;
};

struct reading {
	struct book *book;
	const char *hint;
	struct wire answer;
	struct found named, any, soft; /* names a product; names none; only the application */
	bool has_named, has_any, has_soft, any_is_hinted, soft_is_hinted;
};

/*
 * Tries the matches of one question; true: nothing better can come. In a user's file the first hard
 * match is the one, as its format says; in ours one that names a product.
 */
static bool read_by(struct reading *r, size_t number)
{
	struct part *p = &r->book->parts[r->book->origins[number].part];
	bool is_users = p != r->book->parts;
	const struct parse_question *q = parsed_of(r->book, number);
	struct found f = { .part = p, .question = &r->book->questions[number] };
	const struct pattern *pattern;
	bool hinted;

	for (f.match = q->first_match; f.match < q->first_match + q->matches; f.match++) {
		const struct parse_match *m = &p->parsed.matches[f.match];

		hinted = !strcmp(r->book->apps[p->apps[f.match]], r->hint);
		if (m->soft ? r->has_soft && (r->soft_is_hinted || !hinted)
			    : !m->fields[PARSE_PRODUCT].at && r->has_any &&
				      (r->any_is_hinted || !hinted))
			continue;
		pattern = pattern_of(r->book, p, f.match);
		if (!pattern ||
		    !pattern_match(pattern, r->answer.at, wire_left(&r->answer), &f.hit))
			continue;
		if (m->soft) {
			r->soft = f;
			r->has_soft = true;
			r->soft_is_hinted = hinted;
		} else if (!m->fields[PARSE_PRODUCT].at) {
			r->any = f;
			r->has_any = true;
			r->any_is_hinted = hinted;
			if (is_users)
				return true;
		} else {
			r->named = f;
			return r->has_named = true;
		}
	}
	return false;
}

/* In which round the matches of question `i` are tried on the answer to `asked`; 0: never. */
static int round_of(const struct book *b, size_t asked, size_t i)
{
	const struct book_question *q = &b->questions[asked], *other = &b->questions[i];

	if (q->proto != other->proto)
		return 0;
	if (i == asked)
		return 1;
	if (q->payload && (is_same(q, other) || !strcmp(q->name, other->name)))
		return 2;
	if (parse_lists(parsed_of(b, asked)->fallback, other->name))
		return 3;
	return q->proto == PROTO_TCP && !other->payload ? 4 : 0;
}

/* Does any match of question `i` name a product of the application? */
static bool may_name(const struct book *b, const struct found *f, size_t i)
{
	const struct part *p = f->part;
	const struct parse_question *q = parsed_of(b, i);
	size_t m;

	if (&b->parts[b->origins[i].part] != p)
		return false;
	for (m = q->first_match; m < q->first_match + q->matches; m++)
		if (p->apps[m] == p->apps[f->match] &&
		    p->parsed.matches[m].fields[PARSE_PRODUCT].at)
			return true;
	return false;
}

/* `asked` may yet be answered, where what was found is only a greeting. */
static void fill(const struct book *b, const struct found *f, size_t asked, struct book_answer *out)
{
	const struct parse_match *m = &f->part->parsed.matches[f->match];

	answer_fill(m, b->apps[f->part->apps[f->match]], &f->hit, out);
	out->is_last =
		!m->soft &&
		(f->part != b->parts ||
		 (!may_name(b, f, (size_t)(f->question - b->questions)) && !may_name(b, f, asked)));
	snprintf(out->matched, sizeof(out->matched), "%s, line %u", f->question->name,
		 (unsigned)m->line);
}

/* Tries the matches of one source, which may know what was asked by another name. */
static void read_part(struct reading *r, size_t asked, uint32_t part)
{
	const struct book *b = r->book;
	size_t i, same = asked;
	int round;

	for (i = b->question_count; i-- && b->origins[asked].part != part;)
		if (b->origins[i].part == part && round_of(b, asked, i) == 2)
			same = i;
	for (round = 1; round <= 4; round++)
		for (i = 0; i < b->question_count; i++)
			if (b->origins[i].part == part && round_of(b, same, i) == round &&
			    read_by(r, i))
				return;
}

/* The best that was found; the built-in name of a product counts if it is of the same application.
 */
static const struct found *best_of(const struct reading *r)
{
	const struct found *named = &r->named, *any = &r->any;

	if (r->has_named && r->has_any && any->part != named->part &&
	    strcmp(r->book->apps[any->part->apps[any->match]],
		   r->book->apps[named->part->apps[named->match]]))
		return any;
	return r->has_named ? named : r->has_any ? any : &r->soft;
}

enum book_hit book_read(struct book *b, const struct book_question *question, const char *hint,
			struct wire answer, struct book_answer *out)
{
	struct reading *r = &(struct reading){ .book = b, .hint = hint, .answer = answer };
	size_t asked = (size_t)(question - b->questions);
	uint32_t part;

	for (part = (uint32_t)b->part_count; part-- > 0 && !r->has_named;)
		read_part(r, asked, part);
	if (!r->has_named && !r->has_any && !r->has_soft) {
		memset(out, 0, sizeof(*out));
		return BOOK_NONE;
	}
	fill(b, best_of(r), asked, out);
	return r->has_named || r->has_any ? BOOK_HARD : BOOK_SOFT;
}
