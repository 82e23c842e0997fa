/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel knows of the way to a host: interface, gateway, neighbour (rtnetlink(7)). Only
 * asks, never changes anything.
 */
#ifndef VERIFY_SWEEP_ROUTE_H
#define VERIFY_SWEEP_ROUTE_H

#include "verify/source.h"

struct route {
	int fd; /* -1: closed */
	uint32_t sequence;
	int interface; /* verify.interface; 0 any */
};

/* Opens the socket, before the cage. 0 or -errno. */
int route_open(struct route *r, const struct source *source);
void route_close(struct route *r);

struct route_way {
	int interface;
	bool is_local; /* this host itself */
	bool has_gateway;
	struct addr gateway, from;
};

/* The way to a host. 0; -errno: there is none. */
int route_find(struct route *r, const struct addr *to, struct route_way *out);

enum route_state { ROUTE_UNKNOWN, ROUTE_KNOWN, ROUTE_FAILED };

/* What is known of a neighbour; KNOWN: its address. */
enum route_state route_neighbour(struct route *r, int interface, const struct addr *to,
				 uint8_t mac[6]);

/* The address of an Ethernet interface. 0; ERR_UNKNOWN: it is none. */
int route_link(struct route *r, int interface, uint8_t mac[6]);

#endif
