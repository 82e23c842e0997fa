/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where probes are sent from: address, interface, ports.
 */
#ifndef VERIFY_SOURCE_H
#define VERIFY_SOURCE_H

#include "base/addr.h"
#include "base/conf.h"

#define SOURCE_INTERFACE_MAX 16

struct source {
	struct addr given[2]; /* verify.source: IPv4, IPv6 */
	bool is_given[2];
	char interface[SOURCE_INTERFACE_MAX]; /* "" any */
	struct conf_ports ports;
	uint32_t turn; /* of the ports */
};

/* From us to a service. */
struct source_way {
	struct addr from, to;
	uint16_t port;
	bool self; /* the target is this host: over its own loopback path */
};

/* Reads the options. 0; ERR_SYNTAX: verify.source; ERR_RANGE: verify.interface is too long, or
 * verify.ports is empty. */
int source_open(struct source *s, const struct conf *conf);

/* Finds the address we reach `to` from. 0 or -errno (no route, no address of the family). */
int source_find(const struct source *s, const struct addr *to, uint16_t port,
		struct source_way *out);

/* Binds a socket to verify.interface, where one is given. 0 or -errno. */
int source_bind_interface(const struct source *s, int fd);

/* How often the kernel has repeated the SYN of a connection that is being made, or just was. */
unsigned source_repeats(int fd);

/*
 * The last ports of the range are those of sweeps, which nobody else sends from: where a connection
 * of before is still kept, a SYN from its port would be answered by no SYN-ACK (RFC 5961 section
 * 4). None in a range too small for that.
 */
#define SOURCE_SWEEP_PORTS 4
uint32_t source_sweep_ports(const struct source *s);

/* How many others there are to choose from. */
uint32_t source_port_count(const struct source *s);

/* The next port in turn. */
uint16_t source_port_next(struct source *s);

/*
 * A non-blocking TCP socket bound to the way's `from` and the next free port. The descriptor, or
 * -errno (-EADDRINUSE: all ports are taken).
 */
int source_socket(struct source *s, const struct source_way *way);

#endif
