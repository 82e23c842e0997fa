/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sweep has found, held back for a moment: a host that answers at half of all ports or more
 * (a SYN proxy, a tarpit) is told as one fact, and its ports are not. Tables of a fixed size.
 */
#ifndef VERIFY_SWEEP_FOUND_H
#define VERIFY_SWEEP_FOUND_H

#include "base/record.h"
#include "verify/sweep/gear.h"

struct found;

struct found_setup {
	uint64_t ports;		  /* deceptive.ports: fewer mean nothing */
	struct hash_key key;	  /* of the table */
	struct hash_key port_key; /* of sketches and of what answers look like */
};

/* NULL when memory is short. */
struct found *found_new(const struct found_setup *setup);
void found_free(struct found *c);

/* Forgets all, for another sweep. */
void found_clear(struct found *c, const struct hash_key *port_key);

/* `asked`: of how many ports each host has been asked by now, on average. */
void found_take(struct found *c, const struct inlet_answer *answer, uint64_t asked, mono_t now);

/*
 * The next port to tell of, whose time has come, or that has to make room; it stays the next one
 * until found_pass. False: there is none. `all`: nothing more will come, so none has to wait.
 */
bool found_next(struct found *c, mono_t now, bool all, struct sighting *out);
void found_pass(struct found *c);

/* Is there no room for another one? */
bool found_is_full(const struct found *c);

/* The next host that answers everything and of which there is news; the same for found_pass_host.
 */
bool found_next_host(struct found *c, struct host_sighting *out);
void found_pass_host(struct found *c);

#endif
