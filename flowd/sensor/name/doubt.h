/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nDPI says, held against the first words of both sides: some names it gives on thin grounds,
 * and some talk it does not know. Never a port: only what the payload itself contradicts or proves.
 * Pure.
 */
#ifndef FLOWD_SENSOR_DOUBT_H
#define FLOWD_SENSOR_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#define DOUBT_WORDS 32

/* The first payload bytes of one side; `len` of them are kept. `len` 0: that side has not spoken.
 */
struct doubt_words {
	uint8_t bytes[DOUBT_WORDS];
	uint8_t len;
};

/* Does what was said contradict the name? */
bool doubt_is_wrong(const char *name, const struct doubt_words *client,
		    const struct doubt_words *server);

/* The name that what was said proves by itself, or NULL; static. */
const char *doubt_proof(const struct doubt_words *client, const struct doubt_words *server);

#endif
