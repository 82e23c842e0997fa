/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts that answer everything, as core keeps them: one row, one event, one alert at most, and the
 * services they were taken for are taken back.
 */
#ifndef FLOWD_CORE_DECEPTIVE_H
#define FLOWD_CORE_DECEPTIVE_H

#include "flowd/core/lifecycle.h"
#include "store/hosts.h"

/* Takes what the sensor says of a host, nothing of later than `latest`. Commits when it is news. 0
 * or an error of the store. */
int deceptive_take(struct lifecycle *l, const struct host_sighting *said, wall_t latest);

/*
 * A service without a row was seen that has delivered nothing. 1: its host answers everything, the
 * sighting was added to that; 0: it is a service; or an error of the store.
 */
int deceptive_covers(struct lifecycle *l, const struct sighting *s);

#endif
