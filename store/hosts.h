/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts that answer everything: a row each, in place of the services they pretend to have.
 */
#ifndef STORE_HOSTS_H
#define STORE_HOSTS_H

#include "store/store.h"

#define STORE_HOST_PRINTS 8

struct store_host {
	struct addr host;
	uint32_t zone;
	uint8_t proto; /* enum proto */
	uint8_t ttl;   /* of its latest answers, like the next ones */
	uint16_t window;
	char options[RECORD_OPTIONS_MAX];
	struct addr peer; /* the latest */
	wall_t first_us, last_us;
	uint64_t answers;
	uint64_t folded;	  /* services that it was taken for before */
	struct hash_sketch ports; /* that answered alike */
	uint8_t evidence;	  /* enum evidence, the best */
	uint8_t print_count;	  /* that it answers by, and in which place the next one goes */
	uint8_t pad[2];
	uint32_t prints[STORE_HOST_PRINTS]; /* as sighting.print */
};

/* Does the host answer everything in this way? */
bool store_host_has(const struct store_host *row, uint32_t print);

/* The key of a host is that of a service with port 0. 1 found, 0 not, ERR_STORE, ERR_CORRUPT. */
int store_get_host(struct store *store, const struct service *key, struct store_host *out);
void store_put_host(struct store *store, const struct store_host *row);

/*
 * Hosts in the order of zone, address, protocol, from the first not before `from` (NULL: all), as
 * the walks of store.h.
 */
typedef int (*store_host_fn)(void *arg, const struct store_host *row);
int store_walk_hosts(struct store *store, const struct service *from, store_host_fn fn, void *arg);

/* Drops those whose last answer is older than `cut`. Commits. 0 or an error of the store. */
int store_expire_hosts(struct store *store, wall_t cut);

#endif
