/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counters of all sensors that have lived, one after the other. Pure.
 */
#ifndef FLOWD_CORE_VITALS_COUNTS_H
#define FLOWD_CORE_VITALS_COUNTS_H

#include "base/record.h"

#define COUNTS_ORIGINS 17 /* senders of a sensor: itself and its workers */
#define COUNTS_SOURCES 16 /* that each of them reads */

struct counts {
	struct tally sum; /* to be shown */
	/* Of the workers of this one, and their sources. */
	struct tally latest[COUNTS_ORIGINS][COUNTS_SOURCES];
	uint64_t losses; /* as last said, and when */
	mono_t losses_said;
	uint64_t refused; /* records of other roles that made no sense, and when that was said */
	mono_t refused_said;
	wall_t gap_from; /* a sensor was started and has not counted yet: since when there was none
			  */
};

/* A sensor was started. */
void counts_restart(struct counts *h);

/*
 * A worker of the sensor has counted; `grown` becomes what came to its source since. False: an
 * origin or source that can't be, which is ignored.
 */
bool counts_take(struct counts *h, uint32_t origin, const struct tally *tally, struct tally *grown);

/* A record made no sense; true: it is time to say so. */
bool counts_refuse(struct counts *h, mono_t now);

/*
 * More was missed or forgotten (packets, records, connections, services) than when this was true
 * last, and that was a minute ago at least.
 */
bool counts_is_worse(struct counts *h, mono_t now);

#endif
