/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/question.h"

#include <stdlib.h>

#define QUESTIONS 2048u
#define QUESTION_MAX 1536 /* a frame of Ethernet holds no more */

struct question {
	wall_t time_us;
	uint32_t number; /* 0: free */
	uint16_t len, payload_len;
	uint8_t bytes[QUESTION_MAX];
};

struct question_ring {
	uint32_t latest; /* number */
	struct question questions[QUESTIONS];
};

struct question_ring *question_ring_new(void)
{
	return calloc(1, sizeof(struct question_ring));
}

void question_ring_free(struct question_ring *ring)
{
	free(ring);
}

uint32_t question_put(struct question_ring *ring, const struct packet *p)
{
	struct question *q;

	if (p->ip_len > QUESTION_MAX)
		return 0;
	if (!++ring->latest)
		ring->latest = 1;
	q = &ring->questions[ring->latest % QUESTIONS];
	q->number = ring->latest;
	q->time_us = p->time_us;
	q->len = (uint16_t)p->ip_len;
	q->payload_len = (uint16_t)p->payload_len;
	memcpy(q->bytes, p->ip, p->ip_len);
	return q->number;
}

bool question_get(const struct question_ring *ring, uint32_t number, struct packet *out)
{
	const struct question *q = &ring->questions[number % QUESTIONS];

	if (!number || q->number != number)
		return false;
	*out = (struct packet){ .time_us = q->time_us,
				.proto = PROTO_UDP,
				.ip = q->bytes,
				.ip_len = q->len,
				.payload_len = q->payload_len,
				.data_len = q->payload_len };
	return true;
}
