/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parent holds: the roles, and the sockets between them, which outlive the roles.
 */
#ifndef FLOWD_HOUSE_HOUSE_H
#define FLOWD_HOUSE_HOUSE_H

#include "flowd/house/renew.h"
#include "flowd/parent.h"

struct child {
	pid_t pid; /* 0: not running */
	mono_t started;
	mono_t again; /* when it is to be started again; 0 not */
	mono_t delay;
	int status;	/* exit status of the last run */
	uint32_t falls; /* lives that ended by themselves */
};

struct parent {
	const struct parent_plan *plan;
	struct conf *conf;
	struct birth birth;
	mono_t born;
	int ends[PARENT_LINKS_MAX][2];
	struct child children[PARENT_ROLES_MAX];
	sigset_t signals;
	const struct parent_link *listener; /* who is told how the roles fare */
	struct ipc *news;		    /* to it, and its wishes back; NULL in a replay */
	struct errands errands;
	struct renew renew;
	struct probing said; /* by a signal, the last time; time_us 0: never */
};

/* Is this side of the link the role's? 0: from, 1: to. */
bool house_is_end(const struct parent_link *link, const char *role, int side);

/* Opens what the parent has open: this program, the links, and, where there is anybody to listen,
 * its own link. 0 or -errno. */
int house_open(struct parent *parent);
void house_close_links(struct parent *parent);

#endif
