/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of a service beside the conversation that tells its name: its doors, TLS that
 * begins inside its protocol, outdated versions of TLS. Some connections at a time, each paid for,
 * within a bounded time, since the verdict waits for them: what the wire's name makes due sets out
 * at once, the rest when the name is known.
 */
#ifndef VERIFY_FOLLOW_H
#define VERIFY_FOLLOW_H

#include "base/conf.h"
#include "verify/talk/talk.h"

#define FOLLOW_AT_ONCE 4 /* connections */

struct follow;

struct follow_order {
	const struct conf *conf;      /* borrowed */
	const struct source_way *way; /* copied, like the rest */
	const char *app;	      /* the wire's name, "" none */
	bool tls;		      /* that is spoken inside TLS */
	const char *sni;	      /* "" none */
};

/* Asked all; or not yet, but what is known already should wait no longer. */
enum follow_news { FOLLOW_OVER, FOLLOW_LATE };

typedef void (*follow_fn)(void *arg, enum follow_news news);

/* NULL when memory is short. `room` is borrowed. */
struct follow *follow_open(const struct talk_room *room, const struct follow_order *order,
			   follow_fn fn, void *arg);
void follow_free(struct follow *follow);

/*
 * The conversation is over after `took`, and `probe` (borrowed) says what it has told: asks the
 * rest, adds all that was learned to the probe, and calls `fn`, perhaps before this returns. With
 * FOLLOW_LATE it is called once at most, and never before this returns.
 */
void follow_end(struct follow *follow, struct probe *probe, mono_t took);

/* How many connections it has tried to make, those that the kernel repeated twice. */
unsigned follow_dials(const struct follow *follow);

#endif
