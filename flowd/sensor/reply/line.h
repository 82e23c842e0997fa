/* SPDX-License-Identifier: Apache-2.0 */
/* Which way messages in text, or beginning with fixed words, go. Pure. */
#ifndef FLOWD_SENSOR_REPLY_LINE_H
#define FLOWD_SENSOR_REPLY_LINE_H

#include "flowd/sensor/reply/reply.h"

/* SIP (RFC 3261) and RTSP (RFC 7826). */
bool line_sip(const struct reply_words *w, struct reply *out);

/* HTTP over UDP, as SSDP has it (UPnP Device Architecture 1.1, section 1.3). */
bool line_http(const struct reply_words *w, struct reply *out);

/* BitTorrent's hash table (BEP 5). */
bool line_dht(const struct reply_words *w, struct reply *out);

/* Questions to game servers: Valve's, RakNet's. */
bool line_game(const struct reply_words *w, struct reply *out);

#endif
