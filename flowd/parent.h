/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that spawns the roles, waits for them and brings them back. It reads nothing from
 * anyone but which short-lived role core wants.
 */
#ifndef FLOWD_PARENT_H
#define FLOWD_PARENT_H

#include "base/conf.h"
#include "base/ipc.h"
#include "flowd/errand.h"

#define PARENT_ROLES_MAX 8
#define PARENT_LINKS_MAX 8

/* May the role be made to wait when a queue is full? Else it drops and counts. */
enum parent_wait { PARENT_NEVER, PARENT_REPLAY, PARENT_ALWAYS };

/* What has to have changed for a role to be born anew: a role's own word and all before it. */
enum parent_renewal { PARENT_BY_OPTIONS, PARENT_BY_FILES, PARENT_BY_RULES };

/* A role, and what it runs with its ends of the links, in the order of the table of links. */
struct parent_role {
	const char *name;
	int (*run)(const struct conf *conf, struct ipc **ends);
	enum parent_wait waits;
	bool (*wanted)(const struct conf *conf); /* NULL: always */
	enum parent_renewal renewal;
};

/* A pair of sockets between two roles, by their names. */
struct parent_link {
	const char *from, *to;
};

/* The house: the roles in the order they are asked to end, and what joins them; both end with a
 * NULL name. */
struct parent_plan {
	const struct parent_role *roles;
	const struct parent_link *links;
	const struct errand_role *errands; /* the short-lived roles, up to a NULL name */
	const char *last;		   /* a replay is over when this role has ended */
	/* Reads and checks configuration and rules anew: 0 and `out`, or says what is wrong in
	 * `error` (RENEW_ERROR_MAX bytes). */
	int (*reload)(struct conf *out, char *error);
};

/*
 * Runs the roles until SIGINT or SIGTERM, or the end of a replay. SIGHUP starts them anew on what
 * `reload` gives, which then is in `conf`; where the options are the same,
 * the capture goes on. Returns the exit status.
 */
int parent_run(const struct parent_plan *plan, struct conf *conf);

/*
 * Is this process a role that parent_run started? Then runs it and returns its exit status; else
 * -1.
 */
int parent_role_run(const struct parent_plan *plan, int argc, char **argv);

#endif
