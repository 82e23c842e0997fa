/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an ICMP message (the first byte: of which IP version), read as the decoder hands it
 * over, with room behind it that must not be read: what comes out was quoted whole.
 */
#include "base/err.h"
#include "flowd/sensor/flow/icmp.h"

#include <assert.h>
#include <string.h>

#define V4_SHORTEST (20 + 4)
#define V6_SHORTEST (40 + 4)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(bool v4, const uint8_t *data, size_t size)
{
	struct packet p = { .proto = v4 ? 1 : 58, .ip = data, .ip_len = (uint32_t)size };
	struct icmp_quote q, before;
	size_t quoted = size > 8 ? size - 8 : 0;
	int rc;

	assert(icmp_is(&p));
	p.icmp_type = size > 0 ? data[0] : 0;
	p.icmp_code = size > 1 ? data[1] : 0;
	p.payload_len = p.data_len = (uint32_t)quoted;
	memset(&q, 0xa5, sizeof(q));
	before = q;
	rc = icmp_read(&p, &q);
	assert(rc == 0 || rc == ERR_SHORT || rc == ERR_UNKNOWN);
	if (rc) {
		assert(!memcmp(&q, &before, sizeof(q)));
		return;
	}
	assert(p.icmp_type == (v4 ? 3 : 1));
	assert(quoted >= (v4 ? V4_SHORTEST : V6_SHORTEST));
	assert(q.service.proto == PROTO_TCP || q.service.proto == PROTO_UDP ||
	       q.service.proto == PROTO_SCTP);
	assert(!q.service.zone);
	icmp_is_prohibition(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	read_as(!(data[0] & 1), data + 1, size - 1);
	return 0;
}
