/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nDPI says, held against the first words of both sides: some names it gives on thin grounds,
 * and some talk it does not know. Never a port: only what the payload itself contradicts or proves.
 * The protocols are rows of the tables in text, data, plant, remote and datagram. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_DOUBT_H
#define FLOWD_SENSOR_NAME_DOUBT_H

#include "flowd/sensor/name/words.h"

/* Does what was said contradict the name? */
bool doubt_is_wrong(const char *name, uint8_t proto, const struct words *client,
		    const struct words *server);

/* Do others ride on the protocol of this name? */
bool doubt_is_carrier(const char *name);

/*
 * The protocol that what was said proves by itself, or NULL; static. Only a server that has spoken
 * proves anything: what a client asks for is its wish.
 */
const struct fit_row *doubt_proof(uint8_t proto, const struct words *client,
				  const struct words *server);

/* The protocol that a client's words alone ask for beyond doubt, or NULL. */
const struct fit_row *doubt_wish(uint8_t proto, const struct words *client);

/* All rows from 0 on; NULL at the end. */
const struct fit_row *doubt_row_at(size_t i);

#endif
