/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/hop.h"

#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

#define HOSTS 65536 /* all of a /16 without pushing anybody out */
#define PATHS 64
#define GATES 64
#define NO_GATE 0xff

#define KEEP (60 * MONO_SECOND)	    /* an address on the link */
#define DEAD_FOR (30 * MONO_SECOND) /* then it is asked for again */
#define LOOK_EVERY (2 * MONO_MS)

enum state {
	NEW,
	ASKED, /* the kernel asks: wait for it */
	KNOWN,
	DEAD,
	AGAIN /* was dead and is asked for once more: nobody waits for it */
};

/* A neighbour: a host on the link, or a gateway. */
struct neighbour {
	uint8_t mac[6];
	uint8_t state;
	uint8_t pad;
	uint32_t until_ms; /* the state holds; of `base` */
	uint32_t look_ms;  /* when the kernel may be asked how it went */
};

/* Whence and by what link: few of them, whatever the number of hosts. */
struct path {
	struct addr from;
	int interface;
	bool is_link; /* an Ethernet that frames can be sent by */
	uint8_t mac[6];
};

struct gate {
	struct addr addr;
	int interface;
	struct neighbour at;
};

struct host {
	struct addr addr;
	uint8_t path; /* number + 1; 0: the place is free */
	uint8_t gate; /* NO_GATE: it is on the link */
	bool no_way;
	uint8_t pad;
	uint32_t until_ms; /* of the way */
	struct neighbour at;
};

struct hops {
	struct route *route;
	const struct source *source;
	mono_t base;
	size_t path_count, gate_count;
	struct path paths[PATHS];
	struct gate gates[GATES];
	struct host hosts[HOSTS];
};

struct hops *hops_new(struct route *route, const struct source *source)
{
	struct hops *h = malloc(sizeof(*h));

	if (!h)
		return NULL;
	/* All of it is touched here, which a compiler may not spare: what a sweep takes does not
	 * grow with its targets. */
	explicit_bzero(h, sizeof(*h));
	h->route = route;
	h->source = source;
	h->base = mono_now();
	return h;
}

void hops_free(struct hops *h)
{
	free(h);
}

static void forget_all(struct hops *h)
{
	memset(h->hosts, 0, sizeof(h->hosts));
	h->path_count = h->gate_count = 0;
}

/* The hosts of a /16 each have a place of their own. */
static struct host *place_of(struct hops *h, const struct addr *to)
{
	uint64_t upper = wire_be64_at(to->b) ^ wire_be64_at(to->b + 8) >> 16;

	upper = (upper ^ upper >> 29) * 0xbf58476d1ce4e5b9ULL;
	return &h->hosts[(wire_be16_at(to->b + 14) ^ upper >> 48) % HOSTS];
}

/* The number of the path, or -1: there are too many. */
static int path_number(struct hops *h, const struct route_way *way)
{
	struct path p = { .from = way->from, .interface = way->interface };
	size_t i;

	for (i = 0; i < h->path_count; i++)
		if (h->paths[i].interface == p.interface &&
		    addr_is_same(&h->paths[i].from, &p.from))
			return (int)i;
	if (i == PATHS)
		return -1;
	p.is_link = !way->is_local && !route_link(h->route, way->interface, p.mac);
	h->paths[h->path_count++] = p;
	return (int)i;
}

static int gate_number(struct hops *h, const struct route_way *way)
{
	size_t i;

	for (i = 0; i < h->gate_count; i++)
		if (h->gates[i].interface == way->interface &&
		    addr_is_same(&h->gates[i].addr, &way->gateway))
			return (int)i;
	if (i == GATES)
		return -1;
	h->gates[h->gate_count++] =
		(struct gate){ .addr = way->gateway, .interface = way->interface };
	return (int)i;
}

