/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alerts of one receiver on their way to relay: what it is to get, what relay has of it, and
 * what became of that.
 */
#ifndef FLOWD_CORE_OUT_OUTLET_H
#define FLOWD_CORE_OUT_OUTLET_H

#include "base/conf/sinks.h"
#include "base/ipc.h"
#include "flowd/core/lifecycle.h"
#include "store/outbox/letters.h"

/* What all receivers have in common. */
struct post {
	struct ipc *relay;
	struct store *store;
	struct lifecycle *life;
	uint64_t limit;	     /* letters that may wait */
	uint64_t relay_life; /* 0: not known yet */
	bool due;	     /* something may be sent */
};

struct outlet {
	struct post *post;
	const struct sink_conf *conf;
	/* Its own: */
	struct store_sink row;
	uint64_t scanned;	/* letters up to this number were sent, or are not for it */
	uint64_t counted;	/* letters up to this number are counted in row.waiting */
	unsigned flying, again; /* letters that relay has; dead ones that it has again */
	bool again_due;		/* there are more dead ones to be sent again */
	bool changed;		/* the row is to be put */
	struct outbox_receipt last, last_again; /* to be said when committed; number 0 none */
};

/* `post` and `conf` are set. A new receiver gets what comes from now on. 0 or an error of the
 * store, as for all below. */
int outlet_open(struct outlet *o);

/* Counts what has been added, gives up what is too much, sends what there is room for. */
int outlet_send(struct outlet *o);

/* Relay has nothing of it any more, as far as is known. */
void outlet_restart(struct outlet *o);

/* A receiver that takes nothing for long is trouble, until it takes something. */
void outlet_look(struct outlet *o, wall_t now);

/* Puts what has changed; up to which number nothing waits for it any more. */
uint64_t outlet_put(struct outlet *o);

/* What relay says of it; texts end. 0; 1: it makes no sense; or an error of the store. */
int outlet_receipt(struct outlet *o, const struct outbox_receipt *receipt);
int outlet_news(struct outlet *o, const struct outbox_news *news);

/* The dead letter of this number, or all of them (0), are sent once more. */
int outlet_resend(struct outlet *o, uint64_t number);

/* For walks: keeps the row, or the number of the dead letter, in `arg` and ends. */
int outlet_first(void *arg, const struct store_letter *letter);
int outlet_first_dead(void *arg, const struct store_dead *row);

#endif
