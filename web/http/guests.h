/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many connections each address has, so that none takes them all. Of IPv6 a /64 is one.
 */
#ifndef WEB_HTTP_GUESTS_H
#define WEB_HTTP_GUESTS_H

#include "base/addr.h"
#include "base/hash.h"

#include <stdbool.h>

#define GUESTS_CHAINS 256

struct guests {
	struct hash_key key;
	uint64_t most; /* connections of an address; 0 any number */
	uint64_t refused;
	struct guest *chains[GUESTS_CHAINS];
};

void guests_open(struct guests *guests, uint64_t most);
void guests_close(struct guests *guests);

/* May it have one more? If not, that is counted. */
bool guests_may(struct guests *guests, const struct addr *addr);

/* It has one more, one less. Memory is bounded by the connections there are. */
void guests_come(struct guests *guests, const struct addr *addr);
void guests_go(struct guests *guests, const struct addr *addr);

#endif
