/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/steps.h"

#include "verify/evidence.h"
#include "verify/gate/rtt.h"

/* What the next or present conversation says. */
void steps_set(struct task *t, struct course_step step)
{
	t->hello = step.hello;
	t->question = step.question;
}

void steps_name(struct task *t, const struct job *job)
{
	struct job *own = &t->job;

	memmove(own->app, job->app, sizeof(own->app));
	memmove(own->app_guess, job->app_guess, sizeof(own->app_guess));
	memmove(own->sni, job->sni, sizeof(own->sni));
	own->app[sizeof(own->app) - 1] = 0;
	own->app_guess[sizeof(own->app_guess) - 1] = 0;
	own->sni[sizeof(own->sni) - 1] = 0;
}

void steps_note(struct task *t)
{
	course_note(&t->course, &(struct course_step){ t->hello, t->question });
}

#define IMPATIENCE (100 * MONO_MS) /* where clients begin */

static mono_t listen_wait(const struct task *t)
{
	const struct conf *conf = t->room->conf;
	mono_t name = t->arrived + conf->verify_name_wait - mono_now();

	if (course_speaks(&t->course, t->job.app))
		return conf->verify_hello_wait;
	if (t->job.named && !t->job.app[0] && !t->listen_only && !scout_waits(&t->scout) &&
	    IMPATIENCE < conf->verify_banner_wait && course_is_impatient(&t->course))
		return IMPATIENCE;
	if (t->job.named || t->job.app[0] || name < conf->verify_banner_wait)
		return conf->verify_banner_wait;
	return name;
}

/* Question and answer travel, and may have to travel twice. */
static mono_t way(const struct task *t)
{
	mono_t rtt = rtt_of(t->room->rtt, &t->way.to);

	return 2 * (rtt > t->probe->rtt_us ? rtt : t->probe->rtt_us);
}

/*
 * How long a conversation may last at a server that is near. A hello that is only a guess and that
 * servers answer without thinking waits less: to know that nobody is at home must not cost more
 * than the alert's deadline.
 */
static mono_t wait_near(const struct task *t, enum banner_hello hello)
{
	const struct conf *conf = t->room->conf;

	if (hello == BANNER_LISTEN)
		return listen_wait(t);
	if (hello == BANNER_ASK && t->question && t->question->wait &&
	    t->question->wait < conf->verify_hello_wait && t->job.app[0])
		return t->question->wait;
	if (!t->job.app[0] && hello != BANNER_HTTP &&
	    conf->verify_banner_wait < conf->verify_hello_wait)
		return conf->verify_banner_wait;
	return conf->verify_hello_wait;
}

mono_t steps_wait(const struct task *t, enum banner_hello hello)
{
	return wait_near(t, hello) + way(t);
}

/* What has still to be asked of a service whose answer was understood at least in part. */
struct course_step steps_more(const struct task *t, const struct talk_result *r)
{
	struct course_step none = { BANNER_LISTEN, NULL };

	if (t->course.is_fragile)
		return none;
	if (r->is_tls)
		return r->banner.app[0] || !r->tls.certificate_count
			       ? none
			       : course_inside(&t->course, t->job.app);
	if (r->banner.wants_tls && !t->course.tls)
		return (struct course_step){ BANNER_TLS, NULL };
	if (!r->banner.app[0] || t->probe->product[0] || t->has_narrowed)
		return none;
	return course_more(&t->course, r->banner.app);
}

struct talk_say steps_say(const struct task *t)
{
	return (struct talk_say){ t->job.app, t->hello, t->question, steps_wait(t, t->hello) };
}

struct talk_order steps_order(const struct task *t, struct course_step step)
{
	struct talk_order order = { .way = t->way,
				    .hello = step.hello,
				    .question = step.question,
				    .connect_wait = evidence_patience(t, STEPS_LIMIT),
				    .wait = steps_wait(t, step.hello) };

	memcpy(order.app, t->job.app, sizeof(order.app));
	memcpy(order.sni, t->job.sni, sizeof(order.sni));
	return order;
}

/* Says how long to go on listening. */
static void listen_on(struct task *t, mono_t wait)
{
	struct talk_say say = { t->job.app, BANNER_LISTEN, NULL, wait };

	if (talk_is_dialling(t->talk))
		talk_prepare(t->talk, &say);
	else if (talk_is_listening(t->talk))
		talk_speak(t->talk, &say);
}

/*
 * Whoever speaks first does so in the conversation that listens, whoever does not answers a scout:
 * what the port suggests, else TLS and HTTP.
 */
void steps_scout(struct task *t)
{
	bool is_known = course_is_impatient(&t->course);
	unsigned most = is_known ? 1 : SCOUTS_MOST;
	struct course_step step;
	struct talk_order order;

	if (t->hello != BANNER_LISTEN || t->listen_only || !t->talk || t->scout.count ||
	    t->job.app[0] || !t->job.named || t->probe->state != STATE_OPEN || t->zero_window)
		return;
	while (t->scout.count < most) {
		step = course_next(&t->course, "", t->job.app_guess);
		order = steps_order(t, step);
		if (step.hello == BANNER_LISTEN || scout_send(&t->scout, &t->room->talk, &order))
			break;
		course_note(&t->course, &step);
		if (t->scout.count == 1)
			t->scouted = step;
	}
	if (t->scout.count && is_known)
		listen_on(t, steps_wait(t, BANNER_LISTEN));
}

bool steps_is_refusal(const struct task *t)
{
	const struct book_question *listen = book_listen(t->room->talk.book);

	return !listen || !listen->wrapped || mono_now() - t->dialled <= listen->wrapped + way(t);
}

struct course_step steps_next(struct task *t)
{
	struct course_step step = t->scouted;

	/* It may serve one connection at a time, and that is ours. */
	t->scouted = (struct course_step){ BANNER_LISTEN, NULL };
	if (step.hello != BANNER_LISTEN && scout_is_mute(&t->scout))
		return step;
	return course_next(&t->course, t->job.app, t->job.app_guess);
}

void steps_hurry(struct task *t)
{
	if (t->talk && t->hello == BANNER_LISTEN && !t->listen_only)
		listen_on(t, IMPATIENCE + way(t));
}

void steps_recall(struct task *t)
{
	if (scout_waits(&t->scout))
		course_forget(&t->course, &t->scouted);
	scout_end(&t->scout);
}
