/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/greet.h"

#include "base/err.h"
#include "flowd/knownset.h"
#include "store/known.h"

#include <errno.h>

#define PAUSE (20 * MONO_MS)
#define ROOM 1024
#define COSTS_LESS 4 /* all greetings together cost less than one part in so many */

static int add_known(void *arg, const struct service *service, const struct store_known *known)
{
	struct knownset_item item = { .evidence = known->evidence,
				      .ephemeral = known->ephemeral,
				      .named = known->named,
				      .delivered = known->delivered };

	memcpy(item.app, known->app, sizeof(item.app));
	return knownset_add(arg, service, &item);
}

/* All services, in a set with room for `count`. 0; ERR_FULL: there are more. */
static int fill(struct store *store, uint64_t count, struct knownset **out)
{
	const struct hash_key key = store_peer_key(store);
	struct knownset *set = knownset_new(count, &key);
	int rc = set ? store_walk_known(store, add_known, set) : -ENOMEM;

	if (rc)
		knownset_free(set);
	else
		*out = set;
	return rc;
}

static int send_known(struct store *store, struct ipc *sensor)
{
	/* The store only estimates how many there are. */
	uint64_t count = store_count_known(store);
	struct knownset *set;
	const void *bytes;
	size_t size;
	int rc = store_commit(store, false);

	if (!rc)
		while ((rc = fill(store, count, &set)) == ERR_FULL)
			count = 2 * count + ROOM;
	if (rc)
		return rc;
	bytes = knownset_bytes(set, &size);
	rc = ipc_send_bulk(sensor, IPC_KNOWN, bytes, size);
	knownset_free(set);
	return rc;
}

int greet_pump(struct greet *g)
{
	mono_t began = mono_now(), took;
	int rc;

	if (!g->due || began < g->next)
		return 0;
	rc = send_known(g->store, g->sensor);
	took = mono_now() - began;
	g->next = began + took * COSTS_LESS + PAUSE;
	/* A full queue: at the next turn. Nobody there: the next sensor asks itself. */
	g->due = rc == -EAGAIN;
	return rc == -EAGAIN || rc == -EPIPE ? 0 : rc;
}
