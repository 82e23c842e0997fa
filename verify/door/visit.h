/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a service that is known by now: to a door, plain or inside TLS.
 */
#ifndef VERIFY_DOOR_VISIT_H
#define VERIFY_DOOR_VISIT_H

#include "verify/door/door.h"
#include "verify/talk/talk.h"

struct visit;

struct visit_order {
	const struct source_way *way;	/* copied */
	struct probe *probe;		/* where facts go; borrowed, as what follows */
	const char *host, *agent, *sni; /* as in struct door_talk */
	const struct door *starttls;	/* how TLS begins there; NULL: at once, or not at all */
	bool tls;			/* a handshake comes before the door */
	bool offer_alpn;
	const struct door *door; /* NULL: the handshake is all */
};

/* The conversation is over; the callee frees it. `next` is a door to go to then, NULL none. */
typedef void (*visit_fn)(void *arg, struct visit *visit, const struct door *next);

/*
 * Connects; `fn` is never called before this returns. 0; -EAGAIN, ERR_DENIED and others as
 * dial_open; -ENOMEM. `room` is borrowed.
 */
int visit_open(const struct talk_room *room, const struct visit_order *order, visit_fn fn,
	       void *arg, struct visit **out);
void visit_free(struct visit *visit);

/* Bytes that have come. */
size_t visit_heard(const struct visit *visit);

/* SYNs that were sent for it. */
unsigned visit_dials(const struct visit *visit);

#endif
