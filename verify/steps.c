/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/steps.h"

/* What the next or present conversation says. */
void steps_set(struct task *t, struct course_step step)
{
	t->hello = step.hello;
	t->question = step.question;
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
	if (t->job.named && !t->job.app[0] && !t->listen_only &&
	    IMPATIENCE < conf->verify_banner_wait && course_is_impatient(&t->course))
		return IMPATIENCE;
	if (t->job.named || t->job.app[0] || name < conf->verify_banner_wait)
		return conf->verify_banner_wait;
	return name;
}

/*
 * How long a conversation may last. A hello that is only a guess and that servers answer without
 * thinking waits less: to know that nobody is at home must not cost more than the alert's deadline.
 */
mono_t steps_wait(const struct task *t, enum banner_hello hello)
{
	const struct conf *conf = t->room->conf;

	if (hello == BANNER_LISTEN)
		return listen_wait(t);
	if (!t->job.app[0] && hello != BANNER_HTTP &&
	    conf->verify_banner_wait < conf->verify_hello_wait)
		return conf->verify_banner_wait;
	return conf->verify_hello_wait;
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