/* Finds the way to a host anew. */
static void find_way(struct hops *h, struct host *host, const struct addr *to, uint32_t now_ms)
{
	const struct neighbour kept =
		addr_is_same(&host->addr, to) ? host->at : (struct neighbour){ .state = NEW };
	struct route_way way;
	int path, gate = NO_GATE, six = !addr_is_v4(to);

	*host = (struct host){ .addr = *to,
			       .path = 1,
			       .gate = NO_GATE,
			       .until_ms = now_ms + (uint32_t)(KEEP / MONO_MS),
			       .at = kept };
	if (route_find(h->route, to, &way)) {
		host->no_way = true;
		host->until_ms = now_ms + (uint32_t)(DEAD_FOR / MONO_MS);
		return;
	}
	if (!way.is_local && h->source->is_given[six])
		way.from = h->source->given[six];
	path = path_number(h, &way);
	if (way.has_gateway)
		gate = gate_number(h, &way);
	if (path < 0 || gate < 0) {
		/* More interfaces and gateways than anybody has: begin anew. */
		forget_all(h);
		find_way(h, host, to, now_ms);
		return;
	}
	host->path = (uint8_t)(path + 1);
	host->gate = (uint8_t)gate;
}

/* Asks the kernel how it went. */
static enum state look(struct hops *h, struct neighbour *n, int interface, const struct addr *to)
{
	switch (route_neighbour(h->route, interface, to, n->mac)) {
	case ROUTE_KNOWN:
		return KNOWN;
	case ROUTE_FAILED:
		return DEAD;
	default:
		return NEW;
	}
}

static enum hop_verdict set_state(struct neighbour *n, enum state state, uint32_t now_ms)
{
	static const mono_t holds[] = { [NEW] = 0,
					[ASKED] = HOP_PATIENCE,
					[KNOWN] = KEEP,
					[DEAD] = DEAD_FOR,
					[AGAIN] = HOP_PATIENCE };
	static const enum hop_verdict verdicts[] = { [NEW] = HOP_WAIT,
						     [ASKED] = HOP_KERNEL,
						     [KNOWN] = HOP_FRAME,
						     [DEAD] = HOP_NOBODY,
						     [AGAIN] = HOP_KERNEL };

	n->state = (uint8_t)state;
	n->until_ms = now_ms + (uint32_t)(holds[state] / MONO_MS);
	n->look_ms = now_ms + (uint32_t)(LOOK_EVERY / MONO_MS);
	return verdicts[state];
}

static enum hop_verdict meet(struct hops *h, struct neighbour *n, int interface,
			     const struct addr *to, uint32_t now_ms)
{
	bool over = (int32_t)(now_ms - n->until_ms) >= 0;
	enum state seen;

	if (n->state == KNOWN && !over)
		return HOP_FRAME;
	if (n->state == DEAD)
		return over ? set_state(n, AGAIN, now_ms) : HOP_NOBODY;
	if (n->state == NEW || n->state == KNOWN) {
		seen = look(h, n, interface, to);
		/* What failed before may be there now: the kernel is to try. */
		return set_state(n, seen == KNOWN ? KNOWN : ASKED, now_ms);
	}
	if ((int32_t)(now_ms - n->look_ms) >= 0) {
		n->look_ms = now_ms + (uint32_t)(LOOK_EVERY / MONO_MS);
		seen = look(h, n, interface, to);
		if (seen == KNOWN || (seen == DEAD && n->state == ASKED) || over)
			return set_state(n, seen == KNOWN ? KNOWN : DEAD, now_ms);
	}
	return n->state == ASKED ? HOP_WAIT : HOP_NOBODY;
}

enum hop_verdict hop_find(struct hops *h, const struct addr *to, mono_t now, struct hop *out)
{
	uint32_t now_ms = (uint32_t)((now - h->base) / MONO_MS);
	struct host *host = place_of(h, to);
	const struct path *path;
	struct neighbour *n;
	enum hop_verdict verdict;

	if (!host->path || !addr_is_same(&host->addr, to) ||
	    (int32_t)(now_ms - host->until_ms) >= 0)
		find_way(h, host, to, now_ms);
	if (host->no_way)
		return HOP_NOBODY;
	path = &h->paths[host->path - 1];
	out->from = path->from;
	out->interface = path->interface;
	if (!path->is_link)
		return HOP_KERNEL;
	n = host->gate == NO_GATE ? &host->at : &h->gates[host->gate].at;
	verdict = meet(h, n, path->interface,
		       host->gate == NO_GATE ? to : &h->gates[host->gate].addr, now_ms);
	if (verdict == HOP_FRAME) {
		memcpy(out->to_mac, n->mac, 6);
		memcpy(out->from_mac, path->mac, 6);
	}
	return verdict;
}
