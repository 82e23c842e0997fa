/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever begins to listen hears the middle of talks, and does not know who began them. For some
 * time from the first packet on, what says nothing of its direction proves nothing. Pure.
 */
#ifndef FLOWD_SENSOR_MIDTALK_H
#define FLOWD_SENSOR_MIDTALK_H

#include "base/conf.h"
#include "flowd/sensor/flow/dialog.h"
#include "flowd/sensor/reply/reply.h"

struct midtalk {
	mono_t span;  /* 0: every talk is heard from its beginning */
	wall_t until; /* 0: no packet was heard yet */
};

/* Live as it is configured; a replay trusts its capture unless told not to. */
struct midtalk midtalk_of(const struct conf *conf);

/* Of a packet's time: may a talk that is first heard now have begun before? */
bool midtalk_may_be(struct midtalk *m, wall_t now);

/*
 * A packet of a dialog: true while who is who is not known. What tells ends that, and so does a
 * sender that is a service already (`known`): the dialog is like one that begins now.
 */
bool midtalk_lasts(struct dialog *d, const struct reply *read, bool known);

#endif
