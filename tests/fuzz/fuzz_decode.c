/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a frame of any link type: what comes out lies within what went in.
 */
#include "flowd/sensor/decode/decode.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int links[] = { 0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 9999 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet p = { .time_us = 7 };
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (decode_frame(links[i], data, size, &p) != DECODE_OK)
			continue;
		assert(decode_knows(links[i]));
		assert(p.time_us == 7);
		assert(p.ip >= data && p.ip + p.ip_len <= data + size);
		assert(p.payload_len <= p.ip_len && p.payload_len <= p.data_len);
	}
	return 0;
}
