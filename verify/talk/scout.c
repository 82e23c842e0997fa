/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/scout.h"

#include "base/err.h"

static void on_talk(void *arg, const struct talk_result *r)
{
	struct scout_one *one = arg;
	struct scout *s = one->all;

	one->is_over = true;
	one->is_heard = r->end != TALK_SILENT;
	s->fn(s->arg, r);
}

int scout_send(struct scout *s, const struct talk_room *room, const struct talk_order *order)
{
	struct scout_one *one = &s->ones[s->count];
	int rc;

	if (s->count == SCOUTS_MOST)
		return ERR_FULL;
	*one = (struct scout_one){ .all = s };
	rc = talk_open(room, order, on_talk, one, &one->talk);
	if (!rc)
		s->count++;
	return rc;
}

bool scout_waits(const struct scout *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (s->ones[i].talk && !s->ones[i].is_over)
			return true;
	return false;
}

bool scout_is_mute(const struct scout *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (s->ones[i].is_heard)
			return false;
	return true;
}

void scout_end(struct scout *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++) {
		if (!s->ones[i].talk)
			continue;
		s->repeats += talk_repeats(s->ones[i].talk);
		talk_free(s->ones[i].talk);
		s->ones[i].talk = NULL;
	}
}

unsigned scout_dials(const struct scout *s)
{
	unsigned dials = s->count + s->repeats, i;

	for (i = 0; i < s->count; i++)
		if (s->ones[i].talk)
			dials += talk_repeats(s->ones[i].talk);
	return dials;
}
