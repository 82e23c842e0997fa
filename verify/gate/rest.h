/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is left alone for a while, since routers keep saying that it is not to be reached. The table
 * has a fixed size; when it is full, who has been in it longest is forgotten, and counted.
 */
#ifndef VERIFY_GATE_REST_H
#define VERIFY_GATE_REST_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/mono.h"

#include <stdbool.h>
#include <stddef.h>

#define REST_AFTER 8 /* messages within the time one is left alone for */

struct rest_slot {
	uint64_t key; /* hash of the host or network; 0: free */
	mono_t first; /* the first message counted */
	mono_t until; /* left alone; 0 not yet */
	unsigned count;
	bool forbidden; /* some of them spoke of a filter: not all ports need be behind it */
};

struct rest {
	struct hash_key hash;
	mono_t length; /* 0: never */
	struct rest_slot *slots;
	uint64_t forgotten, begun;
};

/* 0 or -ENOMEM. */
int rest_open(struct rest *rest, mono_t length);
void rest_close(struct rest *rest);

/* An ICMP error about `host`, which somebody else sent. */
struct rest_word {
	struct addr host;
	uint8_t type, code;
};

/* Takes it; true: the host or its network is left alone from now on. */
bool rest_hear(struct rest *rest, const struct rest_word *word, mono_t now);

/* How long the host is still left alone; 0: it is not. */
mono_t rest_left(const struct rest *rest, const struct addr *host, mono_t now);

/* The same, where routers said nothing but that nobody is there. */
bool rest_is_dead(const struct rest *rest, const struct addr *host, mono_t now);

#endif
