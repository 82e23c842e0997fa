/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the reader, the rest is what a raw socket brought up. */
#include "verify/syn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = { { 1, 2 } };
	struct syn_packet packet = { .ttl = 64 };
	struct syn_answer answer;

	if (!size)
		return 0;
	packet.bytes = data + 1;
	packet.len = size - 1;
	switch (*data % 4) {
	case 0:
		syn_read_tcp4(&key, &packet, &answer);
		break;
	case 1:
		syn_read_tcp6(&key, &packet, &answer);
		break;
	case 2:
		syn_read_icmp4(&key, &packet, &answer);
		break;
	default:
		syn_read_icmp6(&key, &packet, &answer);
		break;
	}
	return 0;
}
