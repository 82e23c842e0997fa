/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How flowd is, as web knows it: what the sensor counted, and web's own figures; for people and for
 * Prometheus.
 */
#ifndef WEB_HEALTH_H
#define WEB_HEALTH_H

#include "base/record.h"
#include "web/stream.h"

struct health {
	wall_t since; /* of this process */
	mono_t started, told;
	struct tally tally, before; /* the latest, and the one before it */
	bool has_store;
	uint64_t requests;
	struct stream_figures stream;
};

void health_open(struct health *health);

/* Core has told the sensor's counters. */
void health_take(struct health *health, const struct tally *tally);

/* A word for the state, static: "ok", or what is missing. */
const char *health_word(const struct health *health);
bool health_is_well(const struct health *health);

/* To be freed; NULL when memory is short. */
char *health_json(const struct health *health);
char *health_metrics(const struct health *health);

#endif
