/* SPDX-License-Identifier: Apache-2.0 */
/* Which way calls and returns of remote procedures, and of machines, go. Pure. */
#ifndef FLOWD_SENSOR_REPLY_RPC_H
#define FLOWD_SENSOR_REPLY_RPC_H

#include "flowd/sensor/reply/reply.h"

/* RFC 5531: portmap, NFS and their like. */
bool rpc_onc(const struct reply_words *w, struct reply *out);

/* memcached's frame over UDP (its doc/protocol.txt, "UDP protocol"). */
bool rpc_memcached(const struct reply_words *w, struct reply *out);

/* AUTOSAR SOME/IP, section 4.1. */
bool rpc_someip(const struct reply_words *w, struct reply *out);

/* ASHRAE 135 annex J and clause 20. */
bool rpc_bacnet(const struct reply_words *w, struct reply *out);

/* DMTF DSP0136 section 3.2 and IPMI 2.0 section 13. */
bool rpc_ipmi(const struct reply_words *w, struct reply *out);

#endif
