/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/greet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PAUSE (20 * MONO_MS)
#define COSTS_LESS 4 /* all greetings together cost less than one part in so many */

static int add_known(void *arg, const struct store_service *row)
{
	struct known_service k = { .service = row->service,
				   .evidence = row->evidence,
				   .ephemeral = row->ephemeral,
				   .named = row->named };

	memcpy(k.app, row->app, sizeof(k.app));
	return fwrite(&k, sizeof(k), 1, arg) == 1 ? 0 : -ENOMEM;
}

static int send_known(struct store *store, struct ipc *sensor)
{
	const struct known_head head = { store_peer_key(store) };
	char *bytes = NULL;
	size_t len;
	FILE *out = open_memstream(&bytes, &len);
	int rc = out ? 0 : -ENOMEM;

	if (!rc)
		rc = store_commit(store, false);
	if (!rc && fwrite(&head, sizeof(head), 1, out) != 1)
		rc = -ENOMEM;
	if (!rc)
		rc = store_walk_services(store, NULL, add_known, out);
	if (out && fclose(out) && !rc)
		rc = -ENOMEM;
	if (!rc)
		rc = ipc_send_bulk(sensor, IPC_KNOWN, bytes, len);
	free(bytes);
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
