/* SPDX-License-Identifier: Apache-2.0 */
/* Which way the first messages of tunnels for people go. Pure. */
#ifndef FLOWD_SENSOR_REPLY_VPN_H
#define FLOWD_SENSOR_REPLY_VPN_H

#include "flowd/sensor/reply/reply.h"

/* https://www.wireguard.com/protocol/ */
bool vpn_wireguard(const struct reply_words *w, struct reply *out);

/* RFC 7296, RFC 2408; in UDP with a marker of four zero bytes too (RFC 3948). */
bool vpn_ike(const struct reply_words *w, struct reply *out);

/* RFC 2661 section 5.8 */
bool vpn_l2tp(const struct reply_words *w, struct reply *out);

/* https://openvpn.net/community-resources/openvpn-protocol/ */
bool vpn_openvpn(const struct reply_words *w, struct reply *out);

#endif
