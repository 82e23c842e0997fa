/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the payload of a datagram. Two ports and how much longer it was on the wire come
 * first.
 */
#include "base/wire.h"
#include "flowd/sensor/reply/reply.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reply_words words;
	struct reply reply;

	if (size < 6)
		return 0;
	words.sport = wire_be16_at(data);
	words.dport = wire_be16_at(data + 2);
	words.bytes = data + 6;
	words.len = size - 6;
	words.whole = words.len + wire_be16_at(data + 4);
	reply = reply_read(&words);
	assert(reply.way <= REPLY_RESPONSE);
	assert(reply.ephemeral < EPHEMERAL_END && reply.peers < EPHEMERAL_END);
	assert(!reply.app || strlen(reply.app) < RECORD_APP_MAX);
	return 0;
}
