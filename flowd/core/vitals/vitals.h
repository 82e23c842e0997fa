/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the capture fares, from what the sensor counts to who is told: counters, trouble as events,
 * and the question whether what was not seen is not there.
 */
#ifndef FLOWD_CORE_VITALS_VITALS_H
#define FLOWD_CORE_VITALS_VITALS_H

#include "flowd/core/announce.h"
#include "flowd/core/lifecycle.h"
#include "flowd/core/vitals/health.h"

struct vitals;

/* All borrowed until vitals_free; `web` may be NULL. NULL when memory is short. */
struct vitals *vitals_new(const struct conf *conf, struct lifecycle *life,
			  struct announce *announce, struct ipc *web);
void vitals_free(struct vitals *vitals);

/* A sensor was started. */
void vitals_restart(struct vitals *vitals);

/*
 * Takes what a worker of the sensor counts, not later than `latest`. Says the counters at once, but
 * not all the time, when something was lost, unless `quiet`.
 */
void vitals_take(struct vitals *vitals, uint32_t origin, const struct tally *tally, wall_t latest,
		 bool quiet);

/* A role has said what makes no sense: counts it. True when that is to be said, how often it has
 * been. */
bool vitals_refuse(struct vitals *vitals, uint64_t *count);

/* The end of a replay: judges what is left. Then: says the counters. */
void vitals_finish(struct vitals *vitals);
void vitals_say(struct vitals *vitals);

/* Tells web all there is. */
void vitals_tell(struct vitals *vitals);

const struct health *vitals_health(const struct vitals *vitals);

#endif
