/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TLS client asks for in its hello (RFC 8446, 4.1.2): the host (RFC 6066, 3) and the
 * protocols (RFC 7301, 3.1), most wanted first, with commas between them.
 */
#ifndef FLOWD_SENSOR_NAME_HELLO_H
#define FLOWD_SENSOR_NAME_HELLO_H

#include "base/record.h"

/* "": not said, or no text. */
struct hello {
	char sni[RECORD_HINT_MAX], alpn[RECORD_HINT_MAX];
};

/* Reads a hello that lies in one piece in `len` bytes of payload; false: it does not. */
bool hello_read(const uint8_t *payload, size_t len, struct hello *out);

#endif
