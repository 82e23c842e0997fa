/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/early/intact.h"

#include "base/wire.h"

bool intact_is(const struct packet *p)
{
	const uint8_t *udp = p->ip + p->ip_len - p->payload_len - 8;
	size_t skip = addr_is_v4(&p->src) ? 12 : 0, len = 8 + (size_t)p->payload_len;
	uint32_t sum = PROTO_UDP + (uint32_t)len;

	if (p->payload_len < p->data_len || !wire_be16_at(udp + 6))
		return true;
	sum = wire_checksum(p->src.b + skip, sizeof(p->src.b) - skip, sum);
	sum = wire_checksum(p->dst.b + skip, sizeof(p->dst.b) - skip, sum);
	return wire_be16_at(udp + 6) + wire_checksum_end(sum) == 0xffff ||
	       !wire_checksum_end(wire_checksum(udp, len, sum));
}
