/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored alerts on their way to the alert file. What it does not take (a full disk) waits in
 * the store, also for the next life.
 */
#ifndef FLOWD_CORE_OUTBOX_H
#define FLOWD_CORE_OUTBOX_H

#include "flowd/core/out/alertfile.h"
#include "store/store.h"

#define OUTBOX_FILE "file" /* the receiver's name in the store */

struct outbox {
	struct alertfile *file; /* NULL: nobody receives */
	/* Its own: */
	struct store *store;
	uint64_t limit, *undelivered;
	uint64_t first; /* number of the alert that was handed out last, or tried */
	int refused;	/* why the file did not take an alert; 0 it took all */
	bool wrote;	/* since the last sync */
	bool full;	/* some were given up since the file last took one */
	mono_t again;	/* when to look into the store though there are no news */
};

/*
 * Finds out what of the store is in the file. 0 or an error of the store. `limit` alerts may wait,
 * the oldest of more are given up, which `undelivered` (borrowed) counts.
 */
int outbox_open(struct outbox *o, struct store *store, uint64_t limit, uint64_t *undelivered);

enum { OUTBOX_WAITS = 1, OUTBOX_GIVES_UP };

/*
 * Hands out what is committed, when there are news or it is time to try again. 0; OUTBOX_WAITS the
 * file has begun to refuse, `refused` says why; OUTBOX_GIVES_UP and so many wait that the oldest
 * are given up from now on; an error of the store.
 */
int outbox_pump(struct outbox *o, bool news);

/* What the last two mean for the alerts, in words. */
const char *outbox_word(int pumped);

#endif
