/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services the sensor has met or was told of, and what it has counted of each since it last
 * told core.
 */
#ifndef FLOWD_SENSOR_KNOWN_H
#define FLOWD_SENSOR_KNOWN_H

#include "flowd/knownset.h"

struct known; /* the table */

struct known_entry {
	struct sighting sighting; /* its counts: since it was last said */
	uint32_t standing;    /* TCP: handshakes without a SYN that nothing has contradicted; UDP:
				 dialogs between ICE peers */
	uint16_t client_port; /* UDP: of the latest dialogs, and how many in a row had it */
	uint8_t same_port;
	uint8_t looks;	/* connections looked at for a name in `hour` */
	uint8_t doubts; /* of these, those after one that told another name */
	uint16_t hour;	/* of the looks; wraps */
	uint16_t other; /* the other name that was told last, hashed; 0 none */
	uint8_t parted; /* see known_part; since the last known_flush */
	uint8_t said;	/* enum evidence that core knows of */
	bool named;	/* core knows its name */
	bool refused;	/* core knows that it has refused clients */
	bool dirty;	/* marked for the next known_flush */
};

/* `limit`: services at most. NULL when memory is short. */
struct known *known_new(size_t limit, const struct hash_key *key);
void known_free(struct known *known);

/*
 * The entry of a service, made when it is not there yet; valid until known_free. NULL when the
 * table is full or memory is short: the service is then told to core each time it is met.
 */
struct known_entry *known_find(struct known *known, const struct service *service);

/* What core knows from before, borrowed until known_free: a service there has its entry as soon as
 * it is asked for. */
void known_learn(struct known *known, const struct knownset_view *before);

/* The entry of a service, or NULL; valid until known_free. */
struct known_entry *known_get(struct known *known, const struct service *service);

/* Says a sighting to core: 0, or negative when it did not go out and must be said again. */
typedef int (*known_fn)(void *arg, const struct sighting *sighting);

/* Notes that an entry has something to tell, for the next known_flush. */
void known_mark(struct known *known, struct known_entry *entry);

/* Tells one entry now; its counts are zero afterwards. When that fails it is marked instead. */
void known_tell(struct known *known, struct known_entry *entry, known_fn fn, void *arg);

/*
 * Another peer is about to be counted: tells what there is of those before, so that each has a
 * record of its own. Done for a few peers of a service between two flushes, and for a few hundred
 * of all services; the rest share a record.
 */
void known_part(struct known *known, struct known_entry *entry, known_fn fn, void *arg);

/* Tells all that is marked and has something new, in the order it was marked. */
void known_flush(struct known *known, known_fn fn, void *arg);

/* Core has forgotten what it was told: marks everything that was met to be told again. */
void known_unsay(struct known *known);

#endif
