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
	int refused;  /* why the file did not take an alert; 0 it took all */
	bool wrote;   /* since the last sync */
	mono_t again; /* when to look into the store though there are no news */
};

/* Finds out what of the store is in the file. 0 or an error of the store. */
int outbox_open(struct outbox *o, struct store *store);

/*
 * Hands out what is committed, when there are news or it is time to try again. 0; 1 the file has
 * begun to refuse, `refused` says why; an error of the store.
 */
int outbox_pump(struct outbox *o, bool news);

#endif
