/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking again: when a service whose verdict is known is probed anew, and what its verdicts amount
 * to over time. Each has a time in the agenda, spread so that none of them come together; a tick
 * takes what is due and no more than verify should have waiting.
 */
#ifndef FLOWD_CORE_AGENDA_AGENDA_H
#define FLOWD_CORE_AGENDA_AGENDA_H

#include "flowd/core/datagram/rounds.h"
#include "store/probing/agenda.h"

#define AGENDA_TERMS_MAX 8

struct changes;
struct conf;
struct lifecycle;

/* A service that was found open, and when. */
struct agenda_answer {
	struct service service;
	wall_t time_us;
};

struct agenda {
	mono_t again;			/* how long a verdict is believed; 0 for ever */
	mono_t again_high;		/* the same where the rules say high or critical */
	mono_t gone;			/* how long what was open must be shut to be called gone */
	mono_t terms[AGENDA_TERMS_MAX]; /* before the end of a certificate, told at each */
	size_t term_count;
	/* Its own: */
	wall_t started_us; /* what was shut before was not watched all the time; 0 not started */
	wall_t from;	   /* nothing is due earlier */
	wall_t look_us;	   /* before it nothing is due */
	struct agenda_answer answered[2]; /* the latest: two, so that one is another */
	struct rounds rounds;
};

/* As configured; `replay`: nothing is looked at again. */
struct agenda agenda_of(const struct conf *conf, bool replay);

/* A job's verdict, before it is kept: `row` has the state that follows from it, `was` is the state
 * it had. */
struct agenda_look {
	struct store_service *row;
	const struct job *job;
	const struct probe *probe;
	enum state was;
};

/*
 * Finds what has changed and plans the next look. May make the row's state `gone`. 0 or an error of
 * the store.
 */
int agenda_take(struct lifecycle *l, const struct agenda_look *look, struct changes *out);

/* The wire has shown a service that was gone: it is no longer. 0 or an error of the store. */
int agenda_return(struct lifecycle *l, const struct service *service);

/* Orders what is due now, so far as there is room. 0 or an error of the store. */
int agenda_tick(struct lifecycle *l);

#endif
