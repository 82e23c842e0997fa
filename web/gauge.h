/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How flowd is, as web knows it: what the sensor counted, and web's own figures; for people and for
 * Prometheus.
 */
#ifndef WEB_GAUGE_H
#define WEB_GAUGE_H

#include "base/record.h"
#include "store/store.h"
#include "web/http/http.h"
#include "web/stream.h"

#define GAUGE_ROLES 16
#define GAUGE_TROUBLES 64 /* more are not shown */

struct gauge {
	wall_t since; /* of this process */
	mono_t started, told;
	struct tally tally, before;	     /* the latest, and the one before it */
	struct role_news roles[GAUGE_ROLES]; /* the latest of each */
	size_t role_count;
	struct trouble_news troubles[GAUGE_TROUBLES]; /* those that hold */
	size_t trouble_count;
	struct probing probing;	 /* whether probes may be sent; time 0: nobody has said so */
	struct rules_news rules; /* time 0: nobody has said so */
	bool has_store;
	struct store_figures store; /* all 0 without one */
	struct http_figures http;
	struct stream_figures stream;
};

void gauge_open(struct gauge *gauge);

/* Core has told the sensor's counters. */
void gauge_take(struct gauge *gauge, const struct tally *tally);

/* Core has told how a role fares. */
void gauge_take_role(struct gauge *gauge, const struct role_news *news);

/* Core has told that trouble with the capture has begun or has passed. */
void gauge_take_trouble(struct gauge *gauge, const struct trouble_news *news);

/* A word for the state, static: "ok", or what is missing. */
const char *gauge_word(const struct gauge *gauge);
bool gauge_is_well(const struct gauge *gauge);

/* To be freed; NULL when memory is short. */
char *gauge_json(const struct gauge *gauge);
char *gauge_metrics(const struct gauge *gauge);

#endif
