/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/probing/flights.h"

#include "base/hash.h"

#include <string.h>

/* Targets are ours: no outsider chooses many addresses that meet in one list. */
static const struct hash_key key;

static unsigned list_of(const struct addr *host)
{
	return (unsigned)(hash_bytes(&key, host->b, sizeof(host->b)) % FLIGHTS_MOST);
}

void flights_clear(struct flights *f)
{
	unsigned i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < FLIGHTS_MOST; i++)
		LIST_INSERT_HEAD(&f->spare, &f->all[i], by_id);
}

static struct flight *find(const struct flights *f, uint64_t id)
{
	struct flight *one;

	LIST_FOREACH(one, &f->ids[id % FLIGHTS_MOST], by_id)
	if (one->id == id)
		return one;
	return NULL;
}

bool flights_has(const struct flights *f, uint64_t id)
{
	return find(f, id);
}

unsigned flights_of(const struct flights *f, const struct addr *host)
{
	const struct flight *one;
	unsigned count = 0;

	LIST_FOREACH(one, &f->hosts[list_of(host)], by_host)
	count += addr_is_same(&one->host, host);
	return count;
}

bool flights_add(struct flights *f, uint64_t id, const struct addr *host)
{
	struct flight *one = LIST_FIRST(&f->spare);

	if (!one || find(f, id))
		return false;
	LIST_REMOVE(one, by_id);
	one->id = id;
	one->host = *host;
	LIST_INSERT_HEAD(&f->ids[id % FLIGHTS_MOST], one, by_id);
	LIST_INSERT_HEAD(&f->hosts[list_of(host)], one, by_host);
	f->count++;
	return true;
}

bool flights_remove(struct flights *f, uint64_t id)
{
	struct flight *one = find(f, id);

	if (!one)
		return false;
	LIST_REMOVE(one, by_id);
	LIST_REMOVE(one, by_host);
	LIST_INSERT_HEAD(&f->spare, one, by_id);
	f->count--;
	return true;
}
