/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core knows, for a sensor that is born, in 8 bytes a service: one read-only mapping that all
 * workers share. A service is not in it as such: its keyed 64-bit hash is, of which 44 bits are
 * kept and the lower ones say where. Two services have the same one with a probability of 2^-64;
 * that a service which is not in a set of ten millions seems to be is less likely than 1 in 10^11
 * (some three places are compared, each by 40 bits at least that are not the same anyhow).
 * Outsiders choose services, so the key is secret: nobody can look for one that is mistaken for
 * another.
 */
#ifndef FLOWD_KNOWNSET_H
#define FLOWD_KNOWNSET_H

#include "base/record.h"

#define KNOWNSET_APPS 254 /* different names; services of any further have none here */

/* What is known of a service. */
struct knownset_item {
	uint8_t evidence;  /* enum evidence */
	uint8_t ephemeral; /* enum ephemeral */
	uint8_t delivered;
	uint8_t named; /* enum named */
	bool has_name; /* though `app` may be empty: see KNOWNSET_APPS */
	char app[RECORD_APP_MAX];
};

/* Core makes one: room for about `count` services. `peer_key`: of the peers' sketches, and what its
 * own key is made of. NULL when memory is short. */
struct knownset;
struct knownset *knownset_new(size_t count, const struct hash_key *peer_key);
void knownset_free(struct knownset *set);

/* 0; ERR_FULL: more than there is room for. */
int knownset_add(struct knownset *set, const struct service *service,
		 const struct knownset_item *item);

/* Its bytes, to be sent; borrowed. */
const void *knownset_bytes(struct knownset *set, size_t *size);

/* A sensor reads one: `bytes` (aligned to 8) is borrowed from then on. ERR_SHORT: it is none. */
struct knownset_view {
	const void *bytes;
	const uint64_t *places;
	uint64_t mask;
};
int knownset_open(const void *bytes, size_t size, struct knownset_view *out);
struct hash_key knownset_peer_key(const struct knownset_view *view);
bool knownset_find(const struct knownset_view *view, const struct service *service,
		   struct knownset_item *out);

#endif
