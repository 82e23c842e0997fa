/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short-lived roles: born for one errand, with one end of a pair of sockets, and gone with the
 * answer. Whoever wants one makes the pair, sends what it is to know into the other end, and hands
 * the role's end to core (web) or keeps the other one (core: crew_errand); core passes it to the
 * parent, as a message of the errand's kind that carries the descriptor. The parent looks at the
 * kind and at nothing else: what is said goes past it, and past core.
 *
 * To add one: its kind in IPC_KIND_LIST (size IPC_BULK), a row of errands[] in flowd/main.c, a
 * table of its system calls in base/cage/tables.h, and in its room a run function that reads its
 * errand from the given end (ipc_recv, waiting), answers there and returns. Who asked knows by
 * -EPIPE that the errand ended, or was refused: there are `at_once` of a kind at most, and each
 * has to be back within `most`, or it is killed. Live only: in a replay there is no such link.
 */
#ifndef FLOWD_ERRAND_H
#define FLOWD_ERRAND_H

#include "base/ipc.h"
#include "base/mono.h"
#include "flowd/house/birth.h"

#include <stdbool.h>

struct conf;

#define ERRAND_MAX 12 /* under way, of all kinds */

struct errand_role {
	const char *name;
	enum ipc_kind kind; /* that asks for it */
	int (*run)(const struct conf *conf, struct ipc *asker);
	mono_t most; /* time it may take */
	unsigned at_once;
};

struct errand {
	const struct errand_role *role;
	pid_t pid; /* 0: the place is free */
	mono_t until;
	bool late; /* it was killed for that */
};

/* Those under way; all zero at first but for `roles`. */
struct errands {
	const struct errand_role *roles; /* up to a NULL name; NULL none */
	struct errand list[ERRAND_MAX];
};

/* Takes core's words that wait and starts what they ask for; true: rules are to be loaded anew. */
bool errand_hear(struct errands *e, struct ipc *core, const struct conf *conf,
		 const struct birth *birth);

/* A child has ended; false: it was none of these. */
bool errand_over(struct errands *e, pid_t pid, int status);

/* Kills those that are late; when the next one would be, `never` if there is none. */
mono_t errand_expire(struct errands *e, mono_t never);

/* Ends them all and waits for that. */
void errand_stop(struct errands *e);

const struct errand_role *errand_find(const struct errand_role *roles, const char *name);

#endif
