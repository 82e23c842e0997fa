/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a newborn sensor has to know of each service, beside the services themselves: rows so small
 * that ten millions are read in seconds. Kept by store_put_service and store_delete_service; a
 * store in memory, which never has a second sensor, has none.
 */
#ifndef STORE_KNOWN_H
#define STORE_KNOWN_H

#include "store/store.h"

struct store_known {
	uint8_t evidence;  /* enum evidence */
	uint8_t ephemeral; /* enum ephemeral */
	uint8_t delivered;
	uint8_t named;		  /* enum named */
	char app[RECORD_APP_MAX]; /* what the wire says */
};

/* How many there are, about. */
uint64_t store_count_known(struct store *store);

/* As the walks of store.h, over what is committed. */
typedef int (*store_known_fn)(void *arg, const struct service *service,
			      const struct store_known *known);
int store_walk_known(struct store *store, store_known_fn fn, void *arg);

#endif
