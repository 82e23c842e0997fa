/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is in the trace: inside hosts and their services, outside clients.
 */
#ifndef BENCH_HOSTS_H
#define BENCH_HOSTS_H

#include "base/addr.h"
#include "bench/rng.h"
#include "bench/talk.h"

struct service {
	struct addr host;
	uint16_t port, vlan;
	enum talk_kind kind;
	uint64_t first_us; /* 0: not in the file yet */
	uint32_t flows;
};

/* Shares, 0 to 1: of the hosts that speak IPv6 or stand behind a tag, of the services that are DNS
 * over UDP, that nobody can name, that have a port of their own. */
struct hosts_mix {
	double ipv6, vlan, udp, unknown, odd_port;
};

/* Inside host `i`: spread over 10.0.0.0/8, or the end of 2001:db8:10::/48. */
struct addr hosts_inside(uint32_t i, bool six);

/* Outside host `i`: spread over 198.18.0.0/15, or the end of 2001:db8:ffff::/48. */
struct addr hosts_outside(uint32_t i, bool six);

/* `count` services of different address and port, the caller's to free. */
struct service *hosts_services(struct rng *rng, uint32_t count, const struct hosts_mix *mix);

/* Writes the services that were met, one a line. 0, or -1 and errno. */
int hosts_truth(const char *path, const struct service *services, uint32_t count);

#endif
