/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/guests.h"

#include <stdlib.h>
#include <string.h>

#define NETWORK_SIX 8 /* bytes of a /64 */

struct guest {
	struct guest *next;
	struct addr network;
	unsigned connections;
};

void guests_open(struct guests *g, uint64_t most)
{
	*g = (struct guests){ .key = hash_key_new(), .most = most };
}

void guests_close(struct guests *g)
{
	struct guest *one;
	size_t i;

	for (i = 0; i < GUESTS_CHAINS; i++)
		while ((one = g->chains[i])) {
			g->chains[i] = one->next;
			free(one);
		}
}

static struct addr network_of(const struct addr *addr)
{
	struct addr out = *addr;

	if (!addr_is_v4(addr))
		memset(out.b + NETWORK_SIX, 0, sizeof(out.b) - NETWORK_SIX);
	return out;
}

/* Where it is, or where it would be. */
static struct guest **find(struct guests *g, const struct addr *network)
{
	struct guest **at =
		&g->chains[hash_bytes(&g->key, network->b, sizeof(network->b)) % GUESTS_CHAINS];

	while (*at && !addr_is_same(&(*at)->network, network))
		at = &(*at)->next;
	return at;
}

bool guests_may(struct guests *g, const struct addr *addr)
{
	const struct addr network = network_of(addr);
	const struct guest *one = *find(g, &network);

	if (!g->most || !one || one->connections < g->most)
		return true;
	g->refused++;
	return false;
}

void guests_come(struct guests *g, const struct addr *addr)
{
	const struct addr network = network_of(addr);
	struct guest **at = find(g, &network);

	if (!*at && !(*at = calloc(1, sizeof(**at))))
		return;
	(*at)->network = network;
	(*at)->connections++;
}

void guests_go(struct guests *g, const struct addr *addr)
{
	const struct addr network = network_of(addr);
	struct guest **at = find(g, &network), *one = *at;

	if (!one || --one->connections)
		return;
	*at = one->next;
	free(one);
}
