/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts that answer everything: SYN proxies, tarpits, honeypots. Counts for each host the ports
 * that answer alike (time to live, window, TCP options) and say nothing. A host with too many of
 * them is one fact, and its ports are services only when they deliver data.
 */
#ifndef FLOWD_SENSOR_FLOW_HOST_H
#define FLOWD_SENSOR_FLOW_HOST_H

#include "base/conf.h"
#include "base/record.h"
#include "flowd/sensor/decode/decode.h"

struct host_table;

/* Says a host to core: 0, or negative when it did not go out and must be said again. */
typedef int (*host_fn)(void *arg, const struct host_sighting *sighting);

/* All borrowed as long as the table lives. */
struct host_setup {
	const struct conf *conf;  /* limits.hosts, deceptive */
	struct hash_key key;	  /* of the table */
	struct hash_key port_key; /* of the sketches: must outlive restarts */
	struct tally *tally;
	host_fn say;
	void *arg;
};

/* NULL when memory is short. */
struct host_table *host_table_new(const struct host_setup *setup);
void host_table_free(struct host_table *table);

/* What an answer looks like, hashed; never 0. Timestamps and cookies are left out. */
uint32_t host_print(const struct host_table *table, const struct packet *packet);

/*
 * A port that has never delivered data has answered so, on such evidence. True: its host
 * answers everything, the answer was counted here and says nothing of a service.
 */
bool host_answer(struct host_table *table, const struct packet *packet, uint32_t print,
		 enum evidence evidence);

/* Somebody has asked for a port (a SYN), or the host has refused one (a reset): what is asked and
 * not answered tells a host with many services from one that answers everything. */
void host_asked(struct host_table *table, const struct addr *host, uint16_t port);

/* The service's answers are not to be counted: it has delivered data, or was none at all. */
void host_excuse(struct host_table *table, const struct service *service);

/* Says what was counted since it was said last. */
void host_flush(struct host_table *table);

/* Core has forgotten what it was told: all is to be said again by the next host_flush. */
void host_unsay(struct host_table *table);

#endif
