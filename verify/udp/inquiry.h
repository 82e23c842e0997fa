/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One service over UDP is looked at: what the wire names is asked for, then what its port is for,
 * then a few things that are common; who is recognised is asked on. Each datagram waits for its
 * turn, like whatever else leaves this host.
 */
#ifndef VERIFY_UDP_INQUIRY_H
#define VERIFY_UDP_INQUIRY_H

#include "base/conf.h"
#include "base/loop.h"
#include "verify/budget.h"
#include "verify/gate/rtt.h"
#include "verify/probes/book.h"
#include "verify/source.h"
#include "verify/udp/question.h"

#define INQUIRY_SOCKETS_MOST 12 /* of one service at once */

struct inquiry;

/* What all of them share, borrowed. */
struct inquiry_room {
	const struct conf *conf;
	struct loop *loop;
	struct budget *budget;
	struct source *source;
	struct rtt *rtt;
	struct book *book; /* of probes; NULL none */
};

struct inquiry_order {
	const struct inquiry_room *room; /* copied */
	struct source_way way;
	struct probe *probe;	 /* borrowed: what comes out is written into it */
	const char *app;	 /* the wire's name; "" not known */
	bool named;		 /* no name will come any more */
	void (*want)(void *arg); /* it has a datagram to send: inquiry_send when it is its turn */
	void (*done)(void *arg); /* the probe has its verdict; the callee frees the udp */
	void *arg;
};

/* NULL when memory is short. Nothing is called before inquiry_start. */
struct inquiry *inquiry_new(const struct inquiry_order *order);
void inquiry_free(struct inquiry *inquiry);

/* Sets out; `want` or `done` is called, perhaps at once. */
void inquiry_start(struct inquiry *inquiry);

/* It is its turn: one datagram. 0: taken, and it may be gone; -EAGAIN: wait for the budget. */
int inquiry_send(struct inquiry *inquiry);

/* The wire has named the service. */
void inquiry_name(struct inquiry *inquiry, const char *app);

#endif
