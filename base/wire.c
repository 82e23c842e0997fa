/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wire.h"

uint32_t wire_checksum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (; len > 1; p += 2, len -= 2)
		sum += wire_be16_at(p);
	return len ? sum + (uint32_t)(*p << 8) : sum;
}

uint16_t wire_checksum_end(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
