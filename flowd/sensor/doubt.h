/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that nDPI gives on thin grounds, held against the first words of both sides. Never a port:
 * only what the payload itself contradicts. Pure.
 */
#ifndef FLOWD_SENSOR_DOUBT_H
#define FLOWD_SENSOR_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#define DOUBT_WORDS 32

/* The first payload bytes of one side; `len` of them are kept, `total` were in that packet. */
struct doubt_words {
	uint8_t bytes[DOUBT_WORDS];
	uint8_t len;
	uint32_t total;
};

/* Does what was said contradict the name? `len` 0: that side has not spoken. */
bool doubt_is_wrong(const char *name, const struct doubt_words *client,
		    const struct doubt_words *server);

#endif
