/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One UDP socket of ours to one service: datagrams out, answers and what ICMP says of them in.
 */
#ifndef VERIFY_UDP_PORT_H
#define VERIFY_UDP_PORT_H

#include "verify/source.h"

/* What came. */
struct port_news {
	bool is_icmp;
	/* A datagram: */
	size_t len;  /* in the buffer */
	size_t size; /* as it came */
	uint8_t ttl; /* 0 unknown */
	/* ICMP, or this host itself: */
	int error; /* errno */
	uint8_t icmp_type, icmp_code;
	struct addr icmp_from; /* all zero: this host */
};

/*
 * A non-blocking socket bound to the way's `from` and the next port of ours. With `any_port` it
 * hears all ports of the host, else only the service's. The descriptor or -errno.
 */
int port_open(struct source *source, const struct source_way *way, bool any_port);

/* Sends one datagram. 0 or -errno. */
int port_send(int fd, const struct source_way *way, const uint8_t *bytes, size_t len);

/* The next thing that came. 1; 0: nothing is waiting; -errno. */
int port_recv(int fd, const struct source_way *way, uint8_t *buffer, size_t size,
	      struct port_news *out);

/* ICMP: nobody has the port. */
bool port_is_unreachable(const struct source_way *way, const struct port_news *news);

/* This host says it, not the other one or a router. */
bool port_is_own_word(const struct source_way *way, const struct port_news *news);

/* This host itself says that a neighbour does not answer: as good as silence. */
bool port_is_lost(const struct source_way *way, const struct port_news *news);

#endif
