/* SPDX-License-Identifier: Apache-2.0 */
/* Which way the small protocols that networks are run with go. Pure. */
#ifndef FLOWD_SENSOR_REPLY_NET_H
#define FLOWD_SENSOR_REPLY_NET_H

#include "flowd/sensor/reply/reply.h"

/* RFC 8489; ICE's checks (RFC 8445 section 7) are the same. */
bool net_stun(const struct reply_words *w, struct reply *out);

/* RFC 3489: the same before there was a magic cookie. */
bool net_stun_old(const struct reply_words *w, struct reply *out);

/* RFC 5905; modes 6 (RFC 9327) and 7 too. */
bool net_ntp(const struct reply_words *w, struct reply *out);

/* RFC 2131; RFC 8415. */
bool net_dhcp(const struct reply_words *w, struct reply *out);
bool net_dhcpv6(const struct reply_words *w, struct reply *out);

/* RFC 2865, RFC 2866, RFC 5176. */
bool net_radius(const struct reply_words *w, struct reply *out);

/* RFC 1350, RFC 2347: the answer to a request comes from another port. */
bool net_tftp(const struct reply_words *w, struct reply *out);

/* RFC 7252. */
bool net_coap(const struct reply_words *w, struct reply *out);

/* 3GPP TS 29.060, TS 29.274: the control plane of mobile networks. */
bool net_gtp(const struct reply_words *w, struct reply *out);

/* RFC 6886, RFC 6887. */
bool net_nat_pmp(const struct reply_words *w, struct reply *out);

#endif
