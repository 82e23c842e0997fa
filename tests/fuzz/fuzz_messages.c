/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a packet of messages from a role that has gone bad: they are taken whole or refused.
 */
#include "base/ipc.h"
#include "base/record.h"

#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const size_t sizes[IPC_KIND_END] = {
#define SIZE_OF(id, size) [id] = size,
	IPC_KIND_LIST(SIZE_OF)
#undef SIZE_OF
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static volatile uint8_t sink;
	struct ipc_message m;
	struct ipc *ipc;
	int fds[2], rc, taken = 0;
	size_t i;

	if (!size || size > IPC_PACKET_MAX)
		return 0;
	assert(!ipc_pair(fds, 1 << 18));
	ipc = ipc_new(fds[0], 0, false);
	assert(ipc);
	assert(send(fds[1], data, size, 0) == (ssize_t)size);
	while ((rc = ipc_recv(ipc, false, &m))) {
		if (rc < 0)
			continue;
		/* No descriptor came, so no bulk message may. */
		assert(m.kind > IPC_NONE && m.kind < IPC_KIND_END && sizes[m.kind] != IPC_BULK);
		for (i = 0; i < sizes[m.kind]; i++)
			sink ^= ((const uint8_t *)m.record)[i];
		if (m.kind == IPC_HINT) {
			struct hint hint = *(const struct hint *)m.record;

			record_mend_hint(&hint, 0);
			assert(hint.kind < HINT_END && hint.time_us <= 0);
			assert(strnlen(hint.text, sizeof(hint.text)) < sizeof(hint.text));
		}
		taken++;
	}
	assert((size_t)taken <= size / sizeof(struct ipc_header));
	close(fds[1]);
	ipc_free(ipc);
	return 0;
}
