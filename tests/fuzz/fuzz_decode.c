/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a frame of any link type, and as a row of frames (each a length of two bytes, then
 * the frame) that share what is remembered of fragments: what comes out lies within what went in,
 * or within a datagram put together from it. A glance at a frame sees what the decoder sees.
 */
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/front/gate.h"
#include "flowd/sensor/front/glance.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int links[] = { 0,	  1,   6,   9,	 10,  11,  12,	14,  50,  51,  101, 104,
			     105, 107, 108, 109, 113, 117, 119, 122, 127, 138, 163, 166,
			     192, 204, 205, 206, 219, 228, 229, 239, 240, 242, 276, 9999 };

struct bounds {
	wall_t now;
	const uint8_t *data;
	size_t size;
	struct tally tally;
};

static void check(struct bounds *b, int link, enum decode_result result, const struct packet *p)
{
	volatile uint8_t sum = 0;
	uint32_t i;

	if (result)
		return;
	assert(decode_knows(link));
	assert(p->time_us == b->now);
	if (!b->tally.reassembled)
		assert(p->ip >= b->data && p->ip + p->ip_len <= b->data + b->size);
	assert(p->payload_len <= p->ip_len && p->payload_len <= p->data_len);
	/* A sanitizer sees where they lie. */
	for (i = 0; i < p->ip_len; i++)
		sum = (uint8_t)(sum + p->ip[i]);
}

/* What a glance sees is what there is, and all that there is to count. */
static void compare(struct bounds *b, const struct decode *d, const struct tally *before,
		    enum decode_result result, const struct packet *p)
{
	struct glance g = { .proto = 0 };

	glance_take(b->data, b->size, &g);
	if (g.proto != PROTO_TCP)
		return;
	assert(result == DECODE_OK && !decode_has_more(d));
	assert(!memcmp(before, &b->tally, sizeof(*before)));
	assert(p->proto == PROTO_TCP && p->flags == g.flags && p->seq == g.seq);
	assert(p->sport == g.sport && p->dport == g.dport);
	assert(addr_is_same(&p->src, &g.src) && addr_is_same(&p->dst, &g.dst));
	assert(p->ident == g.ident && p->data_len == g.data_len);
}

static void show(struct bounds *b, struct decode *d, int link)
{
	struct packet p = { .time_us = b->now };
	const struct tally before = b->tally;
	enum decode_result result = decode_frame(d, link, b->data, b->size, &p);

	check(b, link, result, &p);
	if (link == GATE_LINK)
		compare(b, d, &before, result, &p);
	while (decode_has_more(d)) {
		p.time_us = b->now;
		check(b, link, decode_more(d, &p), &p);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = { { 1, 2 } };
	static struct decode *decoders[2]; /* without the ends of tunnels, and with them */
	static struct bounds b;
	struct decode *d;
	size_t i, len;

	if (!decoders[size & 1])
		decoders[size & 1] = decode_new(&b.tally, 0, &key, size & 1);
	d = decoders[size & 1];
	assert(d);
	/* So much later that what was remembered of the input before counts no more. */
	b = (struct bounds){ .now = b.now + MONO_DAY, .data = data, .size = size };
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		show(&b, d, links[i]);
	for (i = 0; i + 2 <= size; i += len) {
		len = (size_t)data[i] << 8 | data[i + 1];
		i += 2;
		len = len < size - i ? len : size - i;
		b.data = data + i;
		b.size = len;
		show(&b, d, 1);
	}
	return 0;
}
