/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a newborn sensor gets to know of what the store knows.
 */
#ifndef FLOWD_CORE_GREET_H
#define FLOWD_CORE_GREET_H

#include "base/ipc.h"
#include "store/store.h"

struct greet {
	struct store *store;
	struct ipc *sensor;
	/* Its own: */
	bool due;    /* the sensor has asked */
	mono_t next; /* not before: who asks all the time does not get all our time */
};

/*
 * Sends IPC_KNOWN when the sensor has asked, there is room in its queue, and the last time was long
 * enough ago. Commits. 0, -errno or an error of the store.
 */
int greet_pump(struct greet *greet);

#endif
