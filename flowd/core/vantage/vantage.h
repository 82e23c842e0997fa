/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several places to look from: verdicts of probers elsewhere, which come when they come. Nobody
 * waits for them; what they say can raise the alert that was made without them.
 */
#ifndef FLOWD_CORE_VANTAGE_VANTAGE_H
#define FLOWD_CORE_VANTAGE_VANTAGE_H

#include "store/store.h"

#define VANTAGE_JOBS 4096 /* concluded jobs remembered for verdicts that come later */

struct conf;
struct lifecycle;

struct vantage_job {
	uint64_t id;
	uint8_t event, level; /* enums */
};

struct vantages {
	const char *list; /* as configured, borrowed; "" or NULL: none elsewhere */
	const char *near; /* the name of ours, borrowed */
	/* Its own: */
	struct vantage_job jobs[VANTAGE_JOBS]; /* by id */
};

/* As configured. */
struct vantages vantages_of(const struct conf *conf);

/* Is this the name of a vantage elsewhere? */
bool vantage_is_far(const struct vantages *v, const char *name);

/* A job was concluded by the verdict from here. */
void vantage_conclude(struct vantages *v, const struct store_job *job);

/* Says in a finding who finds its service open, by the latest verdicts put. 0 or an error of the
 * store. */
int vantage_tell(const struct lifecycle *l, struct finding *f);

/* The same for the row of a verdict that was put: open is what is open to anybody. 0 or an error of
 * the store. */
int vantage_settle(const struct lifecycle *l, struct store_service *row);

/* A verdict from elsewhere. 0; 1: it makes no sense; or an error of the store. */
int vantage_take(struct lifecycle *l, const struct probe *probe);

/* A vantage cannot be reached, or can be again. 0; 1: it makes no sense. */
int vantage_trouble(struct lifecycle *l, const struct trouble_news *said);

#endif
