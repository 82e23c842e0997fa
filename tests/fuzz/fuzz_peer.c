/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from another of us: records, as both sides read them. */
#include "base/record.h"
#include "verify/far/peer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(bool obeys, const uint8_t *data, size_t size)
{
	struct ipc_header h;
	struct probe probe;
	size_t at = 0;
	int whole;

	while ((whole = peer_parse(obeys, data + at, size - at, &h)) > 0) {
		if (at + (size_t)whole > size)
			abort();
		if (h.kind == IPC_PROBE) {
			memcpy(&probe, data + at + sizeof(h), sizeof(probe));
			record_mend_probe(&probe, 1);
			if (probe.vantage[sizeof(probe.vantage) - 1] || probe.finished_us > 1)
				abort();
		}
		at += (size_t)whole;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_all(false, data, size);
	read_all(true, data, size);
	return 0;
}
