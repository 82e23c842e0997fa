/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/learn.h"

#include "base/err.h"
#include "base/ipc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct learn {
	void *map;
	size_t size;
	struct knownset_view view; /* of it */
};

/* Maps the answer. 0 or ERR_SHORT, -errno. */
static int map_open(struct learn *learn, int fd)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st))
		return -errno;
	learn->size = (size_t)st.st_size;
	if (!learn->size)
		return ERR_SHORT;
	map = mmap(NULL, learn->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	learn->map = map;
	return knownset_open(map, learn->size, &learn->view);
}

/* Asks and waits. 0 or an error. */
static int ask(struct ipc *core, bool again, struct learn *learn)
{
	struct ipc_message message;
	int rc = ipc_send(core, IPC_HELLO, NULL);

	if (!rc)
		rc = ipc_flush(core);
	while (!rc && (rc = ipc_recv(core, true, &message)) == 1) {
		if (message.kind == IPC_KNOWN) {
			rc = map_open(learn, message.fd);
			close(message.fd);
			return rc;
		}
		rc = 0;
		/*
		 * The core that took our hello may have died over it, and this is the next one. In
		 * a replay nobody is born again, and an answer left unread would reset the socket.
		 */
		if (message.kind == IPC_HELLO && again && !(rc = ipc_send(core, IPC_HELLO, NULL)))
			rc = ipc_flush(core);
	}
	return rc;
}

int learn_open(struct ipc *core, bool again, struct learn **out)
{
	struct learn *learn = calloc(1, sizeof(*learn));
	int rc;

	if (!learn)
		return -ENOMEM;
	rc = ask(core, again, learn);
	if (rc)
		learn_free(learn);
	else
		*out = learn;
	return rc;
}

void learn_free(struct learn *learn)
{
	if (!learn)
		return;
	if (learn->map)
		munmap(learn->map, learn->size);
	free(learn);
}

struct hash_key learn_peer_key(const struct learn *learn)
{
	return knownset_peer_key(&learn->view);
}

const struct knownset_view *learn_view(const struct learn *learn)
{
	return &learn->view;
}
