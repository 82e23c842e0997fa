/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts on their way to receivers, and what became of them: what core and relay say to each other,
 * and what web is shown. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_OUTBOX_H
#define BASE_RECORD_OUTBOX_H

#include "base/record.h"

#define OUTBOX_SINK_MAX 16
#define OUTBOX_ERROR_MAX 112
#define OUTBOX_WINDOW 256 /* alerts that relay may have of one receiver */

/* What an alert has come to stand for since it was sent. */
struct outbox_growth {
	uint64_t alert;	   /* its number; 0: the alert itself is sent, for the first time */
	uint32_t revision; /* 2 is the first that says more than the alert */
	uint32_t members;  /* services, no more than are listed */
	uint32_t findings;
	uint8_t pad[4];
};

/* Core to relay: an alert for a receiver. */
struct outbox_parcel {
	uint64_t life;	/* as relay has said: older ones are left in the socket by another core */
	uint64_t store; /* makes the number unique among all flowds there are */
	char sink[OUTBOX_SINK_MAX];
	uint8_t again; /* 1: a dead letter that somebody wants sent once more */
	uint8_t pad[7];
	uint64_t number; /* of the letter: the alert's, or a later one that no alert has */
	struct outbox_growth growth;
	struct alert alert;
};

/* X(constant, text) */
#define OUTBOX_OUTCOME_LIST(X)                                     \
	X(OUTBOX_LATER, "later")	 /* tried again */         \
	X(OUTBOX_DELIVERED, "delivered") /* the receiver has it */ \
	X(OUTBOX_REFUSED, "refused")	 /* and will never take it */

enum outbox_outcome {
#define OUTBOX_ENUM(id, text) id,
	OUTBOX_OUTCOME_LIST(OUTBOX_ENUM)
#undef OUTBOX_ENUM
		OUTBOX_OUTCOME_END
};

/*
 * Relay to core: what became of an alert, in the order in which they came. Core to relay, the
 * latest of a receiver: it is committed, whatever happens now.
 */
struct outbox_receipt {
	wall_t time_us;
	uint64_t number;
	char sink[OUTBOX_SINK_MAX];
	uint8_t outcome; /* enum outbox_outcome: delivered or refused */
	uint8_t again;	 /* as in the parcel */
	uint8_t pad[2];
	uint32_t tries;
	char error[OUTBOX_ERROR_MAX]; /* why it was refused */
};

/* Relay to core: how a receiver fares. */
struct outbox_news {
	wall_t time_us;
	wall_t down_us; /* since when it takes nothing; 0 it does */
	uint64_t tries; /* that have failed since the last such news */
	char sink[OUTBOX_SINK_MAX];
	char error[OUTBOX_ERROR_MAX]; /* of the last try that failed; "" none */
};

/* Relay to core: just born, or asked who it is. Core to relay: who are you? */
struct outbox_life {
	uint64_t life; /* a number that no other life of relay has; 0 of core */
};

/* Web to core: send dead letters of a receiver once more. */
struct outbox_order {
	uint64_t number; /* of the alert; 0 all */
	char sink[OUTBOX_SINK_MAX];
};

#endif
