/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the sensor see what is there? Judges what its sources count, interval by interval, by the
 * thresholds of `health`: trouble begins, and passes once it has stayed well below. Pure: the time
 * is that of the counts.
 */
#ifndef FLOWD_CORE_VITALS_VITALS_HEALTH_H
#define FLOWD_CORE_VITALS_VITALS_HEALTH_H

#include "base/conf.h"
#include "base/record.h"

struct health;

/* Trouble has begun or has passed; `news` borrowed until the function returns. */
typedef void (*health_fn)(void *arg, const struct trouble_news *news);

/* `conf` is borrowed until health_free. NULL when memory is short. */
struct health *health_new(const struct conf *conf, health_fn fn, void *arg);
void health_free(struct health *health);

/* What a source has counted since it was heard of last. Of sources beyond the most that can be
 * told apart (HEALTH_SOURCES) nothing is said. */
#define HEALTH_SOURCES 64
void health_take(struct health *health, const struct tally *grown);

/* A sensor was started: what the one before it suffered from is over. */
void health_restart(struct health *health);

/* Nothing more will be counted: judges the interval that has not ended. */
void health_finish(struct health *health);

/* The troubles that hold, at most `most`. How many there are. */
size_t health_list(const struct health *health, struct trouble_news *out, size_t most);

/*
 * Was everything seen from `from` on until `now`, as far as can be told? Only then does it mean
 * something that a service was not: whoever calls it gone has to ask.
 */
bool health_was_well(const struct health *health, wall_t from, wall_t now);

#endif
