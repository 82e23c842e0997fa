/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose answers are our business, and what becomes of an answer: a service of the known, and its
 * sighting for core. Shared by all transports.
 */
#ifndef FLOWD_SENSOR_FLOW_WATCH_H
#define FLOWD_SENSOR_FLOW_WATCH_H

#include "base/conf.h"
#include "base/record.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/explain/explain.h"
#include "flowd/sensor/flow/host.h"
#include "flowd/sensor/known.h"
#include "flowd/sensor/name/classify.h"

#define WATCH_RAISED 256

typedef void (*watch_hint_fn)(void *arg, const struct hint *hint);

/* All borrowed from its maker for as long as it is used. */
struct watch {
	const struct conf *conf;      /* home, inside, limits, verify_ports */
	const struct prefix_set *own; /* addresses of this host: our probes come from them */
	struct known *known;
	struct host_table *hosts;
	struct classify *classify;
	struct explain *explain;
	struct tally *tally;
	known_fn say; /* where sightings go */
	watch_hint_fn hint;
	void *arg;
	struct hash_key peer_key; /* of the peers' sketches: must outlive restarts */

	struct known_entry *raised[WATCH_RAISED]; /* their evidence is still to be told */
	size_t raised_count;
	struct prefix_octets home;
	bool any;      /* home is any */
	bool has_door; /* flowd's own page is on `door` */
	struct addr door;
};

/* Fills in what follows from the configuration. */
void watch_open(struct watch *watch);

/* Is it our business when `server` answers `client`? */
bool watch_has(const struct watch *watch, const struct addr *server, const struct addr *client,
	       uint16_t client_port);

/* Is this a listener of our own? */
bool watch_is_own_door(const struct watch *watch, const struct addr *server, uint16_t port);

/*
 * The source of the packet has answered its destination, on such evidence. The service's entry; its
 * sighting has been counted, and told when that is news. NULL: the table is full, core was told
 * nevertheless; or the host answers everything, and only data would make a service of it.
 */
struct known_entry *watch_answer(struct watch *watch, const struct packet *packet,
				 enum evidence evidence);

/*
 * The source of the packet has sent payload; `entry` is the service's, NULL: watch_answer gave
 * none, then it is made now, on such evidence. The entry, or NULL: the table is full.
 */
struct known_entry *watch_data(struct watch *watch, struct known_entry *entry,
			       const struct packet *packet, enum evidence evidence);

/*
 * The client resets a connection whose SYN was never seen, although its own packets are: the
 * SYN-ACK was not an answer (a scan by our host, backscatter), unless other clients say otherwise.
 */
void watch_contradict(struct watch *watch, struct known_entry *entry);

/*
 * The host says that nobody listens at the port of the entry, which is over UDP. If all that is
 * known of it is that it spoke second, it was a client that has left, and whose talk was met in the
 * middle; another answer makes it a service again.
 */
void watch_deny(struct watch *watch, struct known_entry *entry);

/* Tells what watch_raise has put off; to be called every second. */
void watch_catch_up(struct watch *watch);

/* Tells core what has been counted. */
void watch_flush(struct watch *watch);

/* The evidence has become better: told at once, or, full, with the name or watch_catch_up. */
void watch_raise(struct watch *watch, struct known_entry *entry, enum evidence evidence);

/* The server has hung up on a client at once; told when that is news. */
void watch_refuse(struct watch *watch, struct known_entry *entry);

/*
 * May one more connection of the service be looked at for a name now? Those without a name are
 * looked at more often; others stay in a budget an hour, so that a change is seen.
 */
bool watch_may_look(const struct watch *watch, const struct known_entry *entry, wall_t now);

/* One more is being looked at. */
void watch_look(struct known_entry *entry, wall_t now);

/*
 * A connection of the service has told a name, obtained in this way; nothing happens when `name` is
 * NULL or no news. A name that was obtained better takes the place of a worse one; a different one
 * must be told by two connections in a row, by what both sides said.
 */
void watch_name(struct watch *watch, struct known_entry *entry, const char *name, enum named named);

/* The look at a connection of the service is over: tells what was read beside the name. */
void watch_hint(struct watch *watch, const struct known_entry *entry, struct classify_flow *look,
		wall_t now);

#endif
