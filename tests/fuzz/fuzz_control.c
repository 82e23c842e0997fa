/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the segments of a control connection: each begins with its direction, how much is
 * missing of it, and how long it is. What is announced is an endpoint.
 */
#include "base/wire.h"
#include "flowd/sensor/explain/control.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void announced(void *arg, const struct announced *a)
{
	++*(size_t *)arg;
	assert(a->port);
	assert(a->proto == PROTO_TCP || a->proto == PROTO_UDP);
	assert(a->reason > EPHEMERAL_NONE && a->reason < EPHEMERAL_END);
}

/* The first byte: the highest bit is the direction, the rest how far the sequence number jumps less
 * 4; the second what is cut off; then the length. */
static bool next(struct wire *w, struct control_words *words, uint8_t **copy)
{
	uint8_t head = wire_u8(w), cut = wire_u8(w);
	size_t len = wire_be16(w);

	if (w->bad)
		return false;
	len = len < wire_left(w) ? len : wire_left(w);
	words->from_server = head & 0x80;
	words->len = (uint32_t)len;
	words->sent = words->len + (cut < 200 ? 0 : cut);
	words->seq += (uint32_t)((head & 0x7f) < 8 ? (head & 0x7f) - 4 : 0);
	/* A copy of its own: what reads past it is seen. */
	*copy = malloc(len ? len : 1);
	assert(*copy);
	memcpy(*copy, wire_take(w, len), len);
	words->bytes = *copy;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr server = addr_v4((const uint8_t[]){ 203, 0, 113, 21 }),
			  client = addr_v4((const uint8_t[]){ 198, 51, 100, 9 });
	struct wire w = wire_open(data, size);
	struct control_words words = { .seq = 0 };
	struct control *control = NULL;
	uint32_t seqs[2] = { 1000, 5000 };
	uint8_t *copy;
	size_t count = 0;

	while (next(&w, &words, &copy)) {
		words.seq += seqs[words.from_server];
		if (!control)
			control = control_new(&words, &server, &client, size & 1);
		if (control)
			control_take(control, &words, announced, &count);
		seqs[words.from_server] = words.seq + words.sent;
		words.seq = 0;
		free(copy);
	}
	assert(count <= size);
	control_free(control);
	return 0;
}
