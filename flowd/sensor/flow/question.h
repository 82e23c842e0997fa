/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest questions as they came, for a look at them once they are answered: most never are, and
 * are not worth one. A fixed number of them; the oldest gives way.
 */
#ifndef FLOWD_SENSOR_QUESTION_H
#define FLOWD_SENSOR_QUESTION_H

#include "flowd/sensor/decode/decode.h"

struct question_ring;

/* NULL when memory is short. */
struct question_ring *question_ring_new(void);
void question_ring_free(struct question_ring *ring);

/* Copies a packet. Its number, never 0; or 0: it is too long to keep. */
uint32_t question_put(struct question_ring *ring, const struct packet *p);

/* The packet of that number, borrowed until the next question_put; false: it is gone. Only its
 * bytes, lengths, time and transport are filled in. */
bool question_get(const struct question_ring *ring, uint32_t number, struct packet *out);

#endif
