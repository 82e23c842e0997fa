/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a service goes from first sighting to verdict and alert. Works on the store alone and on the
 * time it is told; what is to be said or sent is handed to a function and may be done only after
 * store_commit.
 */
#ifndef FLOWD_CORE_LIFECYCLE_H
#define FLOWD_CORE_LIFECYCLE_H

#include "base/prefix.h"
#include "flowd/core/agenda/agenda.h"
#include "flowd/core/agenda/canary.h"
#include "flowd/core/book/lapse.h"
#include "flowd/core/crowd.h"
#include "flowd/core/fleeting.h"
#include "flowd/core/geo/origins.h"
#include "flowd/core/policy/policy.h"
#include "flowd/core/room.h"
#include "flowd/core/vantage/vantage.h"
#include "flowd/core/verdict/verdict.h"
#include "flowd/core/vitals/health.h"
#include "rules/rules.h"
#include "store/store.h"

/* Something to do once it is committed; exactly one pointer is set, borrowed until the function
 * returns. */
struct lifecycle_act {
	const struct event_row *event; /* say it */
	const struct alert *alert;     /* hand it out */
	const struct job *name;	       /* tell verify that the wire has named a job's service */
	const struct triage *triage;   /* an alert's life has gone on: say it */
};

typedef void (*lifecycle_fn)(void *arg, const struct lifecycle_act *act);

#define APPROVALS_WAITING 8

/* Entries of the baseline that web has sent, on their way into the store. */
struct approvals_work {
	char *bytes;
	size_t len, at;
	uint64_t done, refused;
};

struct approvals {
	struct approvals_work work[APPROVALS_WAITING];
	size_t count;
};

struct handovers;

/* An acceptance of what was learnt, while it is carried out. */
struct learnt {
	wall_t accepted_us; /* 0: there is none */
	struct service at;  /* the last service that was looked at */
};

struct lifecycle {
	struct store *store;
	const struct rules *rules;
	const struct prefix_set *home;
	const struct prefix_set *targets; /* what may be probed; empty: nothing */
	struct origins *origins;	  /* where addresses belong; NULL nobody knows */
	mono_t alert_deadline;
	mono_t alert_repeat; /* the same alert is made again after so long at the earliest */
	mono_t host_keep;    /* how long a host answers everything after its last such answer */
	size_t host_limit;   /* such hosts remembered; one more is not; 0 any number */
	wall_t quiet_until;  /* before it only levels high and critical become alerts */
	const struct health *health; /* of the capture; NULL: nobody knows */
	const char *receiver;	     /* of the outbox; NULL none */
	struct handovers *handovers; /* what rules hand over goes there; NULL: nothing does */
	bool letters;		     /* alerts are put into the outbox of all receivers, too */
	lifecycle_fn act;
	void *arg;
	struct fleeting fleeting; /* `keep` and `limit` are set */
	struct room room;	  /* its limits are set */
	struct agenda agenda;	  /* as configured */
	struct canary canary;
	struct vantages vantages; /* `list` and `near` are set */
	struct policy policy;	  /* as configured */
	/* Its own: */
	struct approvals approvals;
	struct lapse lapse;
	struct learnt learnt;
	struct crowd crowd;
	struct verdict_probers probers;
	wall_t now;		 /* goes back by lifecycle_set_back only */
	wall_t next_deadline;	 /* of the first undecided job; 0 none */
	uint64_t undecided_from; /* no undecided job has a lower id */
	uint64_t undelivered;	 /* alerts given up by the outbox */
	uint64_t hosts, hosts_refused;
	wall_t hosts_counted; /* until then `hosts` is not counted anew; 0 never was */
	uint64_t jobs_made;   /* jobs verify may have, since the start */
};

/* Finds the jobs that were left undecided. 0 or an error of the store. */
int lifecycle_open(struct lifecycle *l);
void lifecycle_close(struct lifecycle *l);

/*
 * The clock stands at `now`: decides the jobs whose deadline has passed and commits that; what was
 * ephemeral and is over leaves the list. 0 or an error of the store.
 */
int lifecycle_tick(struct lifecycle *l, wall_t now);

/*
 * The wall clock stands at `now` and was set back by `by` since it was last told: what waits for a
 * time waits no longer for it. Commits. 0 or an error of the store.
 */
int lifecycle_set_back(struct lifecycle *l, wall_t now, mono_t by);

/* Nothing more will come: decides all that is undecided. Commits. 0 or an error of the store. */
int lifecycle_finish(struct lifecycle *l);

/* Takes a record into the batch. 0 or an error of the store; a probe that is not about its job's
 * service: 1, and nothing has changed. */
int lifecycle_sighting(struct lifecycle *l, const struct sighting *sighting);
int lifecycle_probe(struct lifecycle *l, const struct probe *probe);

/*
 * Judges a job's service and makes the alert that the rules ask for, unless one of its level or
 * higher has been made for the job, whose level becomes the alert's. `probe` NULL: no verdict.
 */
void lifecycle_judge(struct lifecycle *l, const struct store_service *row, struct store_job *job,
		     const struct probe *probe);

/* Something has happened to what `row` describes: an event, and an alert when the rules say so. */
void lifecycle_tell(struct lifecycle *l, struct store_service *row, enum event event);

/* May core order a probe of it? */
bool lifecycle_may_probe(const struct lifecycle *l, const struct service *service);

/* Makes a job for an event, and puts the row. */
void lifecycle_order(struct lifecycle *l, struct store_service *row, enum event event);

/*
 * Makes a job that nobody waits for. 1; 0: the service may not be probed, or is about to be anyway;
 * or an error of the store.
 */
int lifecycle_look(struct lifecycle *l, struct store_service *row);

/*
 * Somebody asks for a probe of a known service now, whatever is known of it: its verdict is an
 * event and never an alert. 0, also when there is no such service, it may not be probed or is about
 * to be probed anyway, or an error of the store.
 */
int lifecycle_ask(struct lifecycle *l, const struct service *service);

/*
 * May a service be called gone because it was not seen to answer from `from` on? Not unless the
 * capture has been healthy all the time.
 */
static inline bool lifecycle_may_be_gone(const struct lifecycle *l, wall_t from)
{
	return l->health && health_was_well(l->health, from, l->now);
}

#endif
