/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The progress bar of a replay.
 */
#ifndef FLOWD_SENSOR_PROGRESS_H
#define FLOWD_SENSOR_PROGRESS_H

#include "base/mono.h"

struct progress {
	mono_t started, shown;
};

/* Begins now. */
void progress_open(struct progress *progress);

/*
 * Draws packets, rate and time left on standard error, a few times a second at most. `size` 0: how
 * long the file is can't be known.
 */
void progress_show(struct progress *progress, uint64_t packets, uint64_t at, uint64_t size);

/* Wipes the bar off. */
void progress_close(struct progress *progress);

#endif
