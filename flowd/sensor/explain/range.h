/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The range of ports that a host's FTP server listens on for data, learnt from what it announces
 * and from what its clients do. It explains something only where the announcement itself can't be
 * read: for a client whose control connection is under TLS, once for each time that the server has
 * said something there. Driven by packet time.
 */
#ifndef FLOWD_SENSOR_RANGE_H
#define FLOWD_SENSOR_RANGE_H

#include "base/hash.h"
#include "base/record.h"

#define RANGE_LEARN 8 /* ports that clients under TLS were answered on make a range */

struct range_table;

/* A new answer, and the worker that has met it. */
struct range_answer {
	struct addr host, peer;
	uint16_t port;
	unsigned owner;
	wall_t time_us;
};

/* Room for `limit` hosts. NULL when memory is short. */
struct range_table *range_table_new(size_t limit, const struct hash_key *key);
void range_table_free(struct range_table *table);

/* The host's FTP server has announced a port of its own. */
void range_announced(struct range_table *table, const struct addr *host, uint16_t port, wall_t now);

/* It has said something to this peer under TLS. True: another host had to be forgotten. */
bool range_whispered(struct range_table *table, const struct addr *host, const struct addr *peer,
		     wall_t now);

/*
 * Is the answer explained? Otherwise, when `is_new`, it may be one of those that make a range: the
 * number of answers in `learnt` (RANGE_LEARN of them, ports and owners) that are explained now.
 */
bool range_take(struct range_table *table, const struct range_answer *answer, bool is_new,
		struct range_answer *learnt, size_t *learnt_count);

#endif
