/* SPDX-License-Identifier: Apache-2.0 */
/* Which way a question for a name goes: DNS and its kin. Pure. */
#ifndef FLOWD_SENSOR_REPLY_NAMES_H
#define FLOWD_SENSOR_REPLY_NAMES_H

#include "flowd/sensor/reply/reply.h"

/* DNS (RFC 1035), mDNS (RFC 6762), LLMNR (RFC 4795), NetBIOS name service (RFC 1002). */
bool names_dns(const struct reply_words *w, struct reply *out);

#endif
