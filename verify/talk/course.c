/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/course.h"

#include "verify/probes/names.h"

#define CHOICES 16
#define FOR_PORT 2 /* questions */

static const struct course_step nothing = { BANNER_LISTEN, NULL };

void course_open(struct course *course, const struct talk_room *room, const struct conf *conf,
		 const struct job *job)
{
	*course = (struct course){ .book = room->book,
				   .conf = conf,
				   .port = job->service.port,
				   .name_is_old = job->event == EVENT_NONE };
	course->is_fragile = !book_may_ask(room->book, PROTO_TCP, course->port);
}

bool course_speaks(const struct course *course, const char *app)
{
	bool speaks;

	if (banner_hello(app, &speaks) == BANNER_TLS || names_inside(app))
		return false;
	return speaks || book_speaks(course->book, app);
}

static bool was_asked(const struct course *course, const struct book_question *q, bool inside)
{
	size_t i;

	for (i = 0; i < course->asked_count; i++)
		if (course->asked[i] == q && course->inside[i] == inside)
			return true;
	return false;
}

static bool is_full(const struct course *course)
{
	return course->is_fragile || course->asked_count == COURSE_MOST ||
	       course->asked_count >= course->conf->verify_questions;
}

/* Our own request of HTTP says whom it asks and who asks. */
static bool is_http(const struct course *course, const struct book_question *q)
{
	return q == book_find(course->book, PROTO_TCP, "GetRequest");
}

/* The first question of an order that was not asked yet; NULL. */
static const struct book_question *choose(const struct course *course,
					  const struct book_order *order, size_t most)
{
	const struct book_question *all[CHOICES];
	size_t count = book_choose(course->book, order, all, most), i;

	for (i = 0; i < count; i++)
		if ((all[i]->payload || order->inside) &&
		    !was_asked(course, all[i], order->inside) &&
		    !((order->inside ? course->http_inside : course->http) &&
		      is_http(course, all[i])))
			return all[i];
	return NULL;
}

static struct course_step ask(const struct course *course, const struct book_question *q)
{
	if (!q)
		return nothing;
	return (struct course_step){ is_http(course, q) ? BANNER_HTTP : BANNER_ASK, q };
}

static struct book_order order_of(const struct course *course, const char *app, bool inside)
{
	return (struct book_order){
		.proto = PROTO_TCP, .port = course->port, .inside = inside, .app = app
	};
}

/* What to say inside of TLS; NULL: what everybody says there, HTTP. */
static const struct book_question *question_inside(const struct course *course, const char *app)
{
	const char *inner = names_inside(app);
	struct book_order order = order_of(course, inner ? inner : "", true);
	const struct book_question *q;

	if (course_speaks(course, order.app) && !was_asked(course, book_listen(course->book), true))
		return book_listen(course->book);
	order.only_app = order.app[0];
	q = choose(course, &order, FOR_PORT);
	return q && is_http(course, q) ? NULL : q;
}

static struct course_step with_tls(const struct course *course, const char *app)
{
	return (struct course_step){ BANNER_TLS, question_inside(course, app) };
}

struct course_step course_first(const struct course *course, const char *app)
{
	bool speaks;
	enum banner_hello hello = banner_hello(app, &speaks);
	struct book_order order = order_of(course, app, false);

	if (course->is_fragile || !app[0] || course_speaks(course, app))
		return nothing;
	if (hello == BANNER_TLS || names_inside(app))
		return with_tls(course, app);
	if (hello == BANNER_HTTP)
		return (struct course_step){ hello, NULL };
	order.only_app = true;
	return ask(course, choose(course, &order, FOR_PORT));
}

static struct course_step not_twice(const struct course *course, struct course_step step)
{
	if ((step.hello == BANNER_HTTP && course->http) ||
	    (step.hello == BANNER_TLS && course->tls) ||
	    (step.hello == BANNER_ASK && was_asked(course, step.question, false)))
		return nothing;
	return step;
}

/* The questions for the port; TLS first where TLS is what the port is for. */
static struct course_step by_port(const struct course *course)
{
	struct book_order plain = order_of(course, "", false), inside = order_of(course, "", true);
	const struct book_question *in[1], *out[1];
	bool has_plain = book_choose(course->book, &plain, out, 1);

	if (!course->tls && book_choose(course->book, &inside, in, 1) &&
	    (!has_plain || (out[0] != in[0] && !is_http(course, out[0]))))
		return with_tls(course, "");
	return ask(course, choose(course, &plain, FOR_PORT));
}

bool course_is_impatient(const struct course *course)
{
	return !course->is_fragile && by_port(course).hello != BANNER_LISTEN;
}

struct course_step course_next(const struct course *course, const char *app, const char *guess)
{
	struct book_order order = order_of(course, "", false);
	struct course_step step;

	if (is_full(course))
		return nothing;
	step = not_twice(course, course_first(course, app[0] ? app : guess));
	if (step.hello != BANNER_LISTEN)
		return step;
	/* Who has a name is asked no more than what belongs to it, unless another may be there now.
	 */
	if (app[0] && !course->name_is_old)
		return nothing;
	step = by_port(course);
	if (step.hello != BANNER_LISTEN)
		return step;
	if (!course->tls)
		return with_tls(course, "");
	if (!course->http)
		return (struct course_step){ BANNER_HTTP, NULL };
	order.rarity = (uint8_t)course->conf->verify_rarity;
	return ask(course, choose(course, &order, CHOICES));
}

struct course_step course_more(const struct course *course, const char *app)
{
	struct book_order order = order_of(course, app, false);
	bool speaks;

	if (is_full(course) || !app[0])
		return nothing;
	if (banner_hello(app, &speaks) == BANNER_HTTP && !course->http)
		return (struct course_step){ BANNER_HTTP, NULL };
	order.only_app = true;
	return ask(course, choose(course, &order, FOR_PORT));
}

struct course_step course_inside(const struct course *course, const char *app)
{
	const struct book_question *q = question_inside(course, app);

	if (is_full(course) || (!q && course->http_inside))
		return nothing;
	return (struct course_step){ BANNER_TLS, q };
}

void course_note(struct course *course, const struct course_step *step)
{
	course->http |= step->hello == BANNER_HTTP;
	course->tls |= step->hello == BANNER_TLS;
	course->http_inside |= step->hello == BANNER_TLS && !step->question;
	if (course->asked_count == COURSE_MOST || step->hello == BANNER_LISTEN)
		return;
	course->inside[course->asked_count] = step->hello == BANNER_TLS;
	course->asked[course->asked_count++] = step->question;
}

void course_forget(struct course *course, const struct course_step *step)
{
	size_t i;

	for (i = course->asked_count; step->hello == BANNER_ASK && i--;)
		if (course->asked[i] == step->question && !course->inside[i])
			course->asked[i] = NULL;
}
