/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that pretends to have every service is found out after some dozens of ports; until then
 * they look like services one by one. So nobody is told of a port yet that has said nothing, to a
 * client or to a probe, while others of its host answer alike for the first time: the alert waits
 * until no more of them come, and is not made when the host turns out to answer everything. What
 * delivers data waits no longer, nor does a host that canaries have cleared. Events do not wait.
 */
#ifndef FLOWD_CORE_CROWD_H
#define FLOWD_CORE_CROWD_H

#include "store/store.h"

struct lifecycle;
struct crowd_host;
struct crowd_item;

struct crowd {
	struct crowd_host *hosts; /* a table that forgets the oldest: it puts nothing off then */
	struct crowd_item *items; /* what is put off: a ring, in the order they were added */
	size_t size, first, count;
	uint64_t put_off; /* alerts, since the start */
};

void crowd_free(struct crowd *crowd);

/* A service was met that has answered and no more. */
void crowd_meet(struct lifecycle *l, const struct store_service *row);

/* How many ports of the service's host answer alike, are new, and mute. */
uint64_t crowd_size(const struct lifecycle *l, const struct store_service *row);

/*
 * Is the alert of a job to be put off? Then its row is put and it needs nobody's care until
 * crowd_tick judges it or crowd_lets_go takes it back.
 */
bool crowd_takes(struct lifecycle *l, const struct store_service *row, struct store_job *job);

/* Finds what an earlier life has put off. 0, -ENOMEM or an error of the store. */
int crowd_open(struct lifecycle *l);

/*
 * Has the service said something since its job was put off? Then another one takes its place. 0 or
 * an error of the store.
 */
int crowd_lets_go(struct lifecycle *l, struct store_service *row);

/* A host has turned out to be an ordinary one: what is put off is looked at by the next tick. */
void crowd_hurry(struct lifecycle *l);

/* Judges what waits for nothing any more, or `all`. 0 or an error of the store. */
int crowd_tick(struct lifecycle *l, bool all);

/* The clock was set back. */
void crowd_set_back(struct lifecycle *l, mono_t by);

#endif
