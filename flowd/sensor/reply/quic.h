/* SPDX-License-Identifier: Apache-2.0 */
/* Which way the packets of encrypted transports go, by their headers. Pure. */
#ifndef FLOWD_SENSOR_REPLY_QUIC_H
#define FLOWD_SENSOR_REPLY_QUIC_H

#include "flowd/sensor/reply/reply.h"

/* Long headers: RFC 8999, RFC 9000 section 17.2, RFC 9369, and the versions before them. */
bool quic_long(const struct reply_words *w, struct reply *out);

/* Google's own before that, which says its version in the clear until it is agreed upon. */
bool quic_google(const struct reply_words *w, struct reply *out);

/* DTLS: RFC 6347, RFC 9147. */
bool quic_dtls(const struct reply_words *w, struct reply *out);

#endif
