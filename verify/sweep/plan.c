/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/plan.h"

#include "base/err.h"
#include "base/wire.h"
#include "verify/gate/share.h"

/*
 * Hosts of one range in its first, fullest and last /24 (IPv4) or its only /64: the ranges stand in
 * their order, so only the last network of one and the first of the next may be the same.
 */
static void count_networks(struct plan *p, const struct sweep_prefix *range, uint64_t *before)
{
	uint64_t low = wire_be64_at(range->low.b + 8), high = wire_be64_at(range->high.b + 8);
	const struct addr network = share_network(&range->low);
	bool v4 = addr_is_v4(&range->low), joined = addr_is_same(&p->last_network, &network);
	uint64_t first = high - low + 1, last;

	if (v4 && first > 256 - (low & 255))
		first = 256 - (low & 255);
	first += joined ? *before : 0;
	last = v4 && low >> 8 != high >> 8 ? (high & 255) + 1 : first;
	p->densest = first > p->densest ? first : p->densest;
	p->densest = last > p->densest ? last : p->densest;
	if (v4 && (high >> 8) - (low >> 8) > 1 && p->densest < 256)
		p->densest = 256;
	*before = last;
	p->last_network = share_network(&range->high);
}

int plan_open(struct plan *p, const struct sweep *s)
{
	uint64_t hosts = 0, network = 0;
	uint32_t ports = 0;
	unsigned i;

	*p = (struct plan){ .steps = record_sweep_steps(s) };
	if (!p->steps)
		return ERR_RANGE;
	for (i = 0; i < s->prefix_count; i++) {
		p->host_from[i] = hosts;
		p->prefixes[i] = s->prefixes[i];
		count_networks(p, &s->prefixes[i], &network);
		hosts += wire_be64_at(s->prefixes[i].high.b + 8) -
			 wire_be64_at(s->prefixes[i].low.b + 8) + 1;
	}
	for (i = 0; i < s->port_count; i++) {
		p->port_from[i] = ports;
		p->ranges[i] = s->ports[i];
		ports += (uint32_t)(s->ports[i].high - s->ports[i].low) + 1;
	}
	p->hosts = hosts;
	p->ports = ports;
	p->prefix_count = s->prefix_count;
	p->port_count = s->port_count;
	p->shard = s->shard;
	p->shards = s->shards;
	p->round = p->steps / s->tries;
	perm_open(&p->perm, hosts * ports, s->seed);
	return 0;
}

void plan_at(const struct plan *p, uint64_t step, struct addr *host, uint16_t *port)
{
	/* A shard takes every n-th place of the same order. */
	uint64_t place = step % p->round * p->shards + p->shard - 1u;
	uint64_t target = perm_at(&p->perm, place), number = target / p->ports;
	uint32_t which = (uint32_t)(target % p->ports);
	unsigned i = p->prefix_count - 1u, k = p->port_count - 1u;

	while (p->host_from[i] > number)
		i--;
	while (p->port_from[k] > which)
		k--;
	*host = p->prefixes[i].low;
	wire_put_be64(host->b + 8, wire_be64_at(host->b + 8) + number - p->host_from[i]);
	*port = (uint16_t)(p->ranges[k].low + which - p->port_from[k]);
}

uint64_t plan_asked(const struct plan *p, uint64_t step)
{
	return (step < p->round ? step : p->round) / p->hosts;
}
