/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/early/midtalk.h"

struct midtalk midtalk_of(const struct conf *conf)
{
	bool holds = !*conf->read || conf->given.mid_talk;

	return (struct midtalk){ .span = holds ? conf->mid_talk : 0 };
}

bool midtalk_may_be(struct midtalk *m, wall_t now)
{
	if (!m->span)
		return false;
	if (!m->until)
		m->until = now + m->span;
	return now < m->until;
}

bool midtalk_lasts(struct dialog *d, const struct reply *read, bool known)
{
	if (!(d->flags & DIALOG_MIDTALK))
		return false;
	if (!known && read->way == REPLY_EITHER)
		return true;
	d->flags &= (uint8_t)~DIALOG_MIDTALK;
	/* What follows is looked at as if it began now. */
	d->payloads = 1;
	return false;
}
